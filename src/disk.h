/*
 * disk - the files below a directory as a snapshot, so that they are examined as those of a commit
 * are; here times are known. Needs no repository.
 *
 * Directories are read through their descriptors and links to directories are never followed. Left
 * out, unless it is the directory named: .git, virtual environments (a directory with a
 * pyvenv.cfg), node_modules, .tox and .nox, and on Linux /proc and /sys. Files that vanish
 * meanwhile are passed over. Only regular files and links that lead to one are given.
 */
#ifndef PYCGUARD_DISK_H
#define PYCGUARD_DISK_H

#include "snapshot.h"

/** Told that something could not be looked at; why is recorded in error.h. The walk goes on. */
typedef void disk_failed(void *arg);

/**
 * @param out    yours, for snapshot_free; paths of its entries are relative to `dir`
 * @param dir    must be a directory that can be opened; "." is allowed
 * @param only   NULL, or a name in `dir`: visit only what is below that directory of it
 * @param failed called for each directory that cannot be read; may not be NULL
 * @return 0; -1 with the failure recorded
 */
int disk_open(
	struct snapshot **out, const char *dir, const char *only, disk_failed *failed, void *arg);

/**
 * As snapshot_each, but by several threads at once, and so in no order. `failed` is called by all
 * of them.
 *
 * @param args what `visit` is given, one for each thread
 * @param count of them, CREW_MAX at most (crew.h)
 */
int disk_each_by_threads(
	struct snapshot *s, snapshot_visit *visit, void *const *args, size_t count);

/** The descriptor of the directory. Borrowed. */
int disk_root(const struct snapshot *s);

#endif
