/*
 * hook_dir - plans for the two directories that hooks lie in (hooks.h draws them): the one where
 * git looks, DIR, and DIR.before-pycguard for the earlier hooks. Not for others than hooks_plan.
 *
 * All return 0, or -1 with the failure recorded.
 */
#ifndef PYCGUARD_HOOK_DIR_H
#define PYCGUARD_HOOK_DIR_H

#include <stddef.h>

#include "plan.h"

/** Plan to make `dir` and what is missing above it; `*count` grows by as many. */
int hook_dir_plan(struct plan *out, unsigned *count, const char *dir);

/**
 * Plan to remove `dir` and directories above it, `made` in all, when nothing else is in `dir` than
 * the `leaving` files that the plan takes out of it.
 */
int hook_dir_plan_none(struct plan *out, const char *dir, size_t leaving, unsigned made);

/**
 * Plan the directory of earlier hooks, with links to what is in `dir` now: an earlier hook finds
 * there what it found beside itself.
 */
int hook_dir_plan_kept(struct plan *out, const char *dir);

/** Plan to remove that directory, when nothing else is in it than `leaving` earlier hooks. */
int hook_dir_plan_no_kept(struct plan *out, const char *dir, size_t leaving);

#endif
