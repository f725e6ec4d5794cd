/*
 * refs - the refs of a repository, whoever keeps them: libgit2 reads those that are files
 * (refs.c), git those that are not, and all that hold ids of SHA-256 (refs_git.c).
 */
#ifndef PYCGUARD_REFS_H
#define PYCGUARD_REFS_H

#include "git.h"

/** Told a ref and the object that it leads to. 0 to go on; -1, with the failure recorded, to
 * stop. */
typedef int refs_visit(void *arg, const char *name, const struct oid *id);

/**
 * Visit all refs, or those whose name begins with a prefix. A symbolic ref that leads nowhere is
 * passed over, as git does.
 *
 * @param prefix NULL: all
 * @return 0; -1 with the failure recorded
 */
int refs_each(struct repository *r, const char *prefix, refs_visit *visit, void *arg);

/** Visit HEAD of each work tree; one before its first commit is passed over. */
int refs_each_head(struct repository *r, refs_visit *visit, void *arg);

/** Where HEAD leads. 0; 1 before the first commit; -1 with the failure recorded. */
int refs_head(struct oid *out, struct repository *r);

/** The same functions, and repository_resolve, as git answers them. */
int refs_git_each(struct repository *r, const char *prefix, refs_visit *visit, void *arg);
int refs_git_each_head(struct repository *r, refs_visit *visit, void *arg);
int refs_git_head(struct oid *out, struct repository *r);
int refs_git_resolve(struct oid *out, struct repository *r, const char *revision);

#endif
