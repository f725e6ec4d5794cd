/*
 * policy_unmatched - the `!` lines of a policy that have matched no path so far: what they allowed
 * is gone, or was never spelled so.
 */
#ifndef PYCGUARD_POLICY_UNMATCHED_H
#define PYCGUARD_POLICY_UNMATCHED_H

#include "policy.h"

struct policy_unmatched {
	const struct policy *policy; /* NULL: there are none */
	uint64_t *lines;             /* a bit for each line, see policy_strike */
};

#define POLICY_UNMATCHED_INIT                                                                      \
	{                                                                                          \
		NULL, NULL                                                                         \
	}

/** All `!` lines of a policy. 0, `out` being for policy_unmatched_free; -1 with it recorded. */
int policy_unmatched_all(struct policy_unmatched *out, const struct policy *p);

/** Strike the lines that match a path. 0; -1 with the failure recorded. */
int policy_unmatched_strike(
	struct policy_unmatched *u, struct matcher *m, const char *path, size_t len);

/** Whether line `i` of the policy is still one of them. */
bool policy_unmatched_has(const struct policy_unmatched *u, size_t i);

void policy_unmatched_free(struct policy_unmatched *u);

#endif
