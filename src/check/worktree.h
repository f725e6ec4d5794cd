/*
 * worktree - a directory on disk that a person named, opened to be checked: its files as a
 * snapshot, and the policy that holds there.
 *
 * The policy is the .pycguard at the top of the repository that the directory is in, known by its
 * .git, or else the one in the directory itself. A directory that is a __pycache__ is looked at
 * from the one that holds it, since the sources are there.
 */
#ifndef PYCGUARD_WORKTREE_H
#define PYCGUARD_WORKTREE_H

#include "check/check.h"
#include "check/policy_load.h"
#include "disk/disk.h"

struct worktree {
	struct check check; /* of it; whom it tells of what fails is whom the snapshot does */
	struct snapshot *snapshot;
	struct policy *policy;
	struct buf real;        /* the directory, absolute and without links, with its slash */
	struct buf policy_base; /* what stands before a path when lines are matched, */
	struct buf shown_base;  /* and what when it is shown */
};

/** Open the directory `dir`, as a person named it; `only` of the options is set here. `out` is for
 * worktree_close, also on failure. 0; -1 recorded. */
int worktree_open(struct worktree *out, const char *dir, const struct policy_files *files,
	const struct disk_options *options);

void worktree_close(struct worktree *w);

#endif
