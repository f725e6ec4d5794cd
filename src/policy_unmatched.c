#include "policy_unmatched.h"

#include <stdlib.h>

#include "error.h"
#include "shortlist.h"

int policy_unmatched_all(struct policy_unmatched *out, const struct policy *p)
{
	size_t i;

	out->policy = p;
	out->lines = calloc(SHORTLIST_WORDS(policy_count(p)), sizeof *out->lines);
	if (!out->lines)
		return error_oom();
	for (i = 0; i < policy_count(p); i++)
		if (policy_line(p, i)->allows)
			out->lines[i / 64] |= UINT64_C(1) << (i % 64);
	return 0;
}

int policy_unmatched_strike(
	struct policy_unmatched *u, struct matcher *m, const char *path, size_t len)
{
	size_t i;

	for (i = 0; i < SHORTLIST_WORDS(policy_count(u->policy)); i++)
		if (u->lines[i])
			return policy_strike(u->policy, m, path, len, u->lines);
	return 0;
}

bool policy_unmatched_has(const struct policy_unmatched *u, size_t i)
{
	return u->lines[i / 64] >> (i % 64) & 1;
}

void policy_unmatched_free(struct policy_unmatched *u)
{
	free(u->lines);
	*u = (struct policy_unmatched)POLICY_UNMATCHED_INIT;
}
