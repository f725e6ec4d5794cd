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
 * Load the policy. A .pycguard that is a symbolic link is refused, as git refuses a .gitignore that
 * is one.
 *
 * @param s    whose .pycguard, if it has one, is taken; NULL: that on disk is,
 * @param file its path, whether or not it is there; NULL: there is none
 * @return yours, for policy_free; NULL with the failure recorded
 */
struct policy *policy_load(
	const struct policy_files *files, struct snapshot *s, const char *file, bool caseless);

#endif
