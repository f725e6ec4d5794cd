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

typedef int compile_fn(struct pattern **out, const char *text, size_t len, bool caseless,
	struct pattern_error *why);

static struct matcher *matcher;

static int pattern_glob(struct pattern **out, const char *text, size_t len, bool caseless,
	struct pattern_error *why)
{
	return pattern_new_glob(out, text, len, GLOB_GIT, caseless, why);
}

static int pattern_regex(struct pattern **out, const char *text, size_t len, bool caseless,
	struct pattern_error *why)
{
	return pattern_new(out, text, len, caseless, why);
}

static int set_up(void **state)
{
	(void)state;
	matcher = matcher_new();
	return matcher ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	matcher_free(matcher);
	return 0;
}

static struct pattern *make(compile_fn *compile, const char *text, bool caseless)
{
	struct pattern_error why = {0};
	struct pattern *p;
	int rc = compile(&p, text, strlen(text), caseless, &why);

	if (rc)
		print_error("%s: %zu: %s\n", text, why.column, why.reason);
	assert_int_equal(rc, 0);
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
	compile_fn *compile;
	const char *text;
	bool caseless;
	const char *path;
	int expected;
} rows[] = {
	{pattern_glob, "a/b/", false, "a/b", 0},
	{pattern_glob, "a/b/", false, "a/b/c", 1},
	{pattern_glob, "a/b", false, "a/b", 1},
	{pattern_glob, "a/b", false, "a", 0},
	{pattern_glob, "a/b/*", false, "a/b", 0},
	{pattern_glob, "a/b/*", false, "a/b/c", 1},
	{pattern_glob, "x/a*", false, "x/a", 1},
	{pattern_glob, "x/a**/b", false, "x/ab", 0},
	{pattern_glob, "x/a**/b", false, "x/ac/b", 1},
	{pattern_glob, "x/a**/b", false, "x/a/c/b", 0},
	{pattern_glob, "x/**/b", false, "x/b", 1},
	{pattern_glob, "x/**/b", false, "x/a/c/b", 1},
	{pattern_glob, "*a*a*a*", false, "b/aba/babaa", 1},
	{pattern_glob, "*a*a*a*", false, "b/ab/bab", 0},
	{pattern_glob, "*b*c/d*e/**/f", false, "bc/de/1/2/f/g", 1},
	{pattern_glob, "*b*c/d*e/**/f", false, "bc/dx/1/2/f/g", 0},
	{pattern_glob, "*a", false, "\n/\na", 1},
	{pattern_glob, "a?c", false, "a\nc", 1},
	{pattern_glob, "\303\251*", false, "\303\251t\303\251", 1},
	{pattern_glob, "a.b+c(d)|e{2}^$", false, "a.b+c(d)|e{2}^$", 1},
	{pattern_glob, "a.b", false, "axb", 0},
	{pattern_glob, "\\Q\\E", false, "QE", 1},
	/* git itself never folds an escaped letter, nor one in a class. */
	{pattern_glob, "\\Ab", true, "aB", 1},
	{pattern_glob, "[A]b", true, "aB", 1},
	{pattern_glob, "Top/Sub*", true, "tOP/sUBway", 1},
	{pattern_glob, "x[[:upper:]]", true, "xa", 1},
	/* No folding beyond ASCII: these are the two bytes of a letter, not the letter. */
	{pattern_glob, "\303\211", true, "\303\251", 0},
	{pattern_glob, "x/\303\211", true, "x/\303\251", 0},
	{pattern_regex, "^a$", false, "a", 1},
	{pattern_regex, "/$", false, "a", 0},
	{pattern_regex, "(*NO_JIT)b+c", false, "abbc", 1},
	{pattern_regex, "B+C", true, "abbc", 1},
	{pattern_regex, "^.\\z", false, "\303\251", 0},
	{pattern_regex, "", false, "a", 1},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct pattern *p = make(r->compile, r->text, r->caseless);

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
			assert_int_equal(pattern_glob(&p, text, sizeof text, false, &why), 0);
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
		struct pattern *p = make(pattern_regex, texts[i], false);

		assert_int_equal(match(p, path), -1);
		assert_non_null(strstr(error_message(), "too hard for path 'aaa"));
		assert_non_null(strstr(error_message(), "limit exceeded"));
		pattern_free(p);
	}
}

/* What git does in time that is exponential in the number of asterisks. */
static void test_many_asterisks_are_not_hard(void **state)
{
	struct pattern *p = make(pattern_glob, "*a*a*a*a*a*a*a*a*a*a*a*a*b", false);
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
		compile_fn *compile;
		const char *text;
		size_t column;
		const char *reason;
	} bad[] = {
		{pattern_glob, "a[", 2, "the class is not closed"},
		{pattern_glob, "x/a**//", 7, "no path has an empty name between slashes"},
		{pattern_regex, "a(b", 4, "missing closing parenthesis"},
		{pattern_regex, "a**", 0, NULL},
		{pattern_regex, "ab*+?*", 5, "quantifier does not follow a repeatable item"},
		{pattern_regex, "a\\Cb", 4, "using \\C is disabled by the application"},
		{pattern_regex, "(*UTF)x", 7, "using UTF is disabled by the application"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct pattern_error why = {0};
		struct pattern *p;

		print_message("%s\n", bad[i].text);
		assert_int_equal(
			bad[i].compile(&p, bad[i].text, strlen(bad[i].text), false, &why), 1);
		assert_null(p);
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
	struct pattern *p;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	assert_int_equal(pattern_glob(&p, text, len, false, &why), 1);
	assert_int_equal(pattern_regex(&p, text, len, false, &why), 1);
	memset(text, '(', len);
	assert_int_equal(pattern_regex(&p, text, 1000, false, &why), 1);
	for (size_t i = 0; i + 4 <= len; i += 4)
		memcpy(text + i, "[!a]", 4);
	assert_int_equal(pattern_glob(&p, text, 30000, false, &why), 1);
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
