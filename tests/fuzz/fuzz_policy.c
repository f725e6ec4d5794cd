/*
 * fuzz_policy - a policy file and a path, with a NUL between them.
 *
 * Nothing may crash, and what the policy decides must be what reference_match says of its lines.
 * A first line that is refused must be one that never matches.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "policy/policy.h"
#include "reference_match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	char *text;
	size_t text_len;
	char *path;
	bool caseless;
};

static void check(bool holds, const char *what, const struct input *in)
{
	if (holds)
		return;
	fprintf(stderr, "%s: path '%s', policy%s:\n%s\n%s\n", what, in->path,
		in->caseless ? " (caseless)" : "", in->text, error_message());
	abort();
}

static char *copy(const void *bytes, size_t len)
{
	char *s = malloc(len + 1);

	if (!s)
		abort();
	memcpy(s, bytes, len);
	s[len] = '\0';
	return s;
}

/* Whether git could have such a path. */
static bool is_path(const char *path)
{
	for (;; path++) {
		size_t len = strcspn(path, "/");

		if (!len || (*path == '.' && (len == 1 || (len == 2 && path[1] == '.'))))
			return false;
		path += len;
		if (!*path)
			return true;
	}
}

/* The line's own pattern answers for an expression. */
static enum reference_answer ask_reference(
	const struct policy_line *line, struct matcher *m, const struct input *in)
{
	int matched;

	if (line->rules) /* tests/unit/policy/test_policy.c has these */
		return REFERENCE_NO;
	if (strncmp(line->text + line->allows, "regex:", 6) != 0)
		return reference_match(line->text + line->allows, in->path, in->caseless);
	matcher_go(m, in->path, strlen(in->path), INT64_MAX);
	matched = pattern_match(line->pattern, m);
	return matched < 0 ? REFERENCE_GAVE_UP : matched ? REFERENCE_YES : REFERENCE_NO;
}

/* Compares a decision with the lines, last to first. */
static void compare(const struct policy *p, struct matcher *m, const struct policy_decision *d,
	int rc, const struct input *in)
{
	for (size_t i = p->count; i-- > 0;) {
		const struct policy_line *line = &p->lines[i];
		enum reference_answer answer = ask_reference(line, m, in);

		if (answer == REFERENCE_GAVE_UP)
			return;
		if (answer == REFERENCE_NO)
			continue;
		check(rc == 0, "a failure", in);
		check(d->line == line, "another line decides", in);
		check(d->rejected == !line->allows, "another verdict", in);
		return;
	}
	check(rc == 0 && !d->line && !d->rejected, "no line decides", in);
}

static void check_policy(struct matcher *m, const struct input *in)
{
	struct policy *p = policy_new(in->caseless);
	struct policy_decision d;

	if (!policy_add(p, in->text, in->text_len, "fuzz") && is_path(in->path)) {
		int rc = policy_decide(p, m, in->path, strlen(in->path), &d);

		compare(p, m, &d, rc, in);
	}
	policy_free(p);
}

static void check_first_line(const struct input *in)
{
	char *line = copy(in->text, strcspn(in->text, "\n"));
	struct pattern_error why;
	struct buf regex = BUF_INIT, literal = BUF_INIT;

	if (!glob_translate(
		    &regex, &literal, line, strlen(line), PATTERN_GIT, in->caseless, &why)) {
		check(why.column >= 1 && why.column <= strlen(line) + 1, "no such column", in);
		if (is_path(in->path))
			check(reference_match(line, in->path, in->caseless) != REFERENCE_YES,
				"refused, yet it matches", in);
	}
	buf_free(&regex);
	buf_free(&literal);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
	static struct matcher *m;
	struct input in = {0};

	if (!nul)
		return 0;
	if (!m)
		m = matcher_new();
	in.text_len = (size_t)(nul - data);
	in.text = copy(data, in.text_len);
	in.path = copy(nul + 1, size - in.text_len - 1);
	for (int caseless = 0; caseless < 2; caseless++) {
		in.caseless = caseless;
		check_policy(m, &in);
		check_first_line(&in);
	}
	free(in.text);
	free(in.path);
	return 0;
}
