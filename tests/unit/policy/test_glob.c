#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/pattern.h"

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
	{"*.py[cod]", "\\.py[\\x63-\\x64\\x6f-\\x6f](?:/|\\z)", ".py"},
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
	{"**\\/b", "\\A(*COMMIT)(?s:.*?/)b(?:/|\\z)", "/b/"},
	{"?/**b", "\\A[^/]/(?>[^/]*?b(?:/|\\z))", "b/"},
	{"?**/b", "\\A[^/](?>[^/]*?/)b(?:/|\\z)", "/b/"},
	{"\\**/b", "\\A\\*(?>[^/]*?/)b(?:/|\\z)", "/b/"},
	{"[x]", "(?<![^/])[\\x78-\\x78](?:/|\\z)", "/"},
	{"[*]", "(?<![^/])[\\x2a-\\x2a](?:/|\\z)", "/"},
	{"[ab]", "(?<![^/])[\\x61-\\x62](?:/|\\z)", "/"},
	{"[a-c]", "(?<![^/])[\\x61-\\x63](?:/|\\z)", "/"},
	{"[^a-c^]x", "(?<![^/])[\\x01-\\x2e\\x30-\\x5d\\x5f-\\x60\\x64-\\xff]x(?:/|\\z)", "x/"},
	{"[]a]", "(?<![^/])[\\x5d-\\x5d\\x61-\\x61](?:/|\\z)", "/"},
	{"[^^]", "(?<![^/])[\\x01-\\x2e\\x30-\\x5d\\x5f-\\xff](?:/|\\z)", "/"},
	{"[\\^a]", "(?<![^/])[\\x5e-\\x5e\\x61-\\x61](?:/|\\z)", "/"},
	{"[--0]", "(?<![^/])[\\x2d-\\x2e\\x30-\\x30](?:/|\\z)", "/"},
	{"[[:]", "(?<![^/])[\\x3a-\\x3a\\x5b-\\x5b](?:/|\\z)", "/"},
	{"[a-[:alpha:]]",
		"(?<![^/])[\\x3a-\\x3a\\x61-\\x61\\x68-\\x68\\x6c-\\x6c\\x70-\\x70]\\](?:/|\\z)",
		"]/"},
	{"[[:digit:]-z]", "(?<![^/])[\\x2d-\\x2d\\x30-\\x39\\x7a-\\x7a](?:/|\\z)", "/"},
	{"...", "(?<![^/])\\.\\.\\.(?:/|\\z)", "/.../"},
	{"a\\ ", "(?<![^/])a (?:/|\\z)", "/a /"},
};

/* What was translated last. */
static struct buf regex = BUF_INIT, literal = BUF_INIT;
static struct pattern_error why;

static int translate(const char *pattern, size_t len, enum pattern_grammar grammar, bool fold)
{
	buf_free(&regex);
	buf_free(&literal);
	why = (struct pattern_error){0};
	print_message("%s\n", pattern);
	return !glob_translate(&regex, &literal, pattern, len, grammar, fold, &why);
}

static void expect(
	const char *pattern, enum pattern_grammar grammar, bool fold, const char *expected)
{
	if (translate(pattern, strlen(pattern), grammar, fold) != 0)
		fail_msg("%s: %zu: %s", pattern, why.column, why.reason);
	assert_string_equal(regex.ptr, expected);
}

static void test_translations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		expect(good[i].pattern, PATTERN_GIT, false, good[i].regex);
		assert_string_equal(literal.ptr, good[i].literal);
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
		int rc = translate(c->pattern, strlen(c->pattern), PATTERN_GIT, false);

		assert_int_equal(rc, c->reason ? 1 : 0);
		if (!c->reason)
			continue;
		assert_string_equal(why.reason, c->reason);
		assert_int_equal(why.column, c->column);
	}
}

static void test_nul_is_refused(void **state)
{
	(void)state;
	assert_int_equal(translate("ab\0c", 4, PATTERN_GIT, false), 1);
	assert_int_equal(why.column, 3);
}

static void test_caseless_class_is_folded_before_it_is_negated(void **state)
{
	(void)state;
	expect("[!aB]", PATTERN_GIT, true,
		"(?<![^/])[\\x01-\\x2e\\x30-\\x40\\x43-\\x60\\x63-\\xff](?:/|\\z)");
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
	{"[^a]", "\\A[\\x01-\\x60\\x62-\\xff](?:/|\\z)", "/"},
	{"[!a]", "\\A[\\x21-\\x21\\x61-\\x61](?:/|\\z)", "/"},
};

static void test_docker(void **state)
{
	static const char *const refused[] = {"[]a]", "[", "a\\", "[a", "[b-a]"};

	(void)state;
	for (size_t i = 0; i < sizeof docker / sizeof *docker; i++)
		expect(docker[i].pattern, PATTERN_DOCKER, false, docker[i].regex);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		assert_int_equal(
			translate(refused[i], strlen(refused[i]), PATTERN_DOCKER, false), 1);
}

static int tear_down(void **state)
{
	(void)state;
	buf_free(&regex);
	buf_free(&literal);
	return 0;
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

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
