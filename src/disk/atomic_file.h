/*
 * atomic_file - one way to write a file: the new one is written beside it under a name that nothing
 * had, and put in its place, so that there is the old one or the new one at any instant.
 *
 * A file that is read, added to and written is compared with what was read before it is replaced
 * and, where the system can swap two files, again with what came out: an edit that an editor has
 * saved meanwhile is never lost. Those who add to a file keep others of their kind away by a lock
 * (ignores_open_top). What a run that was killed leaves is called NAME.pycguard-DIGITS.
 */
#ifndef PYCGUARD_ATOMIC_FILE_H
#define PYCGUARD_ATOMIC_FILE_H

#include "base/base.h"

/** A file that was read. */
struct atomic_file {
	const char *path; /* as named; borrowed */
	int dir;          /* its directory; -1: that is not there */
	bool there;
	struct stat st;  /* of the file, if it is there, */
	struct buf text; /* and its bytes */
};

/**
 * Read a file. A symbolic link is refused, as git refuses a .gitignore that is one.
 *
 * @param f    for atomic_file_close, also on failure
 * @param path below the directory `root`; no directory of it may be a link
 * @return 0, also when there is no such file; -1 with the failure recorded
 */
int atomic_file_open(struct atomic_file *f, int root, const char *path);

/** Add whole lines at the end, once a file, with the line ends that it has, and leave every other
 * byte as it is; make it if it is not there. 0; -1 recorded (it was changed meanwhile, ...). */
int atomic_file_add(struct atomic_file *f, const struct buf *lines);

void atomic_file_close(struct atomic_file *f);

/** Put bytes in the place of whatever file or link is at `path`, of this mode less the umask. 0; -1
 * with the failure recorded, what was there being as it was. */
int atomic_file_write(const char *path, const void *bytes, size_t len, mode_t mode);

#endif
