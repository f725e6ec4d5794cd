/*
 * policy_load - where the lines of the policy come from: the .pycguard of a snapshot, or the file
 * that --policy names, which stands in for it.
 */
#ifndef PYCGUARD_POLICY_LOAD_H
#define PYCGUARD_POLICY_LOAD_H

#include "buf.h"
#include "policy.h"
#include "snapshot.h"

/** ".pycguard" */
extern const char policy_path[];

/**
 * Append a file, up to a byte more than a policy may have, which policy_add then refuses.
 *
 * @return 0; -1 with the failure recorded
 */
int policy_read(struct buf *text, const char *file);

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

/** The same where its .pycguard has been looked up: `e`, which is NULL when it has none. */
int policy_load_entry(
	struct policy **out, struct snapshot *s, const struct entry *e, bool caseless);

#endif
