#include "policy_unmatched.h"

#include <stdlib.h>

#include "error.h"

int policy_unmatched_all(struct policy_unmatched *out, const struct policy *p)
{
	size_t i;

	out->count = 0;
	out->lines = calloc(policy_count(p) + 1, sizeof *out->lines);
	if (!out->lines)
		return error_oom();
	for (i = 0; i < policy_count(p); i++)
		if (policy_line(p, i)->allows)
			out->lines[out->count++] = policy_line(p, i);
	return 0;
}

int policy_unmatched_strike(
	struct policy_unmatched *u, struct matcher *m, const char *path, size_t len)
{
	size_t i, kept = 0;

	for (i = 0; i < u->count; i++) {
		int matched = policy_line_matches(u->lines[i], m, path, len);

		if (matched < 0)
			return -1;
		if (!matched)
			u->lines[kept++] = u->lines[i];
	}
	u->count = kept;
	return 0;
}

void policy_unmatched_free(struct policy_unmatched *u)
{
	free(u->lines);
	*u = (struct policy_unmatched)POLICY_UNMATCHED_INIT;
}
