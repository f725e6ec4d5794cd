#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/io.h"

/* Fits into a pipe, and into no one piece that is read. */
enum { SIZE = 50000 };

static int pipe_with(const char *bytes, size_t len)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(io_write_all(ends[1], bytes, len), 0);
	close(ends[1]);
	return ends[0];
}

static void reads_to_the_end(void **state)
{
	static char bytes[SIZE];
	struct buf out = BUF_INIT;
	int fd;

	(void)state;
	bytes[0] = 'a';
	bytes[SIZE - 1] = 'z';
	fd = pipe_with(bytes, sizeof bytes);
	buf_adds(&out, "before ");
	assert_int_equal(io_read_all(&out, fd, SIZE_MAX), 0);
	assert_int_equal(out.len, 7 + SIZE);
	assert_memory_equal(out.ptr + 7, bytes, SIZE);
	buf_free(&out);
	close(fd);
}

static void tells_what_is_too_large(void **state)
{
	static const char bytes[] = "12345";
	struct buf out = BUF_INIT;
	int fd = pipe_with(bytes, 5);

	(void)state;
	assert_int_equal(io_read_all(&out, fd, 4), 0);
	assert_true(out.len > 4);
	buf_free(&out);
	close(fd);
	fd = pipe_with(bytes, 5);
	assert_int_equal(io_read_all(&out, fd, 5), 0);
	assert_int_equal(out.len, 5);
	buf_free(&out);
	close(fd);
}

static void says_why_it_failed(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(io_read_all(&out, -1, SIZE_MAX), -1);
	assert_int_equal(errno, EBADF);
	errno = 0;
	assert_int_equal(io_write_all(-1, "x", 1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(io_write_all(-1, "", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_to_the_end),
		cmocka_unit_test(tells_what_is_too_large),
		cmocka_unit_test(says_why_it_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
