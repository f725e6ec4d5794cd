/*
 * cmd - what the commands share: the job that works on the index, and how they report. Each command
 * is in its cmd_*.c: its name, its options, and what it does.
 */
#ifndef PYCGUARD_CMD_H
#define PYCGUARD_CMD_H

#include "base/environment.h"
#include "base/progress.h"
#include "check/pathset.h"
#include "check/policy_load.h"
#include "cli/cli.h"
#include "git/repository.h"
#include "report/report.h"

/** What a command works with. */
struct job {
	const struct invocation *in;
	const struct environment *env;
	struct policy_files files;
	struct progress progress;
	struct repository *repository;
	struct snapshot *snapshot; /* the index */
	struct policy *policy;
	struct pathset named; /* see job_named */
	struct buf prefix;    /* where the user's shell is below the top, with its slash, or "" */
	bool caseless;
	struct pathset paths; /* what a command that changes something has changed, or would */
	struct buf text;      /* the same for people */
};

/**
 * Run a command that works on the index: with the repository, its index and the policy open, and
 * progress shown as files.
 *
 * @param body returns a status, or -1 with the failure recorded
 * @return the status; STATUS_FAILED, recorded
 */
int cmd_with_index(
	const struct invocation *in, const struct environment *env, int (*body)(struct job *));

/** Take the operands for paths of the index. 0; -1 with the failure recorded. */
int job_named(struct job *job);

/**
 * Append where the user's shell is below the top of the work tree, with a slash at its end. A hook
 * runs at the top, and GIT_PREFIX says where the user is.
 *
 * @return 0; -1 with the failure recorded
 */
int job_prefix(struct buf *out, const struct repository *r, const struct environment *env);

/** Append paths for people, one a line; without -v not hundreds of them. */
void job_list(struct job *job, const struct pathset *paths);

/**
 * Print what a command that changes something has done, or would do: with -z the paths, else (but
 * for -q) the text.
 *
 * @return STATUS_REJECTED when something is left to do by a dry run, else STATUS_CLEAN; -1 recorded
 */
int job_say(struct job *job);

/**
 * Print a report as the command line asks for it; its options are filled in here.
 *
 * @return STATUS_CLEAN or STATUS_REJECTED; STATUS_FAILED, recorded, when it could not be written
 */
int cmd_report(const struct invocation *in, const struct environment *env, struct report *r);

/** Whether a person who looks at standard output wants to be told that all is well. */
bool cmd_wants_all_clear(const struct invocation *in, const struct environment *env);

bool cmd_wants_color(const struct invocation *in, const struct environment *env);

/**
 * Find out what a person should know beside the findings: whether .pycguard as it is on disk allows
 * them, and whether git would add them again. No more than hints: what fails is not said.
 * `index` may be NULL.
 */
void cmd_find_hints(struct report *r, const struct invocation *in, struct repository *repository,
	struct snapshot *index, bool caseless);

#endif
