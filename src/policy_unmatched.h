/*
 * policy_unmatched - the `!` lines of a policy that have matched no path so far: what they allowed
 * is gone, or was never spelled so.
 */
#ifndef PYCGUARD_POLICY_UNMATCHED_H
#define PYCGUARD_POLICY_UNMATCHED_H

#include "policy.h"

struct policy_unmatched {
	const struct policy_line **lines; /* in the order of the policy, whose they are */
	size_t count;
};

#define POLICY_UNMATCHED_INIT                                                                      \
	{                                                                                          \
		NULL, 0                                                                            \
	}

/** All `!` lines of a policy. 0, `out` being for policy_unmatched_free; -1 with it recorded. */
int policy_unmatched_all(struct policy_unmatched *out, const struct policy *p);

/** Strike the lines that match a path. 0; -1 with the failure recorded. */
int policy_unmatched_strike(
	struct policy_unmatched *u, struct matcher *m, const char *path, size_t len);

void policy_unmatched_free(struct policy_unmatched *u);

#endif
