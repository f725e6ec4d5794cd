/* An edit that is saved between the last look at a file and its replacement is never lost. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "disk/atomic_file.h"

static const char *edits[2]; /* what an editor saves before the first swap, and the second */
static int swaps;

static void save(const char *text)
{
	FILE *f = fopen("file.new", "w");

	assert_true(f && fputs(text, f) >= 0 && fclose(f) == 0 && rename("file.new", "file") == 0);
}

/* Stands in for libc's. */
int renameat2(int from, const char *a, int to, const char *b, unsigned flags)
{
	if (swaps < 2 && edits[swaps])
		save(edits[swaps]);
	swaps++;
	return (int)syscall(SYS_renameat2, from, a, to, b, flags);
}

/* Whether a file in this directory has this text. */
static bool is_somewhere(const char *text)
{
	char command[200];

	snprintf(command, sizeof command, "grep -rqx '%s' .", text);
	return system(command) == 0;
}

static int add(const char *first, const char *second)
{
	struct buf lines = BUF_INIT;
	struct atomic_file f;
	int status, here = open(".", O_RDONLY | O_DIRECTORY);

	edits[0] = first;
	edits[1] = second;
	swaps = 0;
	save("old\n");
	buf_adds(&lines, "added\n");
	assert_int_equal(atomic_file_open(&f, here, "file"), 0);
	status = atomic_file_add(&f, &lines);
	atomic_file_close(&f);
	close(here);
	buf_free(&lines);
	return status;
}

static void test_edits(void **state)
{
	char dir[] = "/tmp/pycguard-atomic-XXXXXX";

	(void)state;
	assert_true(mkdtemp(dir) && chdir(dir) == 0);
	assert_int_equal(add(NULL, NULL), 0);
	assert_true(is_somewhere("added"));
	assert_int_equal(add("edit", NULL), -1);
	assert_non_null(strstr(error_message(), "changed meanwhile; try again"));
	assert_true(is_somewhere("edit") && !is_somewhere("added"));
	assert_int_equal(system("test \"$(ls)\" = file"), 0);
	assert_int_equal(add("edit", "another"), -1);
	assert_non_null(strstr(error_message(), "an edit of it is in 'file.pycguard-"));
	assert_true(is_somewhere("edit") && is_somewhere("another"));
	assert_int_equal(system("rm -r \"$PWD\""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_edits)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
