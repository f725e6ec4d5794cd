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

/** Whether what stands in the way of a path means that there is nothing there. */
bool disk_is_absent(int errnum);

/** Visit all of the snapshot, or the one directory of it that was asked for. 0; -1 recorded. */
int disk_walk(struct snapshot *s, snapshot_visit *visit, void *arg);

/**
 * Whether this thread knows, from the directories that it is in, that there is no such path. Most
 * of what is looked up beside a file is not there, and its directory has just been listed.
 */
bool disk_walk_knows_absent(const struct disk_snapshot *disk, const char *path);

#endif
