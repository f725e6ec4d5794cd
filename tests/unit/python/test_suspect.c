/* bytecode_suspect never says no to what a built-in pattern matches. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"
#include "python/bytecode.h"

static const char *const yes[] = {"m.pyc", ".pyc", "m.pyo", "M.PYD", "a.b.pyc", "\xff.pyc",
	"m$py.class", "$PY.CLASS", "__pycache__", "__PyCache__"};
static const char *const no[] = {"", "c", "pyc", "m.py", "m.pyx", "mpyc", "m.pyc~", "m.class",
	"py.class", "__pycache", "x__pycache__", "__pycache__x"};

static void test_names(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof yes / sizeof *yes; i++)
		assert_true(bytecode_suspect(yes[i], strlen(yes[i])));
	for (i = 0; i < sizeof no / sizeof *no; i++)
		if (bytecode_suspect(no[i], strlen(no[i])))
			fail_msg("suspect: %s", no[i]);
}

/* Random names of the letters that matter, as a file and as a directory. */
static void test_against_patterns(void **state)
{
	static const char *const pieces[] = {"py", "PY", ".", "c", "o", "d", "C", "class", "$", "_",
		"__", "cache", "pycache", "__pycache__", "a", "\xc3\xa9"};
	struct policy *policy = policy_new(true);
	struct matcher *matcher = matcher_new();
	size_t i, j, rejected = 0;

	(void)state;
	assert_true(policy && matcher);
	srand(1);
	for (i = 0; i < 200000; i++) {
		char name[64] = "";
		struct policy_decision d;
		size_t len, n = 1 + (size_t)rand() % 5;

		for (j = 0; j < n; j++)
			strcat(name, pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)]);
		len = strlen(name);
		strcat(name, i % 2 ? "/x" : "");
		assert_int_equal(policy_decide(policy, matcher, name, strlen(name), &d), 0);
		rejected += d.rejected;
		if (d.rejected && !bytecode_suspect(name, len))
			fail_msg("not suspect: %s", name);
	}
	assert_true(rejected > 1000);
	matcher_free(matcher);
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_against_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
