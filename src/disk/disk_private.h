/*
 * disk_private - what disk.c, which looks at single files, and disk_walk.c, which goes through
 * directories, share. Not for others.
 */
#ifndef PYCGUARD_DISK_PRIVATE_H
#define PYCGUARD_DISK_PRIVATE_H

#include "base/buf.h"
#include "disk/disk.h"

struct disk_snapshot {
	struct snapshot base;
	int root;
	char *real;       /* the directory, absolute and without links */
	struct buf shown; /* as it was named, with a slash: for messages */
	struct disk_options options;
};

/** Visit all of the snapshot, or the one directory of it that was asked for. 0; -1 recorded. */
int disk_walk(struct snapshot *s, snapshot_visit *visit, void *arg);

/** Where to look for a path: `name`, from the directory nearest to it that is open in this thread's
 * walk. */
struct disk_place {
	int fd;
	const char *name;
	bool absent; /* that directory has been listed, and there is no such name */
};

struct disk_place disk_place(const struct disk_snapshot *disk, const char *path);

#endif
