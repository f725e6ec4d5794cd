#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "glob.h"

static const struct good {
	const char *pattern;
	const char *prefix;
	const char *text;
	enum glob_start start;
	bool dir_only;
} good[] = {
	{"a", "", "a", GLOB_AT_NAME, false},
	{"a/", "", "a", GLOB_AT_NAME, true},
	{"/a", "a", "", GLOB_AT_START, false},
	{"/a/", "a", "", GLOB_AT_START, true},
	{"a/b", "a/b", "", GLOB_AT_START, false},
	{"a/b*c", "a/b", "*c", GLOB_AT_START, false},
	{"/*", "", "*", GLOB_AT_START, false},
	{"*", "", "*", GLOB_AT_NAME, false},
	{"**", "", "*", GLOB_AT_NAME, false},
	{"***/", "", "*", GLOB_AT_NAME, true},
	{"*a", "", "a", GLOB_ANYWHERE, false},
	{"**a", "", "a", GLOB_ANYWHERE, false},
	{"*a*b", "", "a*b", GLOB_ANYWHERE, false},
	{"a**b", "", "a*b", GLOB_AT_NAME, false},
	{"*.py[cod]", "", "\\.py[cdo]", GLOB_ANYWHERE, false},
	{"*$py.class", "", "\\$py\\.class", GLOB_ANYWHERE, false},
	{"__pycache__/", "", "\\_\\_pycache\\_\\_", GLOB_AT_NAME, true},
	{"**/a", "", "a", GLOB_AT_NAME, false},
	{"**/**/a", "", "a", GLOB_AT_NAME, false},
	{"**/*a/b", "", "a/b", GLOB_ANYWHERE, false},
	{"**/*", "", "*", GLOB_AT_NAME, false},
	{"**/**", "", "*", GLOB_AT_NAME, false},
	{"a/**", "a/", "*", GLOB_AT_START, false},
	{"a/**/b", "a/", "b", GLOB_AT_NAME, false},
	{"a/*/**/**/b", "a/", "*/**/b", GLOB_AT_START, false},
	{"x/a**/b", "x/a", "*/b", GLOB_AT_START, false},
	{"x/a**\\/b", "x/a", "*/b", GLOB_AT_START, false},
	{"**\\/b", "", "*/**/b", GLOB_AT_START, false},
	{"?/**b", "", "?/*b", GLOB_AT_START, false},
	{"?**/b", "", "?*/b", GLOB_AT_START, false},
	{"\\**/b", "", "\\**/b", GLOB_AT_START, false},
	{"[x]", "", "x", GLOB_AT_NAME, false},
	{"[*]", "", "\\*", GLOB_AT_NAME, false},
	{"[ab]", "", "[ab]", GLOB_AT_NAME, false},
	{"[a-c]", "", "[a-c]", GLOB_AT_NAME, false},
	{"[^a-c^]x", "", "[\001-\\.0-\\]\\_\\`d-\377]x", GLOB_AT_NAME, false},
	{"[]a]", "", "[\\]a]", GLOB_AT_NAME, false},
	{"[^^]", "", "[\001-\\.0-\\]\\_-\377]", GLOB_AT_NAME, false},
	{"[\\^a]", "", "[a\\^]", GLOB_AT_NAME, false},
	{"[--0]", "", "[\\-\\.0]", GLOB_AT_NAME, false},
	{"[[:]", "", "[\\:\\[]", GLOB_AT_NAME, false},
	{"[a-[:alpha:]]", "", "[\\:ahlp]\\]", GLOB_AT_NAME, false},
	{"[[:digit:]-z]", "", "[\\-0-9z]", GLOB_AT_NAME, false},
	{"...", "", "\\.\\.\\.", GLOB_AT_NAME, false},
	{"a\\ ", "", "a ", GLOB_AT_NAME, false},
};

static void test_normal_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		const struct good *c = &good[i];
		struct pattern_error why = {0};
		struct glob g;

		print_message("%s\n", c->pattern);
		assert_int_equal(
			glob_normalize(&g, c->pattern, strlen(c->pattern), false, &why), 0);
		assert_string_equal(g.text.ptr, c->text);
		assert_int_equal(g.prefix_len, strlen(c->prefix));
		assert_memory_equal(g.prefix, c->prefix, g.prefix_len);
		assert_int_equal(g.start, c->start);
		assert_int_equal(g.dir_only, c->dir_only);
		glob_free(&g);
	}
}

static const struct bad {
	const char *pattern;
	size_t column;
	const char *reason;
} bad[] = {
	{"", 1, "the pattern is empty"},
	{"/", 1, "the pattern is empty"},
	{"//", 1, "the pattern is empty"},
	{"///", 2, "no path has an empty name between slashes"},
	{"a//b", 3, "no path has an empty name between slashes"},
	{"a*//b", 4, "no path has an empty name between slashes"},
	{"x/a**//b", 7, "no path has an empty name between slashes"},
	{"x/a**/.", 7, "no path has '.' or '..' as a name"},
	{"**//b", 4, "no path has an empty name between slashes"},
	{"\\/a", 1, "no path has an empty name between slashes"},
	{"a/\\/b", 3, "no path has an empty name between slashes"},
	{".", 1, "no path has '.' or '..' as a name"},
	{"a/\\..", 3, "no path has '.' or '..' as a name"},
	{"[", 1, "the class is not closed"},
	{"a[]", 2, "the class is not closed"},
	{"[!]", 1, "the class is not closed"},
	{"[a/", 1, "the class is not closed"},
	{"[\\", 1, "the class is not closed"},
	{"[a-\\", 1, "the class is not closed"},
	{"[[:alpha:", 1, "the class is not closed"},
	{"a[[:]x:]]", 9, NULL},
	{"[[::]]", 2, "unknown POSIX class"},
	{"[b-a]", 1, NULL},
	{"x/[/]", 3, "the class can match nothing"},
	{"[!\001-\377]", 1, "the class can match nothing"},
	{"a\\", 2, "nothing follows the backslash"},
	{"a\\/", 2, "nothing follows the backslash"},
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct bad *c = &bad[i];
		struct pattern_error why = {0};
		struct glob g;
		int rc = glob_normalize(&g, c->pattern, strlen(c->pattern), false, &why);

		print_message("%s\n", c->pattern);
		assert_int_equal(rc, c->reason ? 1 : 0);
		if (c->reason) {
			assert_string_equal(why.reason, c->reason);
			assert_int_equal(why.column, c->column);
		} else {
			glob_free(&g);
		}
	}
}

static void test_nul_is_refused(void **state)
{
	struct pattern_error why = {0};
	struct glob g;

	(void)state;
	assert_int_equal(glob_normalize(&g, "ab\0c", 4, false, &why), 1);
	assert_int_equal(why.column, 3);
}

static void test_caseless_class_is_folded_before_it_is_negated(void **state)
{
	struct pattern_error why = {0};
	struct glob g;

	(void)state;
	assert_int_equal(glob_normalize(&g, "[!aB]", 5, true, &why), 0);
	assert_string_equal(g.text.ptr, "[\001-\\.0-\\@C-\\]\\_\\`c-\377\\^]");
	glob_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normal_forms),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_nul_is_refused),
		cmocka_unit_test(test_caseless_class_is_folded_before_it_is_negated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
