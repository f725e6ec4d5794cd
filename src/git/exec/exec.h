/*
 * exec - the one way to run another program, and that program is the user's git.
 *
 * However git is run, it is found in an absolute directory of PATH (an empty or relative element
 * could be the repository's own), asks nobody, fetches nothing, takes no lock that it can do
 * without, honours no replacement object, and runs no file system monitor and no pager. Its
 * messages are in English. One that reads nothing and writes nothing for EXEC_SILENCE seconds is
 * ended: it waits for a FIFO, say, where a file should be. Signals do not count as silence.
 *
 * Fill in the first members, leave the rest zeros. Then either exec_run; or exec_start, what writes
 * and reads in any order, and exec_end or exec_stop. What is written is queued, so that nobody
 * waits for anybody.
 */
#ifndef PYCGUARD_EXEC_H
#define PYCGUARD_EXEC_H

#include "base/base.h"

enum { EXEC_SILENCE = 20, EXEC_CHANGES_MAX = 8 };

struct exec {
	const char *const *args; /* the words after "git", with a NULL at the end */
	char *const *variables;  /* the environment, with a NULL at the end */
	/* What is different in it, up to the first NULL: NAME=VALUE is set, NAME is taken out. */
	const char *changes[EXEC_CHANGES_MAX + 1];
	const char *dir;   /* where it runs; NULL: here */
	unsigned patience; /* in seconds, in place of EXEC_SILENCE; 0: that */
	int file;          /* a descriptor, borrowed, to read instead of what is written; 0: none */

	const char *name; /* its first argument */
	bool running, input_ended, input_lost;
	pid_t pid;
	int fd, complaint; /* both ways; what it writes to standard error; -1: ended */
	struct buf input;  /* from `written` on it is still to be written */
	struct buf output; /* from `taken` on it is still to be taken */
	size_t written, taken;
	struct buf words; /* the first of what it said on standard error */
};

/** Run git to its end. What it prints is appended to `out` and what it complains of to `err`; NULL:
 * thrown away. `input` is its standard input; NULL: none. Its exit status, which is recorded in its
 * words unless it is 0; -1 recorded: ERROR_NO_GIT when there is no git. */
int exec_run(struct buf *out, struct buf *err, struct exec *e, const struct buf *input);

/** Start git. 0; -1 with the failure recorded, and nothing to stop. */
int exec_start(struct exec *e);

/** Queue bytes for its standard input. A failure shows when its output is read. */
void exec_write(struct exec *e, const void *bytes, size_t len);

/** Nothing more will be written. */
void exec_end_input(struct exec *e);

/** Read a record up to a byte that ends it, '\n' or NUL; borrowed, with a NUL, until the next call.
 * 1; 0 at the end of the output (exec_end tells how it ended); -1 recorded. */
int exec_line(struct exec *e, char end, char **record);

/** The same where there must be one. 0; -1 recorded, in git's words if it ended. */
int exec_answer(struct exec *e, char end, char **record);

/** Read exactly so many bytes. As exec_answer. */
int exec_read(struct exec *e, void *bytes, size_t len);

/** End a loop of exec_line, which said `status` last. 0 when it had read all, and git has no
 * complaint; -1 with the failure recorded. */
int exec_end(struct exec *e, int status);

/** Have it end, whatever it is doing, and forget it; nothing when it was never started. */
void exec_stop(struct exec *e);

#endif
