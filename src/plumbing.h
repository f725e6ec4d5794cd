/*
 * plumbing - what git's own commands tell of a repository that libgit2 refuses: another object
 * format (SHA-256), another store of refs (reftable), an extension that it has not heard of.
 *
 * For objects, refs and the index see cat_file.h, refs.h and index_rows.h. Not for others than the
 * files that use libgit2.
 */
#ifndef PYCGUARD_PLUMBING_H
#define PYCGUARD_PLUMBING_H

#include "git.h"

/**
 * Find the repository as git does, by its own rule of whose it may be. Called after libgit2 refused
 * it, with the refusal recorded, which becomes a part of the failure's words.
 *
 * @param r     its directories and the length of its ids are filled in
 * @param start where to look, if the environment does not count (`r->elsewhere`)
 * @return 0; -1 with the failure recorded
 */
int plumbing_find(struct repository *r, const char *start);

/** As repository_ignores_case. */
int plumbing_ignores_case(const struct repository *r, bool *out);

/**
 * Record that git, asked since libgit2 failed, failed too: the words of both, and which command of
 * git takes away what was in libgit2's way, if there is one. Always -1.
 *
 * @param refusal libgit2's words, with "cannot ..." before them
 */
int plumbing_failed(const char *refusal);

#endif
