/*
 * exec - the one way to run another program, and that program is the user's git.
 *
 * However git is run, it is found in an absolute directory of PATH (an empty or relative element
 * could be the repository's own), asks nobody, fetches nothing, takes no lock that it can do
 * without, honours no replacement object, and runs no file system monitor and no pager. Its
 * messages are in English. One that writes nothing for EXEC_SILENCE seconds is
 * ended: it waits for a FIFO, say, where a file should be. Signals do not count as silence.
 *
 * Fill in the first members, leave the rest zeros. Then either exec_run; or exec_start, what writes
 * and reads, and exec_end or exec_stop. What git reads all of is a file without a name, and so are
 * its complaints, so that nobody waits for anybody.
 */
#ifndef PYCGUARD_EXEC_H
#define PYCGUARD_EXEC_H

#include "base/base.h"

enum { EXEC_SILENCE = 20, EXEC_CHANGES_MAX = 8 };

struct exec {
	const char *const *args; /* the words after "git", with a NULL at the end */
	char *const *variables;  /* the environment, with a NULL at the end */
	/* What is different in it, up to the first NULL: NAME=VALUE is set, NAME is removed. */
	const char *changes[EXEC_CHANGES_MAX + 1];
	const char *dir; /* where it runs; NULL: here */
	int patience;    /* in seconds, in place of EXEC_SILENCE; 0: that */

	bool running;
	pid_t pid;         /* 0: it has ended */
	int fd;            /* where it writes and, without `input`, reads; -1: ended */
	int input;         /* the file that it reads; -1: none */
	int complaint;     /* the file of what it writes to standard error, */
	struct buf words;  /* and the first of that, once it has ended */
	struct buf output; /* from `taken` on it is still to be taken */
	size_t taken;
};

/** A new file without a name that has this text, open at its start; to be closed. -1 recorded. */
int exec_file(const struct buf *text);

/** Run git to its end. What it prints is appended to `out` and what it complains of to `err`; NULL:
 * thrown away. `input` is its standard input; NULL: none. Its exit status, which is recorded in its
 * words unless it is 0; -1 recorded: ERROR_NO_GIT when there is no git. */
int exec_run(struct buf *out, struct buf *err, struct exec *e, const struct buf *input);

/** Start git, which reads that; NULL: what exec_write writes. 0; -1 with the failure recorded, and
 * nothing to stop. */
int exec_start(struct exec *e, const struct buf *input);

/** Write a question, to which the answer is then read. A failure shows when that is read. */
void exec_write(struct exec *e, const char *bytes, size_t len);

/** Read a record up to a byte that ends it, '\n' or NUL; borrowed, with a NUL, until the next call.
 * 1; 0 at the end of the output (exec_end tells how it ended), unless there must be one; -1
 * recorded, in git's words if it ended. */
int exec_line(struct exec *e, char end, char **record, bool must);

/** Read exactly so many bytes. 0; -1 recorded, in git's words if it ended. */
int exec_read(struct exec *e, void *bytes, size_t len);

/** End a loop of exec_line, which said `status` last. 0 when it had read all, and git has no
 * complaint; -1 with the failure recorded. */
int exec_end(struct exec *e, int status);

/** Have it end, whatever it is doing, and forget it; nothing when it was never started. */
void exec_stop(struct exec *e);

#endif
