/*
 * verbs - what the program does, one function a verb. Each prints its own report and returns an
 * exit status of cli.h; with STATUS_FAILED, why is recorded in error.h and main says it.
 */
#ifndef PYCGUARD_VERBS_H
#define PYCGUARD_VERBS_H

#include "cli.h"
#include "environment.h"
#include "pathset.h"
#include "report.h"

/**
 * Print a report as the command line asks for it; its options are filled in here.
 *
 * @return STATUS_CLEAN or STATUS_REJECTED; STATUS_FAILED, recorded, when it could not be written
 */
int verb_report(const struct invocation *in, const struct environment *env, struct report *r);

/** Whether a person who looks at standard output wants to be told that all is well. */
bool verb_wants_all_clear(const struct invocation *in, const struct environment *env);

/** That a repair verb can report in the format asked for. 0; -1 with the failure recorded. */
int verb_repair_usage(const struct invocation *in);

/** Append paths for people, one a line; without -v not hundreds of them. */
void verb_repair_list(struct buf *out, const struct invocation *in, const struct pathset *paths);

/**
 * Print what a repair verb has done, or would do: with -z the paths, else (but for -q) the text.
 *
 * @return 0; -1 with the failure recorded
 */
int verb_repair_report(
	const struct invocation *in, const struct pathset *paths, const struct buf *text);

/** Whether a report of no finding would be empty. */
bool verb_is_silent(const struct invocation *in, const struct environment *env);

int verb_check_staged(const struct invocation *in, const struct environment *env);
int verb_check_tracked(const struct invocation *in, const struct environment *env);
int verb_check_range(const struct invocation *in, const struct environment *env);
int verb_check_history(const struct invocation *in, const struct environment *env);
int verb_check_worktree(const struct invocation *in, const struct environment *env);
int verb_untrack(const struct invocation *in, const struct environment *env);
int verb_clean(const struct invocation *in, const struct environment *env);
int verb_check_ignores(const struct invocation *in, const struct environment *env);
int verb_add_ignores(const struct invocation *in, const struct environment *env);
int verb_explain(const struct invocation *in, const struct environment *env);
int verb_install(const struct invocation *in, const struct environment *env);
int verb_uninstall(const struct invocation *in, const struct environment *env);
int verb_status(const struct invocation *in, const struct environment *env);
int verb_pre_push(const struct invocation *in, const struct environment *env);
int verb_pre_receive(const struct invocation *in, const struct environment *env);

#endif
