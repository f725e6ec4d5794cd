/*
 * policy_private - what policy.c, which reads the lines, and policy_match.c, which holds paths
 * against them, share. Not for others.
 */
#ifndef PYCGUARD_POLICY_PRIVATE_H
#define PYCGUARD_POLICY_PRIVATE_H

#include "policy.h"
#include "shortlist.h"

enum { BUILTIN_COUNT = 3, QUOTED_MAX = 200 };

struct policy {
	struct policy_line *lines; /* the built-in ones first */
	size_t count;
	size_t cap;
	struct origin *origins;
	struct shortlist shortlist; /* of all lines */
	bool caseless;
};

#endif
