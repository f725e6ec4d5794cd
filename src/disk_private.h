/*
 * disk_private - what disk.c, which looks at single files, disk_walk.c, which goes through
 * directories, and disk_pool.c, which has several threads do so, share. Not for others.
 */
#ifndef PYCGUARD_DISK_PRIVATE_H
#define PYCGUARD_DISK_PRIVATE_H

#include <sys/types.h>

#include "buf.h"
#include "disk.h"

struct disk_snapshot {
	struct snapshot base;
	int root;
	struct buf shown; /* the directory as it was named, with a slash: for messages */
	const char *only; /* NULL: all of the root */
	disk_failed *failed;
	void *arg;
};

struct disk_pool;

/* One thread's way through the directories. */
struct disk_walk {
	const struct disk_snapshot *disk;
	snapshot_visit *visit;
	void *arg;
	struct disk_pool *pool; /* NULL: it walks alone */
	struct buf path;        /* of the directory that it is in, with its slash */
};

/** Whether what stands in the way of a path means that there is nothing there. */
bool disk_is_absent(int errnum);

/**
 * Go through the directory at `w->path` and all below it.
 *
 * @param fd taken over
 * @return 0; -1 with the failure recorded, of the visit or for want of memory
 */
int disk_walk_directory(struct disk_walk *w, int fd, dev_t device);

/** The same for all of the snapshot, or for the one directory of it that was asked for. */
int disk_walk_root(struct disk_walk *w);

/**
 * Whether this thread knows, from the directories that it is in, that there is no such path. Most
 * of what is looked up beside a file is not there, and its directory has just been listed.
 */
bool disk_walk_knows_absent(const struct disk_snapshot *disk, const char *path);

/**
 * Leave a directory to whichever thread has nothing to do.
 *
 * @param fd taken over if so
 * @return false: none has
 */
bool disk_pool_offer(struct disk_pool *pool, int fd, dev_t device, const struct buf *path);

#endif
