/*
 * job - what a verb that works on the index needs: the repository, its index, the policy, and the
 * paths that the person named; opened in order and closed in one place.
 */
#ifndef PYCGUARD_JOB_H
#define PYCGUARD_JOB_H

#include <stdbool.h>

#include "base/environment.h"
#include "check/pathset.h"
#include "cli/cli.h"
#include "git/repository.h"
#include "policy/policy.h"

struct job {
	struct repository *repository;
	struct snapshot *snapshot; /* the index */
	struct policy *policy;
	struct pathset named; /* the operands, as paths of the index */
	struct buf prefix;    /* where the user's shell is below the top, with its slash, or "" */
	bool caseless;
};

/** @param job for job_close, also on failure. @return 0; -1 with the failure recorded. */
int job_open(struct job *job, const struct invocation *in, const struct environment *env);

/**
 * Append where the user's shell is below the top of the work tree, with a slash at its end. A hook
 * runs at the top, and GIT_PREFIX says where the user is.
 *
 * @return 0; -1 with the failure recorded
 */
int job_prefix(struct buf *out, const struct repository *r, const struct environment *env);

void job_close(struct job *job);

#endif
