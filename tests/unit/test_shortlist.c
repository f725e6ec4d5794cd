/* What a glob needs of a path, and which of many lines a path is held against. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "glob.h"
#include "policy.h"
#include "shortlist.h"

/* A blank stands for NUL. */
static const struct {
	const char *glob, *needs;
} needs[] = {
	{"foo", "/foo/ "},
	{"Foo.O", "/foo.o/ "},
	{"*.o", ".o/ "},
	{"a*", "/a / "},
	{"/a", "/a/ "},
	{"a/b/", "/a/b/ "},
	{"a/*.c", "/a/ .c/ "},
	{"a/**/b", "/a/ b/ "},
	{"x/a**/b", "/x/a /b/ "},
	{"**/b/c", "/b/c/ "},
	{"a/b**/c/**/d", "/a/b /c/ d/ "},
	{"a[]/x]b?c\\*d", "/a b c*d/ "},
	{"*", "/ / "},
	{"\\!\\[x", "/![x/ "},
};

static void test_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
		struct pattern_error why;
		struct buf got = BUF_INIT;
		struct glob g;

		if (glob_normalize(&g, needs[i].glob, strlen(needs[i].glob), false, &why) != 0)
			fail_msg("refused: %s", needs[i].glob);
		glob_needs(&got, &g);
		for (size_t j = 0; j < got.len; j++)
			if (got.ptr[j] == '\0')
				got.ptr[j] = ' ';
		if (strcmp(got.ptr, needs[i].needs) != 0)
			fail_msg("%s: '%s', not '%s'", needs[i].glob, got.ptr, needs[i].needs);
		buf_free(&got);
		glob_free(&g);
	}
}

static bool is_listed(const struct shortlist *s, size_t line, const char *slashed)
{
	uint64_t bits[SHORTLIST_WORDS(200)];

	shortlist_find(s, bits, slashed, strlen(slashed) - 1);
	return bits[line / 64] >> (line % 64) & 1;
}

static void test_lists_what_can_match(void **state)
{
	static const char always[] = "/\0a/\0";
	struct shortlist s = SHORTLIST_INIT;
	char name[32];

	(void)state;
	for (int i = 0; i < 200; i++) {
		int n = snprintf(name, sizeof name, "/name%d/", i);

		if (i == 100)
			assert_int_equal(shortlist_add(&s, always, sizeof always), 0);
		else
			assert_int_equal(shortlist_add(&s, name, (size_t)n + 1), 0);
	}
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "dir/NAME%d/", i);
		assert_true(is_listed(&s, (size_t)i, name));
		assert_true(is_listed(&s, 100, name));
	}
	assert_true(is_listed(&s, 100, "x/"));
	assert_false(is_listed(&s, 99, "x/"));
	shortlist_free(&s);
}

/* The last line that matches decides, wherever in thousands it is. */
static void test_many_lines(void **state)
{
	struct policy *p = policy_new(false);
	struct matcher *m = matcher_new();
	struct policy_decision d;
	char text[64];

	(void)state;
	assert_true(p && m);
	for (int i = 0; i < 3000; i++) {
		int n = snprintf(text, sizeof text, "%s/dir%d/*.x\n", i % 2 ? "!" : "", i / 2);

		assert_int_equal(policy_add(p, text, (size_t)n, "p"), 0);
	}
	assert_int_equal(policy_add(p, "regex:\\.y$\n", 11, "p"), 0);
	for (int i = 0; i < 1500; i++) {
		int n = snprintf(text, sizeof text, "dir%d/a.x", i);

		assert_int_equal(policy_decide(p, m, text, (size_t)n, &d), 0);
		assert_non_null(d.line);
		assert_int_equal(d.line - policy_line(p, 0), 3 + 2 * i + 1);
		assert_int_equal(policy_adds_path(p, m, text, (size_t)n), 1);
	}
	assert_int_equal(policy_decide(p, m, "dir1/a.y", 8, &d), 0);
	assert_true(d.rejected && !d.builtin);
	assert_int_equal(policy_decide(p, m, "dir1/a.z", 8, &d), 0);
	assert_null(d.line);
	assert_int_equal(policy_adds_path(p, m, "dir1/a.z", 8), 0);
	matcher_free(m);
	policy_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_lists_what_can_match),
		cmocka_unit_test(test_many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
