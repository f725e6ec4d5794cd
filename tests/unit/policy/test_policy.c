#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "policy/policy.h"

static struct matcher *matcher;

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

/*
 * The table tests/data/policy-cases.txt; its head says how it is written.
 */
struct table {
	size_t row; /* of the line being read, from 1 */
	size_t wrong;
	size_t checked;
	struct buf text; /* the policy of the case being read */
	bool caseless;
	enum rule rule;        /* of the finding; RULE_NONE: not asked */
	struct policy *policy; /* once the case has been compiled */
	int refused;
};

static void expect(struct table *t, bool holds, const char *row)
{
	t->checked++;
	if (holds)
		return;
	t->wrong++;
	print_error("policy-cases.txt:%zu: not so: %s (%s)\n", t->row, row, error_message());
}

static void start_case(struct table *t)
{
	policy_free(t->policy);
	t->policy = NULL;
	t->caseless = false;
	buf_clear(&t->text);
}

static void compile_case(struct table *t)
{
	if (t->policy)
		return;
	t->policy = policy_new(t->caseless);
	assert_non_null(t->policy);
	t->refused = policy_add(t->policy, t->text.ptr, t->text.len, "cases");
}

/* Without a last "|", which is there to show blanks. */
static size_t shown_len(const char *text)
{
	size_t len = strlen(text);

	return len && text[len - 1] == '|' ? len - 1 : len;
}

static void expect_decision(
	struct table *t, const char *verb, const char *path, size_t number, const char *row)
{
	struct policy_decision d;
	bool bytecode = strcmp(verb, "bytecode") == 0;
	bool rejected = bytecode || strcmp(verb, "reject") == 0;
	int rc = t->refused;

	if (!rc)
		rc = policy_decide(t->policy, matcher, path, shown_len(path), &d);
	if (!rc && t->rule)
		policy_settle(&d, t->rule);
	if (rc || strcmp(verb, "pass") == 0)
		expect(t, !rc && !d.line && !d.rejected && !d.builtin, row);
	else
		expect(t,
			d.line && d.line->number == number && d.rejected == rejected &&
				d.line->allows == !rejected && d.builtin == bytecode,
			row);
}

static void expect_refusal(struct table *t, const char *rest, const char *row)
{
	const char *blank = strchr(rest, ' ');
	struct buf message = BUF_INIT;

	assert_non_null(blank);
	buf_addf(&message, "cases:%.*s: %s", (int)(blank - rest), rest, blank + 1);
	expect(t, t->refused && strncmp(error_message(), message.ptr, message.len) == 0, row);
	buf_free(&message);
}

/* "VERB REST" */
static void read_verb(struct table *t, char *row)
{
	char *rest = strchr(row, ' ');
	char verb[16];
	char *path = rest;
	size_t number = 0;

	assert_non_null(rest);
	snprintf(verb, sizeof verb, "%.*s", (int)(rest - row), row);
	compile_case(t);
	if (strcmp(verb, "refuse") == 0) {
		expect_refusal(t, rest + 1, row);
		return;
	}
	if (strcmp(verb, "pass") != 0)
		number = strtoul(rest, &path, 10);
	assert_int_equal(*path, ' ');
	expect_decision(t, verb, path + 1, number, row);
}

/* "VERB REST" or "as RULE VERB REST" */
static void read_expectation(struct table *t, char *row)
{
	t->rule = RULE_NONE;
	if (strncmp(row, "as ", 3) == 0) {
		char *rule = row + 3;

		row = rule + strcspn(rule, " ");
		*row++ = '\0';
		t->rule = rule_of_id(rule, strlen(rule));
		assert_int_not_equal(t->rule, RULE_NONE);
	}
	read_verb(t, row);
}

static void read_row(struct table *t, char *row)
{
	t->row++;
	if (*row == '=') {
		start_case(t);
	} else if (*row == '|') {
		row += row[1] == ' ' && row[2] ? 2 : 1;
		buf_add(&t->text, row, shown_len(row));
		buf_addc(&t->text, '\n');
	} else if (strcmp(row, "caseless") == 0) {
		t->caseless = true;
	} else if (*row && *row != '#') {
		read_expectation(t, row);
	}
}

static void test_cases(void **state)
{
	FILE *file = fopen(TESTS_DATA "/policy-cases.txt", "r");
	struct table t = {.text = BUF_INIT};
	char row[1000];

	(void)state;
	assert_non_null(file);
	while (fgets(row, sizeof row, file)) {
		row[strcspn(row, "\n")] = '\0';
		read_row(&t, row);
	}
	fclose(file);
	policy_free(t.policy);
	buf_free(&t.text);
	print_message("%zu rows\n", t.checked);
	assert_int_equal(t.wrong, 0);
	assert_true(t.checked > 100);
}

static struct policy *make(const char *text, size_t len)
{
	struct policy *p = policy_new(false);

	assert_non_null(p);
	if (policy_add(p, text, len, "dir/.pycguard")) {
		print_error("%s\n", error_message());
		fail();
	}
	return p;
}

static void test_lines_are_kept_as_written(void **state)
{
	static const char text[] = "\xef\xbb\xbf!a  \r\n# c\n\nb\\ \r\n\r\nregex:c";
	struct policy *p = make(text, sizeof text - 1);

	(void)state;
	assert_int_equal(p->count, 6);
	assert_string_equal(p->lines[0].text, "__pycache__/");
	assert_string_equal(p->lines[1].text, "*.py[cod]");
	assert_string_equal(p->lines[2].text, "*$py.class");
	assert_null(p->lines[2].origin);
	assert_int_equal(p->lines[2].number, 0);
	assert_string_equal(p->lines[3].text, "!a");
	assert_true(p->lines[3].allows);
	assert_int_equal(p->lines[3].number, 1);
	assert_string_equal(p->lines[3].origin, "dir/.pycguard");
	assert_string_equal(p->lines[4].text, "b\\ ");
	assert_int_equal(p->lines[4].number, 4);
	assert_string_equal(p->lines[5].text, "regex:c");
	assert_int_equal(p->lines[5].number, 6);
	policy_free(p);
}

static void test_reasons(void **state)
{
	static const struct {
		const char *text;
		const char *reason;
	} rows[] = {
		{"# why\n!a\n", "why"},
		{"#  why, \n#\n#\tand more\r\n!a\n", "why, and more"},
		{"# why\n\n!a\n", NULL},
		{"# why\nb\n!a\n", NULL},
		{"#\n!a\n", NULL},
		{"!a\n", NULL},
		{"# not of a line that rejects\na\n", NULL},
		{"# of the first\n!b\n!a\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct policy *p = make(rows[i].text, strlen(rows[i].text));
		const struct policy_line *last = &p->lines[p->count - 1];

		if (rows[i].reason)
			assert_string_equal(last->reason, rows[i].reason);
		else
			assert_null(last->reason);
		policy_free(p);
	}
}

static void refused(const char *text, size_t len, const char *message)
{
	struct policy *p = policy_new(false);

	assert_non_null(p);
	assert_int_equal(policy_add(p, text, len, "p"), -1);
	assert_string_equal(error_message(), message);
	policy_free(p);
}

static void test_nul_bytes_are_refused(void **state)
{
	(void)state;
	refused("a\nb\0c\n", 6, "p:2:2: a NUL byte in 'b'");
	refused("# a\0\n", 5, "p:1:4: a NUL byte in '# a'");
}

static void test_long_lines_are_quoted_in_part(void **state)
{
	char text[3000];

	(void)state;
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '[';
	refused(text, sizeof text,
		"p:1:3000: the class is not closed in "
		"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'");
}

static void test_bounds(void **state)
{
	char *text = calloc(1, POLICY_MAX_BYTES + 1);
	struct policy *p = policy_new(false);

	(void)state;
	assert_non_null(text);
	assert_non_null(p);
	memset(text, '\n', POLICY_MAX_BYTES + 1);
	assert_int_equal(policy_add(p, text, POLICY_MAX_BYTES, "p"), 0);
	assert_int_equal(policy_add(p, text, POLICY_MAX_BYTES + 1, "p"), -1);
	for (size_t i = 0; i < POLICY_MAX_LINES; i++)
		memcpy(text + 3 * i, "/a\n", 3);
	assert_int_equal(policy_add(p, text, 3 * POLICY_MAX_LINES, "p"), 0);
	assert_int_equal(p->count, POLICY_MAX_LINES + 3);
	assert_int_equal(policy_add(p, "# c\nb", 5, "q"), -1);
	assert_string_equal(error_message(), "q:2:1: too many patterns in 'b'");
	policy_free(p);
	free(text);
}

static void test_long_paths(void **state)
{
	static const char text[] = "*.end\n";
	struct policy *p = make(text, sizeof text - 1);
	struct policy_decision d;

	(void)state;
	for (size_t len = 500; len < 5000; len += len < 520 ? 1 : 997) {
		char *path = malloc(len);

		assert_non_null(path);
		memset(path, 'a', len);
		assert_int_equal(policy_decide(p, matcher, path, len, &d), 0);
		assert_null(d.line);
		memcpy(path + len - 4, ".end", 4);
		assert_int_equal(policy_decide(p, matcher, path, len, &d), 0);
		assert_true(d.rejected);
		free(path);
	}
	policy_free(p);
}

static void test_a_line_too_hard_is_named(void **state)
{
	static const char text[] = "a\nregex:^(a|a)*c$\n";
	struct policy *p = make(text, sizeof text - 1);
	char path[100];
	struct policy_decision d;

	(void)state;
	memset(path, 'a', sizeof path);
	memcpy(path + sizeof path - 2, "cx", 2);
	assert_int_equal(policy_decide(p, matcher, path, sizeof path, &d), -1);
	assert_non_null(strstr(error_message(),
		"'dir/.pycguard:2': pattern 'regex:^(a|a)*c$': too hard for path 'aaa"));
	policy_free(p);
}

/* The last line that matches decides, wherever in thousands it is. */
static void test_many_lines(void **state)
{
	struct policy *p = policy_new(false);
	struct policy_decision d;
	char text[64];

	(void)state;
	assert_non_null(p);
	for (int i = 0; i < 3000; i++) {
		int n = snprintf(text, sizeof text, "%s/dir%d/*.x\n", i % 2 ? "!" : "", i / 2);

		assert_int_equal(policy_add(p, text, (size_t)n, "p"), 0);
	}
	assert_int_equal(policy_add(p, "regex:\\.y$\n", 11, "p"), 0);
	for (int i = 0; i < 1500; i++) {
		int n = snprintf(text, sizeof text, "dir%d/a.x", i);

		assert_int_equal(policy_decide(p, matcher, text, (size_t)n, &d), 0);
		assert_non_null(d.line);
		assert_int_equal(d.line - &p->lines[0], 3 + 2 * i + 1);
	}
	assert_int_equal(policy_decide(p, matcher, "dir1/a.y", 8, &d), 0);
	assert_true(d.rejected && !d.builtin);
	assert_int_equal(policy_decide(p, matcher, "dir1/a.z", 8, &d), 0);
	assert_null(d.line);
	policy_free(p);
}

/* Whatever the name, its pattern matches it and nothing beside it. */
static void test_escaped_paths(void **state)
{
	static const char *const paths[] = {"A", "a/b.pyc", "*", "a?", "[a]", "a\\", "!a", "#a",
		"a ", "a  ", " a", "a\t", "regex:a", "bytecode:a", "a\nb", "a\r", "\303\251",
		"\377", "a/ ", "**/x", "\\*"};
	const size_t count = sizeof paths / sizeof *paths;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct buf text = BUF_INIT;
		struct policy_decision d;
		struct policy *p;

		buf_adds(&text, "*\n!stale-cache:");
		policy_escape(&text, paths[i]);
		buf_addc(&text, '\n');
		p = make(text.ptr, text.len);
		for (size_t j = 0; j < count; j++) {
			assert_int_equal(
				policy_decide(p, matcher, paths[j], strlen(paths[j]), &d), 0);
			if (d.depends != (i == j))
				fail_msg("'%s' on '%s'", text.ptr, paths[j]);
		}
		policy_free(p);
		buf_free(&text);
	}
}

/* Of this process, in nanoseconds. A busy machine makes it no longer. */
static int64_t cpu_time(void)
{
	return (int64_t)clock() * (1000000000 / CLOCKS_PER_SEC);
}

/* What strangers wrote may not take long, one match or many, whatever the limits of one match. */
static void test_time_is_limited(void **state)
{
	static const char *const texts[] = {"regex:[ab]*?[ab]*?[ab]*?\\d\n",
		"regex:(*NO_JIT)a*a*\\d\n", "regex:(a+)+\\d|a*a*a*\\d\n"};
	const int64_t most = 200 * 1000 * 1000;
	char path[20000];
	struct policy_decision d;
	int64_t begun = 0;

	(void)state;
	memset(path, 'a', sizeof path);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct policy *p = policy_new(false);
		size_t len = 50;
		int rc = 0;

		assert_non_null(p);
		assert_int_equal(policy_add(p, texts[i], strlen(texts[i]), "stranger"), 0);
		p->limit = (int64_t)(i + 1) * most;
		begun = cpu_time();
		while (rc == 0 && cpu_time() - begun < 20 * most) {
			len = len < sizeof path ? len + 1 : sizeof path;
			rc = policy_decide(p, matcher, path, len, &d);
			if (rc && strstr(error_message(), "limit exceeded"))
				rc = 0;
		}
		assert_int_equal(rc, -1);
		assert_non_null(
			strstr(error_message(), "cannot apply policy 'stranger': it takes"));
		assert_true(cpu_time() - begun < 10 * most);
		assert_int_equal(policy_decide(p, matcher, "x", 1, &d), -1);
		p->limit = 0;
		assert_int_equal(policy_decide(p, matcher, "x", 1, &d), 0);
		policy_free(p);
	}
}

static void add_random(struct buf *out, const char *const *pieces, size_t count)
{
	for (int n = rand() % 5; n >= 0; n--)
		buf_adds(out, pieces[(size_t)rand() % count]);
}

/* What a line matches, with regard to case or without, the policy of both says too. */
static void test_either_case(void **state)
{
	static const char *const globs[] = {"a", "B", "*", "?", "/", "**/", "[!a-z]", "[^B]",
		"[a-c]", "[[:upper:]]", "[![:lower:]]", "\\A", "."};
	static const char *const exprs[] = {"a", "B", "[^a-z]", "(?!b)", "(?=A)", "(?i)c", "(?-i)C",
		".", "/", "(?<![A-Z])", "[[:upper:]]", "b?"};
	static const char *const names[] = {"a", "A", "b", "B", "c", "C", ".", "a/", "B/"};

	(void)state;
	srand(1);
	for (int round = 0; round < 4000; round++) {
		struct policy *p[3] = {
			policy_new(false), policy_new(true), policy_new(PATTERN_EITHER)};
		struct buf text = BUF_INIT, path = BUF_INIT;
		bool refused = false;

		if (round % 2)
			buf_adds(&text, "regex:");
		if (round % 2)
			add_random(&text, exprs, sizeof exprs / sizeof *exprs);
		else
			add_random(&text, globs, sizeof globs / sizeof *globs);
		for (int i = 0; i < 3; i++)
			refused |= policy_add(p[i], text.ptr, text.len, "p") < 0;
		for (int n = 0; n < 20 && !refused; n++) {
			struct policy_decision d;
			bool has[3];

			buf_clear(&path);
			add_random(&path, names, sizeof names / sizeof *names);
			for (int i = 0; i < 3; i++)
				has[i] =
					policy_decide(p[i], matcher, path.ptr, path.len, &d) == 0 &&
					d.rejected;
			if ((has[0] || has[1]) && !has[2])
				fail_msg("'%s' on '%s'", text.ptr, path.ptr);
		}
		for (int i = 0; i < 3; i++)
			policy_free(p[i]);
		buf_free(&text);
		buf_free(&path);
	}
}

static void test_compiling_is_limited(void **state)
{
	struct policy *p = policy_new(false);
	struct buf text = BUF_INIT;
	int64_t begun = cpu_time();

	(void)state;
	assert_non_null(p);
	for (int i = 0; i < 9000; i++)
		buf_adds(&text, "regex:(?:(?:a|b)?c{1,99}){99}\n");
	p->limit = INT64_C(100000000);
	assert_int_equal(policy_add(p, text.ptr, text.len, "stranger"), -1);
	assert_non_null(strstr(error_message(), "cannot apply policy 'stranger': it takes more"));
	assert_true(cpu_time() - begun < INT64_C(5000000000));
	buf_free(&text);
	policy_free(p);
}

static void test_two_files(void **state)
{
	struct policy *p = make("a", 1);
	struct policy_decision d;

	(void)state;
	assert_int_equal(policy_add(p, "!a\n", 3, "second"), 0);
	assert_int_equal(policy_decide(p, matcher, "a", 1, &d), 0);
	assert_false(d.rejected);
	assert_string_equal(d.line->origin, "second");
	policy_free(p);
	policy_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_lines_are_kept_as_written),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_nul_bytes_are_refused),
		cmocka_unit_test(test_long_lines_are_quoted_in_part),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_long_paths),
		cmocka_unit_test(test_a_line_too_hard_is_named),
		cmocka_unit_test(test_two_files),
		cmocka_unit_test(test_many_lines),
		cmocka_unit_test(test_escaped_paths),
		cmocka_unit_test(test_time_is_limited),
		cmocka_unit_test(test_either_case),
		cmocka_unit_test(test_compiling_is_limited),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
