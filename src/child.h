/*
 * child - runs another program and hears what it says.
 */
#ifndef PYCGUARD_CHILD_H
#define PYCGUARD_CHILD_H

#include <sys/types.h>

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
 * @return its exit status; -1 with the failure recorded (it could not be run, a signal ended it, it
 *         wrote nothing for 20 seconds), and with errno ENOENT when there is no such program
 */
int child_run(struct buf *out, struct buf *err, const char *const argv[], char **variables,
	const struct buf *input);

/**
 * Start a program, found on PATH.
 *
 * @param fds what its standard input, output and error shall be
 * @return 0; -1 with the failure recorded
 */
int child_spawn(pid_t *out, const char *const argv[], char **variables, const int fds[3]);

/**
 * Make the two ends of a connection, neither of which any other child of this process gets.
 *
 * @return 0; -1 with the failure recorded
 */
int child_socket(int ends[2]);

/**
 * Wait for its end. Its exit status; -1 with the failure recorded (a signal ended it, ...).
 *
 * @param name what it is called
 */
int child_wait(pid_t pid, const char *name);

/**
 * Wait until it writes or ends. One that does neither for 20 seconds is ended: it waits for a FIFO,
 * say, that a repository has where a file should be.
 *
 * @return 0; -1 with the failure recorded
 */
int child_listen(int fd, pid_t pid, const char *name);

/** Append all that can be read. 0; -1 with the failure recorded. */
int child_read_all(struct buf *out, int fd, const char *name);

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
