/*
 * disk - the files below a directory as a snapshot, so that they are examined as those of a commit
 * are; here times are known. Needs no repository.
 *
 * Directories are read through their descriptors. Of links to directories two are followed, since
 * Python goes through them: one named __pycache__, of which the files are looked at, and one to a
 * package that is elsewhere; in that one, only links of the first kind. Left out, unless it is the
 * directory named: .git and what is a git directory by content (HEAD, objects, refs), environments
 * (a directory with a pyvenv.cfg or conda-meta, or bin/activate beside bin/python), node_modules,
 * .tox and .nox, and on Linux /proc and /sys. Files that vanish meanwhile are passed over. Only
 * regular files and links that lead to one are given.
 */
#ifndef PYCGUARD_DISK_H
#define PYCGUARD_DISK_H

#include "git/snapshot.h"

/** What to look at, and whom to tell. All that is called is called by several threads at once. */
struct disk_options {
	const char *only; /* NULL, or a name and a slash: visit only what is below that directory */
	bool environments; /* go into environments, too */
	/* Of each directory that cannot be read, for the reason that is recorded; the walk goes on.
	 * May not be NULL, as the others may. */
	void (*failed)(void *arg);
	void (*outside)(void *arg); /* a link leads out of the directory; whereto is recorded */
	void (*empty_cache)(void *arg, const char *path); /* a __pycache__ that holds nothing */
	void *arg;
};

/**
 * Open a directory, as it was named, to look below it. The paths of entries are relative to it.
 *
 * @param out     yours, for snapshot_free
 * @param options copied; what it points to must outlive the snapshot
 * @return 0; -1 with the failure recorded
 */
int disk_open(struct snapshot **out, const char *dir, const struct disk_options *options);

/** Whether a directory is an environment (above). 1, 0; -1 with errno set. */
int disk_is_environment(int dir);

/** As snapshot_each, but by `count` threads at once, CREW_MAX at most (crew.h), and so in no order.
 * Each gives `visit` one of the `args`. */
int disk_each_by_threads(
	struct snapshot *s, snapshot_visit *visit, void *const *args, size_t count);

/** The descriptor of the directory. Borrowed. */
int disk_root(const struct snapshot *s);

/** Open the directory below `root` that the first `len` bytes of `path` name, "" or with a slash at
 * the end: name by name, so that no link on the way can lead elsewhere. A descriptor, yours; -1
 * with errno set (see disk_is_absent). */
int disk_enter(int root, const char *path, size_t len);

/** Whether such an errno means that there is nothing of that name, or only beyond a link. */
bool disk_is_absent(int errnum);

#endif
