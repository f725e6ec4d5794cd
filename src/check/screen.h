/*
 * screen - the fast answer "nothing to reject" to the checks of the index, without libgit2.
 *
 * It says clean only where what git would commit holds nothing to reject, whatever the
 * configuration says, of which it knows no grammar:
 *
 *     where   `.git` is a directory right here, ours as is the top, and git would not look further:
 *             HEAD, objects and refs are there, and no variable names a repository
 *     index   the file of GIT_INDEX_FILE or .git/index, all of it understood (index_walk.h). No
 *             configuration names another; core.worktree, if it is there, moves a relative one
 *     policy  the built-in lines, and the file of --extend; then the file of --policy, or the lines
 *             of the staged .pycguard, if the file on disk is the one staged, as git tells it: by
 *             times, size and inode, and older than the index
 *     paths   none with a name that may be bytecode's (bytecode_suspect, which includes what the
 *             built-in lines match), or that a rejecting line matches, with regard to case or
 *             without: under negation (`[!a-z]`, `(?!x)`) a caseless line matches less. What
 *             a `!` line allows, an entry's mode and flags, core.ignoreCase: left to the closer
 *             look
 */
#ifndef PYCGUARD_SCREEN_H
#define PYCGUARD_SCREEN_H

#include "base/environment.h"
#include "check/policy_load.h"
#include "git/index_walk.h"

/** Whether a check of the index, of no path by name, surely finds nothing; and, without `allows`,
 * there is no `!` line either, of which something might be said. False: look closer. What a failure
 * on the way leaves in error.h is without meaning. */
bool screen_is_clean(const struct environment *env, const struct policy_files *files, bool allows);

/** Whether an entry of an index is surely not rejected, those before it having been let pass.
 * `base`, 0 at first, is where the name of the one before begins, and then where its own does. `p`
 * is of PATTERN_EITHER; without `m`, no line of the user's rejects, and `p` is not used. */
bool screen_lets_pass(
	const struct index_entry *e, size_t *base, const struct policy *p, struct matcher *m);

#endif
