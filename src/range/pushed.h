/*
 * pushed - what a remote has, as far as we have seen: the refs that its own fetch refspecs write.
 *
 * A ref that another remote's refspecs write as well, a symbolic ref, a branch and a tag do not
 * tell what the remote has, for it is not the remote alone that they come from.
 */
#ifndef PYCGUARD_PUSHED_H
#define PYCGUARD_PUSHED_H

#include "range/walk.h"

/**
 * Hide what a remote has. One that was never fetched, or that has no name but a URL, has what any
 * remote has.
 *
 * @return 0; -1 with the failure recorded
 */
int pushed_hide(struct walk *w, struct repository *r, const char *remote);

#endif
