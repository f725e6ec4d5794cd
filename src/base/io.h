/*
 * io - all of a file, where a call may move a part only or be interrupted. The caller knows what
 * the descriptor is of, so it is the caller that words a failure.
 */
#ifndef PYCGUARD_IO_H
#define PYCGUARD_IO_H

#include <sys/types.h>

#include "base/buf.h"

/**
 * As openat(2), not as a terminal nor for programs that are run, again when a signal interrupted
 * it. A FIFO that nobody writes to ends the process (signals.h).
 *
 * @param mode for O_CREAT, else 0
 */
int io_openat(int dir, const char *path, int flags, mode_t mode);

/** Whether there is something of that name, be it a link to nothing. 1; 0; -1 recorded. */
int io_exists(const char *path);

/** Whether we may run it. 1; 0 when not, or when there is nothing; -1 recorded. */
int io_can_run(const char *path);

/** The program that a shell would run for that name, `search` being PATH or NULL. Yours, for
 * free(); NULL: there is none. */
char *io_find_program(const char *name, const char *search);

/** Read as read(2) does, again when a signal interrupted it. */
ssize_t io_read(int fd, void *bytes, size_t size);

/**
 * Append what there is to the end, or until the buf has more than `most` bytes: so that what is too
 * large shows. 0; -1 with errno set.
 */
int io_read_all(struct buf *out, int fd, size_t most);

/** The same of a file, opened with `flags` besides those for reading. */
int io_read_file(struct buf *out, const char *path, int flags, size_t most);

/** Write all of it. 0; -1 with errno set. */
int io_write_all(int fd, const void *bytes, size_t len);

/** A time in nanoseconds, cheap to ask for and exact to some milliseconds. */
int64_t io_clock(void);

/** The bytes of a file, as they are in memory; zeros: of none. */
struct io_map {
	const unsigned char *bytes;
	size_t len;
};

/** Map a regular file that is not empty; false, with nothing to undo, when it cannot be. To touch
 * what has been cut off since is a SIGBUS (git_guard). */
bool io_map(struct io_map *out, const char *path);

/** Leaves zeros behind; where there are zeros already, does nothing. */
void io_unmap(struct io_map *map);

#endif
