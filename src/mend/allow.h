/*
 * allow - lines for .pycguard that allow files on purpose, each as what it is now: a cache that is
 * allowed as bytecode, and whose source is then deleted, is found again.
 */
#ifndef PYCGUARD_ALLOW_H
#define PYCGUARD_ALLOW_H

#include "check/check.h"

/**
 * Make the lines for those of the named files that are rejected: `!RULE:/path`, the reason above.
 *
 * @param lines  appended, and `paths` the files that they are for
 * @param check  CHECK_TRACKED of the named files, which are in the index, but for its policy
 * @param extend of struct policy_files; `text` is that of .pycguard as it is on disk
 * @param reason or NULL
 * @return 0; -1 with the failure recorded
 */
int allow_plan(struct buf *lines, struct pathset *paths, const struct check *check,
	const char *extend, const struct buf *text, const char *reason);

#endif
