/*
 * refs - what git says that HEAD and other revisions are.
 */
#ifndef PYCGUARD_REFS_H
#define PYCGUARD_REFS_H

#include "git/repository.h"

/** Where HEAD leads. 0; 1 before the first commit; -1 with the failure recorded. */
int refs_head(struct oid *out, struct repository *r);

/**
 * Record why git failed at what it warns of nothing but: refs that lead nowhere are passed over.
 *
 * @param words what it said on standard error
 * @return 0 when it said nothing else; -1 with its words recorded
 */
int refs_check_warnings(const struct buf *words);

#endif
