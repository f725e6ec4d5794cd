/* What git gives to pre-push and pre-receive, taken apart; and paths that git has quoted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/path.h"
#include "range/pushed.h"

#define A "0123456789abcdef0123456789abcdef01234567"
#define B "89abcdef0123456789abcdef0123456789abcdef"
#define Z "0000000000000000000000000000000000000000"
#define L "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	enum refline_kind kind;
	const char *text;
	int status;
	const char *from, *to, *ref;
} lines[] = {
	{REFLINE_PUSH, "refs/heads/m " A " refs/heads/n " B "\n", 1, B, A, "refs/heads/n"},
	{REFLINE_PUSH, "refs/heads/m " A " refs/heads/n " B, 1, B, A, "refs/heads/n"},
	{REFLINE_PUSH, "(delete) " Z " refs/heads/n " B "\n", 1, B, Z, "refs/heads/n"},
	{REFLINE_PUSH, "HEAD@{1 day ago} " A " refs/heads/n " Z "\n", 1, Z, A, "refs/heads/n"},
	{REFLINE_PUSH, "x " L " refs/heads/n " L "\n", 1, L, L, "refs/heads/n"},
	{REFLINE_PUSH, "x " A " \xff " B "\n", 1, B, A, "\xff"},
	{REFLINE_PUSH, "", 0, NULL, NULL, NULL},
	{REFLINE_PUSH, "\n", -1, NULL, NULL, NULL},
	{REFLINE_PUSH, " " A " refs/heads/n " B "\n", -1, NULL, NULL, NULL},
	{REFLINE_PUSH, A " refs/heads/n " B "\n", -1, NULL, NULL, NULL},
	{REFLINE_PUSH, "x " A "0 refs/heads/n " B "\n", -1, NULL, NULL, NULL},
	{REFLINE_PUSH, "x g123456789abcdef0123456789abcdef01234567 r " B "\n", -1, NULL, NULL,
		NULL},
	{REFLINE_PUSH, "x " A "  " B "\n", -1, NULL, NULL, NULL},
	{REFLINE_PUSH, "x " A " r " B " \n", -1, NULL, NULL, NULL},
	{REFLINE_PUSH, "x " A " r " B "\r\n", -1, NULL, NULL, NULL},
	{REFLINE_RECEIVE, A " " B " refs/heads/n\n", 1, A, B, "refs/heads/n"},
	{REFLINE_RECEIVE, Z " " L " refs/heads/n\n", 1, Z, L, "refs/heads/n"},
	{REFLINE_RECEIVE, A " " B "\n", -1, NULL, NULL, NULL},
	{REFLINE_RECEIVE, A " " B " \n", -1, NULL, NULL, NULL},
	{REFLINE_RECEIVE, "x " A " " B " refs/heads/n\n", -1, NULL, NULL, NULL},
	{REFLINE_RECEIVE, A " refs/heads/n " B "\n", -1, NULL, NULL, NULL},
};

static void same(const char *ours, const char *expected)
{
	if (expected)
		assert_string_equal(ours, expected);
	else
		assert_null(ours);
}

static void test_lines(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof *lines; i++) {
		char *copy = strdup(lines[i].text), *at = copy;
		struct refline line;

		assert_int_equal(refline_next(&line, &at, lines[i].kind), lines[i].status);
		if (lines[i].status == 1) {
			same(line.from, lines[i].from);
			same(line.to, lines[i].to);
			same(line.ref, lines[i].ref);
			assert_int_equal(refline_next(&line, &at, lines[i].kind), 0);
		}
		free(copy);
	}
}

static void test_many_lines(void **state)
{
	char text[] = A " " B " one\n" B " " Z " two\n";
	char *at = text;
	struct refline line;

	(void)state;
	assert_int_equal(refline_next(&line, &at, REFLINE_RECEIVE), 1);
	same(line.ref, "one");
	assert_int_equal(refline_next(&line, &at, REFLINE_RECEIVE), 1);
	same(line.ref, "two");
	assert_int_equal(refline_next(&line, &at, REFLINE_RECEIVE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
