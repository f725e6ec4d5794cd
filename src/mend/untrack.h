/*
 * untrack - take what the policy rejects out of the index, and leave it on disk.
 *
 * Which paths these are is planned first, from the index and the policy. git itself takes them out
 * (`git update-index --force-remove`): under its own lock, which must be free; every stage of a
 * path in conflict; all else, flags, times and extensions, as git keeps it. The index is the old
 * one or the new one at any instant. git sees no file of the work tree for that, so it runs no
 * filter, and no hook.
 */
#ifndef PYCGUARD_UNTRACK_H
#define PYCGUARD_UNTRACK_H

#include "check/check.h"

/** Find the paths to take out, in the order of the index: what a check calls an error, of the named
 * paths and what is below them (an empty set: of all), each of which must be there. CHECK_TRACKED
 * is to be `sparing`, so that an object that is missing seldom matters. 0; -1 recorded. */
int untrack_plan(struct pathset *plan, const struct check *check, const struct pathset *named);

/** Take the paths of a plan out. 0; -1 with the failure recorded, naming a lock that is held. */
int untrack_apply(struct repository *r, const struct pathset *plan);

#endif
