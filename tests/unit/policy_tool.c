/*
 * policy_tool - the policy module for tests that are not written in C. Not installed.
 *
 * Reads fields, a NUL after each, from standard input: `P` and the text of a policy file, or `I`
 * and the same to match caselessly, or `M` and a path. Answers each with a line: for a policy
 * `ok COUNT` (of the user's lines) or the refusal, for a path the number of the line of the file
 * that decides (0 for none, or a built-in one) and `rejected` or `allowed`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "policy/policy.h"

static int fail(void)
{
	fprintf(stderr, "policy_tool: %s\n", error_message());
	return -1;
}

static int answer_policy(struct policy **p, const char *text, size_t len, bool caseless)
{
	policy_free(*p);
	*p = policy_new(caseless);
	if (!*p)
		return fail();
	if (policy_add(*p, text, len, "policy"))
		puts(error_message());
	else
		printf("ok %zu\n", (*p)->count - POLICY_BUILTIN);
	return 0;
}

static int answer_path(const struct policy *p, struct matcher *m, const char *path, size_t len)
{
	struct policy_decision d;

	if (!p || policy_decide(p, m, path, len, &d))
		return fail();
	printf("%zu %s\n", d.line ? d.line->number : 0, d.rejected ? "rejected" : "allowed");
	return 0;
}

static int answer(struct policy **p, struct matcher *m, const char *field, size_t len)
{
	switch (*field) {
	case 'P':
	case 'I':
		return answer_policy(p, field + 1, len - 1, *field == 'I');
	case 'M':
		return answer_path(*p, m, field + 1, len - 1);
	default:
		error_set("unknown request '%s'", field);
		return fail();
	}
}

int main(void)
{
	struct policy *p = NULL;
	struct matcher *m = matcher_new();
	char *field = NULL;
	size_t size = 0;
	ssize_t len;
	int rc = m ? 0 : fail();

	while (!rc && (len = getdelim(&field, &size, '\0', stdin)) > 0)
		rc = answer(&p, m, field, (size_t)len - 1);
	free(field);
	policy_free(p);
	matcher_free(m);
	return rc ? 2 : 0;
}
