/*
 * cmd - what the commands share: how they report. Each command is in its cmd_*.c: its name, its
 * options, and what it does.
 */
#ifndef PYCGUARD_CMD_H
#define PYCGUARD_CMD_H

#include "base/environment.h"
#include "check/pathset.h"
#include "cli/cli.h"
#include "report/report.h"

/**
 * Print a report as the command line asks for it; its options are filled in here.
 *
 * @return STATUS_CLEAN or STATUS_REJECTED; STATUS_FAILED, recorded, when it could not be written
 */
int cmd_report(const struct invocation *in, const struct environment *env, struct report *r);

/** Whether a person who looks at standard output wants to be told that all is well. */
bool cmd_wants_all_clear(const struct invocation *in, const struct environment *env);

/** Append paths for people, one a line; without -v not hundreds of them. */
void cmd_list(struct buf *out, const struct invocation *in, const struct pathset *paths);

/**
 * Print what a command that changes something has done, or would do: with -z the paths, else (but
 * for -q) the text.
 *
 * @return 0; -1 with the failure recorded
 */
int cmd_say(const struct invocation *in, const struct pathset *paths, const struct buf *text);

/** Whether a report of no finding would be empty. */
bool cmd_is_silent(const struct invocation *in, const struct environment *env);

#endif
