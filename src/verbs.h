/*
 * verbs - what the program does, one function a verb. Each prints its own report and returns an
 * exit status of cli.h; with STATUS_FAILED, why is recorded in error.h and main says it.
 */
#ifndef PYCGUARD_VERBS_H
#define PYCGUARD_VERBS_H

#include "cli.h"
#include "environment.h"

/**
 * Print a report as the command line asks for it; its options are filled in here.
 *
 * @return STATUS_CLEAN or STATUS_REJECTED; STATUS_FAILED, recorded, when it could not be written
 */
int verb_report(const struct invocation *in, const struct environment *env, struct report *r);

int verb_check_staged(const struct invocation *in, const struct environment *env);
int verb_check_tracked(const struct invocation *in, const struct environment *env);
int verb_check_worktree(const struct invocation *in, const struct environment *env);
int verb_explain(const struct invocation *in, const struct environment *env);

#endif
