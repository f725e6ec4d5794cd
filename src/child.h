/*
 * child - runs another program and hears what it says.
 */
#ifndef PYCGUARD_CHILD_H
#define PYCGUARD_CHILD_H

#include "buf.h"

enum { CHILD_ARGUMENTS_MAX = 15 };

/**
 * Run a program, found on PATH, to its end.
 *
 * @param out       its standard output is appended
 * @param err       the same of its standard error; NULL: thrown away
 * @param argv      its name and arguments, with a NULL at the end
 * @param variables its environment
 * @param input     its standard input; NULL: none
 * @return its exit status; -1 with the failure recorded (it could not be run, a signal ended it)
 */
int child_run(struct buf *out, struct buf *err, const char *const argv[], char **variables,
	const struct buf *input);

/** Record the line of its standard error in which git says why it failed. Always -1. */
int child_git_failed(const struct buf *err);

/**
 * Run git with `args` (NULL at the end, at most CHILD_ARGUMENTS_MAX) and take what it prints.
 *
 * @param out  cleared first; its last line end is taken off
 * @return 0; 1 when git ended with status 1, its way to say "none"; -1, recorded with git's own
 *         words, when it ended with any other
 */
int child_git(struct buf *out, char **variables, const char *const args[]);

#endif
