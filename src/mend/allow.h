/*
 * allow - lines for .pycguard that allow files on purpose, each as what it is now: a cache that is
 * allowed as bytecode, and whose source is then deleted, is found again.
 */
#ifndef PYCGUARD_ALLOW_H
#define PYCGUARD_ALLOW_H

#include "check/pathset.h"
#include "git/snapshot.h"

/** What to look at. Everything is borrowed. */
struct allow {
	struct snapshot *index;
	bool caseless;
	const char *extend;          /* of struct policy_files */
	const struct buf *text;      /* of .pycguard as it is on disk */
	const struct pathset *named; /* sorted; each is in the index */
	const char *reason;          /* or NULL */
};

/**
 * Make the lines for those of the named files that are rejected.
 *
 * @param lines appended: a line `!RULE:/path` a file, the reason above it
 * @param paths added: what they are for
 * @return 0; -1 with the failure recorded
 */
int allow_plan(struct buf *lines, struct pathset *paths, const struct allow *a);

#endif
