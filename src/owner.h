/*
 * owner - whether a repository that may be another user's is read: git's rule (safe.directory).
 *
 * libgit2's own answer differs: 1.5 knows no `*`, asks even when GIT_DIR names the repository, and
 * fails where safe.directory is not set at all. So it is not asked where it can be told not to.
 * Only for files that use libgit2.
 */
#ifndef PYCGUARD_OWNER_H
#define PYCGUARD_OWNER_H

#include "environment.h"
#include "git.h"

/** Before the first repository is opened; it holds for the process. 0; -1 with the failure
 * recorded. */
int owner_prepare(void);

/**
 * After it is open: it is ours, or GIT_DIR names it, or the protected configuration (system and
 * global) trusts it.
 *
 * @return 0; -1 with the refusal recorded, which says how to trust it
 */
int owner_check(git_repository *git, const struct environment *env);

#endif
