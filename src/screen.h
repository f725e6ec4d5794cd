/*
 * screen - the fast answer "surely nothing here" to the staged check, from the raw index file.
 *
 * It may be taken away without changing any result: for whatever is not plain it says no, and then
 * the check itself, which needs libgit2, gives the verdict. Plain is
 *
 *     where   `.git` is a directory right here, ours as is the top, with HEAD, objects and refs and
 *     a
 *             configuration that moves nothing (plain_config.h); no GIT_DIR, GIT_WORK_TREE or
 *             object directory named
 *     index   the file of GIT_INDEX_FILE or .git/index, well formed to the last byte and with the
 *             right checksum, or none at all (raw_index.h)
 *     policy  the file of --policy; else the lines of the staged .pycguard, if the file on disk
 *     hashes
 *             to the staged object id, whatever its times say; else the built-in lines
 *     paths   none with a name that may be bytecode's (bytecode_suspect, which takes in what the
 *             built-in lines match), or that a rejecting line matches, with regard to case or
 *             without: under negation (`[!a-z]`, `(?!x)`) a caseless line matches less. What
 *             a `!` line allows, an entry's mode and flags, core.ignoreCase: left to the closer
 *             look
 *
 * Not looked at, although libgit2 would fail on it: a broken configuration outside the repository
 * (with that no command of git starts, and so no hook), and whether a .pycguard that is not loose
 * is really in a pack (its bytes are known to be those staged all the same).
 */
#ifndef PYCGUARD_SCREEN_H
#define PYCGUARD_SCREEN_H

#include <stdbool.h>

#include "environment.h"
#include "policy.h"
#include "raw_index.h"

/**
 * Whether a staged check, of no path by name, surely finds nothing.
 *
 * @param policy the file of --policy, or NULL
 * @return false: look closer. A failure on the way is no more than that; what it leaves in error.h
 *         is without meaning.
 */
bool screen_is_clean(const struct environment *env, const char *policy);

/**
 * Whether an entry of an index is surely not rejected, those before it having been let pass.
 *
 * @param policies the lines twice, with regard to case and caseless
 * @param m        NULL: no line of the user's rejects, and `policies` are not used
 */
bool screen_lets_pass(
	const struct raw_entry *e, struct policy *const policies[2], struct matcher *m);

#endif
