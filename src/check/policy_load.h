/*
 * policy_load - where the lines of the policy come from, in this order: the built-in ones, the file
 * of --extend, then the .pycguard of a snapshot or of a directory, or the file of --policy, which
 * stands in for it. A .pycguard is a stranger's, and its lines may take POLICY_TIME in all.
 */
#ifndef PYCGUARD_POLICY_LOAD_H
#define PYCGUARD_POLICY_LOAD_H

#include "git/snapshot.h"
#include "policy/policy.h"

/** ".pycguard" */
extern const char policy_path[];

/** The files that a person named, which must exist; NULL: none. Borrowed. */
struct policy_files {
	const char *policy; /* stands in for .pycguard */
	const char *extend; /* comes before it */
};

/**
 * Load the policy of a snapshot. A .pycguard that is a symbolic link is refused, as git refuses a
 * .gitignore that is one.
 *
 * @param out yours, for policy_free; NULL on failure
 * @param s   NULL, or it has no .pycguard: there are no such lines
 * @return 0; -1 with the failure recorded
 */
int policy_load(
	struct policy **out, const struct policy_files *files, struct snapshot *s, bool caseless);

/** The same where its .pycguard has been looked up: `e`, which is NULL when it has none. */
int policy_load_entry(struct policy **out, const struct policy_files *files, struct snapshot *s,
	const struct entry *e, bool caseless);

/** The same of a directory on disk; `file` is the path of its .pycguard, whether or not there. */
int policy_load_disk(
	struct policy **out, const struct policy_files *files, const char *file, bool caseless);

#endif
