/*
 * directory - one directory below another, reached name by name through descriptors, so that no
 * link on the way can lead elsewhere. Stays open while one file after the other of it is looked at.
 */
#ifndef PYCGUARD_DIRECTORY_H
#define PYCGUARD_DIRECTORY_H

#include <stddef.h>

#include "base/buf.h"

struct directory {
	int fd; /* of the directory; -1: none is entered, or it is not there any more */
	int root;
	struct buf path; /* below the root, with its slash */
};

/** A directory below `root`, a descriptor that must outlive it. None is entered yet. */
struct directory directory_at(int root);

/**
 * Enter a directory, leaving the one entered before.
 *
 * @param path its `len` first bytes are the way from the root, with a slash at the end; "": the
 *             root itself
 * @return 0, `d->fd` being -1 when it is not there or is no directory; -1 with the failure recorded
 */
int directory_enter(struct directory *d, const char *path, size_t len);

/** As new. */
void directory_leave(struct directory *d);

#endif
