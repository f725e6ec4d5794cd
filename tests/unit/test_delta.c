#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "delta.h"

static const char base[] = "0123456789abcdef";

/* A delta from `base`, and what it gives; NULL: it is refused. */
static const struct {
	const char *name, *bytes;
	size_t len;
	const char *result;
} cases[] = {
#define CASE(name, bytes, result)                                                                  \
	{                                                                                          \
		name, bytes, sizeof bytes - 1, result                                              \
	}
	CASE("bytes of its own", "\x10\x03\x03xyz", "xyz"),
	CASE("a piece of the base", "\x10\x04\x91\x02\x04", "2345"),
	CASE("from its start", "\x10\x04\x90\x04", "0123"),
	CASE("to its end", "\x10\x06\x91\x0a\x06", "abcdef"),
	CASE("both", "\x10\x05\x02xy\x91\x0d\x03", "xydef"),
	CASE("nothing at all", "\x10\x00", ""),
	CASE("a number in its high bytes", "\x10\x04\x9f\x02\0\0\0\x04", "2345"),
	CASE("a size in two bytes", "\x90\x00\x03\x03xyz", "xyz"),
	CASE("another base", "\x11\x03\x03xyz", NULL),
	CASE("the instruction 0", "\x10\x03\x00xyz", NULL),
	CASE("fewer bytes than it says", "\x10\x03\x03xy", NULL),
	CASE("less than the size", "\x10\x04\x03xyz", NULL),
	CASE("more than the size, its own", "\x10\x02\x03xyz", NULL),
	CASE("more than the size, the base's", "\x10\x03\x91\x02\x04", NULL),
	CASE("past the end of the base", "\x10\x04\x91\x0d\x04", NULL),
	CASE("from past the end of the base", "\x10\x01\x91\x11\x01", NULL),
	CASE("far past it", "\x10\x01\x9f\xff\xff\xff\xff\x01", NULL),
	CASE("64 KB where there are 16 bytes", "\x10\x04\x80", NULL),
	CASE("a place that is cut off", "\x10\x04\x91", NULL),
	CASE("a length that is cut off", "\x10\x04\x91\x02", NULL),
	CASE("no size of the result", "\x10", NULL),
	CASE("a size that is cut off", "\x90", NULL),
	CASE("no size", "", NULL),
	CASE("a size beyond reason", "\x10\xff\xff\xff\xff\xff\xff\x01\x90\x04", NULL),
#undef CASE
};

static void run(size_t i)
{
	char out[64];
	struct bytes delta = {(const unsigned char *)cases[i].bytes, cases[i].len};
	struct bytes from = {(const unsigned char *)base, strlen(base)};
	size_t base_size, size;
	bool holds;

	memset(out, '#', sizeof out);
	holds = delta_sizes(&base_size, &size, &delta) && base_size == from.len &&
		size < sizeof out && delta_apply((unsigned char *)out, size, from, delta);
	if (holds != (cases[i].result != NULL))
		fail_msg("%s", cases[i].name);
	if (holds && (size != strlen(cases[i].result) || memcmp(out, cases[i].result, size) != 0 ||
			     out[size] != '#'))
		fail_msg("%s: %.*s", cases[i].name, (int)size, out);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		run(i);
}

/* 0 stands for 0x10000. */
static void test_longest_piece(void **state)
{
	static unsigned char big[0x10000 + 8], out[0x10000];
	struct bytes delta = {(const unsigned char *)"\x81\x05", 2};

	(void)state;
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (unsigned char)(i * 7 + i / 251);
	assert_true(delta_apply(out, sizeof out, (struct bytes){big, sizeof big}, delta));
	assert_memory_equal(out, big + 5, sizeof out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_longest_piece),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
