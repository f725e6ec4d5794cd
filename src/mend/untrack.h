/*
 * untrack - take what the policy rejects out of the index, and leave it on disk.
 *
 * Which paths these are is planned first, from the index and the policy: an object is read only
 * where a line of the policy allows a file by some rules, so one that is missing seldom matters.
 * git itself takes them out (`git update-index --force-remove`): under its own lock, which must be
 * free; every stage of a path in conflict; all else, flags, times and extensions, as git keeps it.
 * The index is the old one or the new one at any instant. git sees no file of the work tree for
 * that, so it runs no filter, and no hook.
 */
#ifndef PYCGUARD_UNTRACK_H
#define PYCGUARD_UNTRACK_H

#include "base/progress.h"
#include "check/pathset.h"
#include "git/repository.h"
#include "policy/policy.h"

/**
 * Find the paths to take out.
 *
 * @param plan  they are added, in the order of the index
 * @param named only these paths, and what is below them; an empty set: everything. Each must be
 *              there
 * @return 0; -1 with the failure recorded
 */
int untrack_plan(struct pathset *plan, struct snapshot *index, const struct policy *policy,
	const struct pathset *named, bool caseless, struct progress *progress);

/**
 * Find the paths that the staged check calls an error: those that the commit about to be made would
 * add, change or orphan.
 *
 * @param plan  they are added, in the order of the index
 * @param named as above
 * @return 0; -1 with the failure recorded
 */
int untrack_plan_staged(struct pathset *plan, struct repository *r, struct snapshot *index,
	const struct policy *policy, const struct pathset *named, bool caseless,
	struct progress *progress);

/** Take the paths of a plan out. 0; -1 with the failure recorded, naming a lock that is held. */
int untrack_apply(struct repository *r, const struct pathset *plan);

#endif
