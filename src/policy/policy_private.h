/*
 * policy_private - what policy.c, which reads the lines, and policy_match.c, which holds paths
 * against them, share. Not for others.
 *
 * So that hundreds of lines cost a path little more than a few, each line knows up to three grams
 * of a path that it matches: three bytes in a row of a path with a slash before it and one after
 * it, letters in either case, as a number below POLICY_SLOTS. POLICY_SLOTS itself is in any path.
 */
#ifndef PYCGUARD_POLICY_PRIVATE_H
#define PYCGUARD_POLICY_PRIVATE_H

#include <arpa/inet.h>
#include <string.h>

#include "policy/policy.h"

enum { BUILTIN_COUNT = 3, QUOTED_MAX = 200, POLICY_SLOTS = 512 };

struct policy {
	struct policy_line *lines; /* the built-in ones first */
	size_t count;
	struct origin *origins;
	bool caseless;
	bool either; /* with regard to case as well */
	bool adds;   /* a line of the user's rejects */
	int64_t limit;
};

/** The gram of the first three of four bytes. */
static inline uint16_t gram_of(const char s[static 4])
{
	uint32_t bytes;

	memcpy(&bytes, s, sizeof bytes);
	return (uint16_t)((bytes & htonl(0x1f1f1f00)) * UINT32_C(2654435761) >> 23);
}

/** Count the time since `begun`, a time of pattern_clock. 0; -1 recorded: it was too long. */
int policy_charge(const struct policy *p, int64_t begun);

/** The time at which what the policy does must be done. */
int64_t policy_deadline(const struct policy *p, int64_t begun);

#endif
