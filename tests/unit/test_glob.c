#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/glob.h"

static const struct good {
	const char *pattern;
	const char *regex;
	const char *literal;
} good[] = {
	{"a", "(?<![^/])a(?:/|\\z)", "/a/"},
	{"a/", "(?<![^/])a/", "/a/"},
	{"/a", "\\Aa(?:/|\\z)", "/a/"},
	{"/a/", "\\Aa/", "/a/"},
	{"a/b", "\\Aa/b(?:/|\\z)", "/a/b/"},
	{"a/b*c", "\\Aa/b(?>[^/]*?c(?:/|\\z))", "/a/b"},
	{"/*", "\\A(?>[^/]*?(?:/|\\z))", "/"},
	{"*", "(?<![^/])(?>[^/]*?(?:/|\\z))", "/"},
	{"**", "(?<![^/])(?>[^/]*?(?:/|\\z))", "/"},
	{"***/", "(?<![^/])(?>[^/]*?/)", "/"},
	{"*a", "a(?:/|\\z)", "a/"},
	{"**a", "a(?:/|\\z)", "a/"},
	{"*a*b", "(?<![^/])(?>[^/]*?a)(?>[^/]*?b(?:/|\\z))", "b/"},
	{"a**b", "(?<![^/])a(?>[^/]*?b(?:/|\\z))", "b/"},
	{"*.py[cod]", "\\.py[c-do](?:/|\\z)", ".py"},
	{"*$py.class", "\\$py\\.class(?:/|\\z)", "$py.class/"},
	{"__pycache__/", "(?<![^/])\\_\\_pycache\\_\\_/", "/__pycache__/"},
	{"**/a", "(?<![^/])a(?:/|\\z)", "/a/"},
	{"**/**/a", "(?<![^/])a(?:/|\\z)", "/a/"},
	{"**/*a/b", "a/b(?:/|\\z)", "a/b/"},
	{"**/*", "(?<![^/])(?>[^/]*?(?:/|\\z))", "/"},
	{"**/**", "(?<![^/])(?>[^/]*?(?:/|\\z))", "/"},
	{"a/**", "\\Aa/(?>[^/]*?(?:/|\\z))", "/a/"},
	{"a/**/b", "\\Aa/(*COMMIT)(?s:.*?/)?\?b(?:/|\\z)", "/b/"},
	{"a/*/**/**/b", "\\Aa/(?>[^/]*?/)(*COMMIT)(?s:.*?/)?\?b(?:/|\\z)", "/b/"},
	{"x/a**/b", "\\Ax/a(?>[^/]*?/)b(?:/|\\z)", "/x/a"},
	{"x/a**\\/b", "\\Ax/a(?>[^/]*?/)b(?:/|\\z)", "/x/a"},
	{"**\\/b", "\\A(?>[^/]*?/)(*COMMIT)(?s:.*?/)?\?b(?:/|\\z)", "/b/"},
	{"?/**b", "\\A[^/]/(?>[^/]*?b(?:/|\\z))", "b/"},
	{"?**/b", "\\A[^/](?>[^/]*?/)b(?:/|\\z)", "/b/"},
	{"\\**/b", "\\A\\*(?>[^/]*?/)b(?:/|\\z)", "/b/"},
	{"[x]", "(?<![^/])[x](?:/|\\z)", "/"},
	{"[*]", "(?<![^/])[\\*](?:/|\\z)", "/"},
	{"[ab]", "(?<![^/])[a-b](?:/|\\z)", "/"},
	{"[a-c]", "(?<![^/])[a-c](?:/|\\z)", "/"},
	{"[^a-c^]x", "(?<![^/])[\001-\\.0-\\]\\_-\\`d-\377]x(?:/|\\z)", "x/"},
	{"[]a]", "(?<![^/])[\\]a](?:/|\\z)", "/"},
	{"[^^]", "(?<![^/])[\001-\\.0-\\]\\_-\377](?:/|\\z)", "/"},
	{"[\\^a]", "(?<![^/])[\\^a](?:/|\\z)", "/"},
	{"[--0]", "(?<![^/])[\\--\\.0](?:/|\\z)", "/"},
	{"[[:]", "(?<![^/])[\\:\\[](?:/|\\z)", "/"},
	{"[a-[:alpha:]]", "(?<![^/])[\\:ahlp]\\](?:/|\\z)", "]/"},
	{"[[:digit:]-z]", "(?<![^/])[\\-0-9z](?:/|\\z)", "/"},
	{"...", "(?<![^/])\\.\\.\\.(?:/|\\z)", "/.../"},
	{"a\\ ", "(?<![^/])a (?:/|\\z)", "/a /"},
};

/* Translates, and fails on another answer than `expected`. */
static struct glob translate(const char *pattern, enum glob_grammar grammar, bool caseless)
{
	struct pattern_error why = {0};
	struct glob g;

	print_message("%s\n", pattern);
	if (glob_translate(&g, pattern, strlen(pattern), grammar, caseless, &why) != 0)
		fail_msg("%s: %zu: %s", pattern, why.column, why.reason);
	return g;
}

static void test_translations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct glob g = translate(good[i].pattern, GLOB_GIT, false);

		assert_string_equal(g.regex.ptr, good[i].regex);
		assert_string_equal(g.literal.ptr, good[i].literal);
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
		int rc = glob_translate(&g, c->pattern, strlen(c->pattern), GLOB_GIT, false, &why);

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
	assert_int_equal(glob_translate(&g, "ab\0c", 4, GLOB_GIT, false, &why), 1);
	assert_int_equal(why.column, 3);
}

static void test_caseless_class_is_folded_before_it_is_negated(void **state)
{
	struct glob g = translate("[!aB]", GLOB_GIT, true);

	(void)state;
	assert_string_equal(g.regex.ptr, "(?<![^/])[\001-\\.0-\\@C-\\`c-\377](?:/|\\z)");
	glob_free(&g);
}

static const struct good docker[] = {
	{"a", "\\Aa(?:/|\\z)", "/a/"},
	{"a/*.c", "\\Aa/[^/]*\\.c(?:/|\\z)", ".c/"},
	{"**/a", "\\A(?s:.*/)?a(?:/|\\z)", "a/"},
	{"**a", "\\A(?s:.*)a(?:/|\\z)", "a/"},
	{"**a?", "\\A(?s:.*/)?a[^/](?:/|\\z)", "/"},
	{"a/**", "\\Aa/(?s:.*)(?:/|\\z)", "/a/"},
	{"a**b", "\\Aa(?s:.*/)?b(?:/|\\z)", "b/"},
	{"***", "\\A(?s:.*/)?[^/]*(?:/|\\z)", "/"},
	{"[^a]", "\\A[\001-\\`b-\377](?:/|\\z)", "/"},
	{"[!a]", "\\A[\\!a](?:/|\\z)", "/"},
};

static void test_docker(void **state)
{
	static const char *const refused[] = {"[]a]", "[", "a\\", "[a", "[b-a]"};
	struct pattern_error why;
	struct glob g;

	(void)state;
	for (size_t i = 0; i < sizeof docker / sizeof *docker; i++) {
		g = translate(docker[i].pattern, GLOB_DOCKER, false);
		assert_string_equal(g.regex.ptr, docker[i].regex);
		glob_free(&g);
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		assert_int_equal(glob_translate(&g, refused[i], strlen(refused[i]), GLOB_DOCKER,
					 false, &why),
			1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_translations),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_nul_is_refused),
		cmocka_unit_test(test_docker),
		cmocka_unit_test(test_caseless_class_is_folded_before_it_is_negated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
