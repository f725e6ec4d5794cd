/*
 * io - all of a file, where read and write may move a part only or be interrupted. The caller knows
 * what the descriptor is of, so it is the caller that words a failure.
 */
#ifndef PYCGUARD_IO_H
#define PYCGUARD_IO_H

#include <sys/types.h>

#include "buf.h"

/**
 * Whether there is something of that name, be it a link to nothing.
 *
 * @return 1; 0; -1 with the failure recorded when that cannot be told
 */
int io_exists(const char *path);

/** Read as read(2) does, again when a signal interrupted it. */
ssize_t io_read(int fd, void *bytes, size_t size);

/**
 * Append what there is to the end, or until the buf has more than `most` bytes: so that a file which
 * is too large shows as one that is. SIZE_MAX: no limit.
 *
 * @return 0, memory being the buf's matter (buf_failed); -1 with errno set
 */
int io_read_all(struct buf *out, int fd, size_t most);

/** The same of a file, opened with `flags` besides those for reading. */
int io_read_file(struct buf *out, const char *path, int flags, size_t most);

/** Write all of it. 0; -1 with errno set. */
int io_write_all(int fd, const void *bytes, size_t len);

#endif
