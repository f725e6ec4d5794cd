/*
 * policy_load - where the lines of the policy come from: the .pycguard of a snapshot, or the file
 * that --policy names, which stands in for it.
 */
#ifndef PYCGUARD_POLICY_LOAD_H
#define PYCGUARD_POLICY_LOAD_H

#include "policy.h"
#include "snapshot.h"

/**
 * The built-in lines and those of a file on disk.
 *
 * @param out  yours, for policy_free; NULL on failure
 * @param file its name, for a message too; it must exist
 * @return 0; -1 with the failure recorded
 */
int policy_load_file(struct policy **out, const char *file, bool caseless);

/**
 * The built-in lines and those of the snapshot's .pycguard, if it has one. A .pycguard that is a
 * symbolic link is refused, as git refuses a .gitignore that is one.
 *
 * @return 0; -1 with the failure recorded
 */
int policy_load_snapshot(struct policy **out, struct snapshot *s, bool caseless);

#endif
