#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "policy/pattern.h"

static struct matcher *matcher;

static int set_up(void **state)
{
	(void)state;
	matcher = matcher_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	matcher_free(matcher);
	return 0;
}

static struct pattern *make(enum pattern_grammar grammar, const char *text, bool caseless)
{
	struct pattern_error why = {0};
	struct pattern *p = pattern_new(text, strlen(text), grammar, caseless, &why);

	if (!p)
		print_error("%s: %zu: %s\n", text, why.column, why.reason);
	assert_non_null(p);
	return p;
}

/* Matches a copy on the heap, so that the sanitizer sees a byte read past its end. */
static int match(const struct pattern *p, const char *path)
{
	size_t len = strlen(path);
	char *copy = malloc(len + !len);
	int rc;

	assert_non_null(copy);
	memcpy(copy, path, len);
	matcher_go(matcher, copy, len, INT64_MAX);
	rc = pattern_match(p, matcher);
	free(copy);
	return rc;
}

static const struct row {
	enum pattern_grammar grammar;
	const char *text;
	bool caseless;
	const char *path;
	int expected;
} rows[] = {
	{PATTERN_GIT, "a/b/", false, "a/b", 0},
	{PATTERN_GIT, "a/b/", false, "a/b/c", 1},
	{PATTERN_GIT, "a/b", false, "a/b", 1},
	{PATTERN_GIT, "a/b", false, "a", 0},
	{PATTERN_GIT, "a/b/*", false, "a/b", 0},
	{PATTERN_GIT, "a/b/*", false, "a/b/c", 1},
	{PATTERN_GIT, "x/a*", false, "x/a", 1},
	{PATTERN_GIT, "x/a**/b", false, "x/ab", 0},
	{PATTERN_GIT, "x/a**/b", false, "x/ac/b", 1},
	{PATTERN_GIT, "x/a**/b", false, "x/a/c/b", 0},
	{PATTERN_GIT, "x/**/b", false, "x/b", 1},
	{PATTERN_GIT, "x/**/b", false, "x/a/c/b", 1},
	{PATTERN_GIT, "*a*a*a*", false, "b/aba/babaa", 1},
	{PATTERN_GIT, "*a*a*a*", false, "b/ab/bab", 0},
	{PATTERN_GIT, "*b*c/d*e/**/f", false, "bc/de/1/2/f/g", 1},
	{PATTERN_GIT, "*b*c/d*e/**/f", false, "bc/dx/1/2/f/g", 0},
	{PATTERN_GIT, "*a", false, "\n/\na", 1},
	{PATTERN_GIT, "a?c", false, "a\nc", 1},
	{PATTERN_GIT, "\303\251*", false, "\303\251t\303\251", 1},
	{PATTERN_GIT, "a.b+c(d)|e{2}^$", false, "a.b+c(d)|e{2}^$", 1},
	{PATTERN_GIT, "a.b", false, "axb", 0},
	{PATTERN_GIT, "\\Q\\E", false, "QE", 1},
	/* git itself never folds an escaped letter, nor one in a class. */
	{PATTERN_GIT, "\\Ab", true, "aB", 1},
	{PATTERN_GIT, "[A]b", true, "aB", 1},
	{PATTERN_GIT, "Top/Sub*", true, "tOP/sUBway", 1},
	{PATTERN_GIT, "x[[:upper:]]", true, "xa", 1},
	/* No folding beyond ASCII: these are the two bytes of a letter, not the letter. */
	{PATTERN_GIT, "\303\211", true, "\303\251", 0},
	{PATTERN_GIT, "x/\303\211", true, "x/\303\251", 0},
	{PATTERN_REGEX, "^a$", false, "a", 1},
	{PATTERN_REGEX, "/$", false, "a", 0},
	{PATTERN_REGEX, "(*NO_JIT)b+c", false, "abbc", 1},
	{PATTERN_REGEX, "B+C", true, "abbc", 1},
	{PATTERN_REGEX, "^.\\z", false, "\303\251", 0},
	{PATTERN_REGEX, "", false, "a", 1},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct pattern *p = make(r->grammar, r->text, r->caseless);

		print_message("%s on %s\n", r->text, r->path);
		assert_int_equal(match(p, r->path), r->expected);
		pattern_free(p);
	}
}

static void test_every_range_is_read_as_written(void **state)
{
	(void)state;
	for (unsigned first = 1; first < 256; first += 2) {
		for (unsigned last = first; last < 256; last += 7) {
			char text[] = {'x', '[', '\\', (char)first, '-', '\\', (char)last, ']'};
			struct pattern_error why;
			struct pattern *p;

			if (first == '/' || last == '/')
				continue;
			p = pattern_new(text, sizeof text, PATTERN_GIT, PATTERN_CASED, &why);
			assert_non_null(p);
			for (unsigned c = 1; c < 256; c++) {
				char path[] = {'x', (char)c};
				int expected = c != '/' && c >= first && c <= last;

				matcher_go(matcher, path, 2, INT64_MAX);
				assert_int_equal(pattern_match(p, matcher), expected);
			}
			pattern_free(p);
		}
	}
}

static void test_too_hard_is_an_error(void **state)
{
	static const char *const texts[] = {"^(a|a)*c$", "(*NO_JIT)^(a|a)*c$"};
	char path[200];

	(void)state;
	memset(path, 'a', sizeof path - 1);
	strcpy(path + sizeof path - 3, "cx");
	for (size_t i = 0; i < 2; i++) {
		struct pattern *p = make(PATTERN_REGEX, texts[i], false);

		assert_int_equal(match(p, path), -1);
		assert_non_null(strstr(error_message(), "too hard for path 'aaa"));
		assert_non_null(strstr(error_message(), "limit exceeded"));
		pattern_free(p);
	}
}

/* What git does in time that is exponential in the number of asterisks. */
static void test_many_asterisks_are_not_hard(void **state)
{
	struct pattern *p = make(PATTERN_GIT, "*a*a*a*a*a*a*a*a*a*a*a*a*b", false);
	char path[4001];

	(void)state;
	memset(path, 'a', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	assert_int_equal(match(p, path), 0);
	path[sizeof path - 2] = 'b';
	assert_int_equal(match(p, path), 1);
	pattern_free(p);
}

static void test_refusals(void **state)
{
	static const struct {
		enum pattern_grammar grammar;
		const char *text;
		size_t column;
		const char *reason;
	} bad[] = {
		{PATTERN_GIT, "a[", 2, "the class is not closed"},
		{PATTERN_GIT, "x/a**//", 7, "no path has an empty name between slashes"},
		{PATTERN_REGEX, "a(b", 4, "missing closing parenthesis"},
		{PATTERN_REGEX, "a**", 0, NULL},
		{PATTERN_REGEX, "ab*+?*", 5, "quantifier does not follow a repeatable item"},
		{PATTERN_REGEX, "a\\Cb", 4, "using \\C is disabled by the application"},
		{PATTERN_REGEX, "(*UTF)x", 7, "using UTF is disabled by the application"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct pattern_error why = {0};

		print_message("%s\n", bad[i].text);
		assert_null(pattern_new(
			bad[i].text, strlen(bad[i].text), bad[i].grammar, PATTERN_CASED, &why));
		if (!bad[i].reason)
			continue;
		assert_non_null(strstr(why.reason, bad[i].reason));
		/* From 10.47 on PCRE2 tells of some faults where they end, not where they begin. */
		assert_true(why.column == bad[i].column || why.column == bad[i].column + 1);
	}
}

static void test_huge_patterns_are_refused(void **state)
{
	size_t len = 100000;
	char *text = malloc(len);
	struct pattern_error why;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	assert_null(pattern_new(text, len, PATTERN_GIT, PATTERN_CASED, &why));
	assert_null(pattern_new(text, len, PATTERN_REGEX, PATTERN_CASED, &why));
	memset(text, '(', len);
	assert_null(pattern_new(text, 1000, PATTERN_REGEX, PATTERN_CASED, &why));
	for (size_t i = 0; i + 4 <= len; i += 4)
		memcpy(text + i, "[!a]", 4);
	assert_null(pattern_new(text, 30000, PATTERN_GIT, PATTERN_CASED, &why));
	free(text);
}

static void test_free_of_null(void **state)
{
	(void)state;
	pattern_free(NULL);
	matcher_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_every_range_is_read_as_written),
		cmocka_unit_test(test_too_hard_is_an_error),
		cmocka_unit_test(test_many_asterisks_are_not_hard),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_huge_patterns_are_refused),
		cmocka_unit_test(test_free_of_null),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
