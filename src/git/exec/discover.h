/*
 * discover - which repository this is, and what git's configuration says of it: git's own answers.
 *
 * git knows all that decides it: the environment, gitfiles, core.worktree in any file of the
 * configuration, and whether a repository of another owner may be read (safe.directory). Only where
 * there is no git to run, libgit2 finds it. Not for others than repository.c.
 */
#ifndef PYCGUARD_DISCOVER_H
#define PYCGUARD_DISCOVER_H

#include "git/git.h"

/**
 * Find the repository that `start` is in.
 *
 * @param r `top`, `dir`, `common` and `oid_size` are filled in; `elsewhere` says whether the
 *          environment and the owner count
 * @return 0; -1 with the failure recorded; 1, recorded as ERROR_NO_REPOSITORY, when there is none:
 *         no directory from `start` up has even a damaged one
 */
int discover(struct repository *r, const struct environment *env, const char *start);

/**
 * Ask for a value of the configuration.
 *
 * @param type as in git config --type
 * @return 0; 1 when it is not set; -1 with the failure recorded
 */
int discover_setting(
	struct buf *out, const struct repository *r, const char *type, const char *name);

#endif
