/*
 * policies - the policy that holds for each commit: one pinned for all, or the .pycguard of the
 * commit. Commits with the same .pycguard share a policy; a few are kept, for they cost memory.
 */
#ifndef PYCGUARD_POLICIES_H
#define PYCGUARD_POLICIES_H

#include "check/policy_load.h"
#include "git/repository.h"
#include "range/walk.h"

enum { POLICIES_KEPT = 4 };

struct policies {
	struct repository *repository;
	const struct policy *pinned;      /* borrowed; NULL: as of each commit */
	const struct policy_files *files; /* borrowed */
	bool caseless;
	struct policies_slot {
		struct oid oid; /* of .pycguard; zero where there is none */
		uint32_t mode;
		struct policy *policy; /* NULL: a free slot */
	} slots[POLICIES_KEPT];
	unsigned next; /* slot to give up */
};

/**
 * The policy of a commit, borrowed until the next call.
 *
 * @return NULL with the failure recorded, the commit named
 */
const struct policy *policies_of(struct policies *p, const struct walk_commit *c);

void policies_release(struct policies *p);

#endif
