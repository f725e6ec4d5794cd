/*
 * dockerfiles - which files describe images, which ignore file goes with one, and what the context
 * of its build is.
 */
#ifndef PYCGUARD_DOCKERFILES_H
#define PYCGUARD_DOCKERFILES_H

#include "base/buf.h"
#include "git/snapshot.h"

/** Whether a path is named as these are: Dockerfile, Dockerfile.NAME, NAME.Dockerfile, with
 * Containerfile likewise, dockerfile and NAME.dockerfile. */
bool dockerfiles_is_one(const char *path, size_t len);

/** The ignore file that a build from a Dockerfile reads. Start with zeros and BUF_INIT. */
struct dockerfiles_ignore {
	struct buf file;    /* the one to be made, if there is none: .dockerignore */
	struct buf text;    /* its bytes */
	struct buf context; /* the directory that its patterns are about, with its slash */
};

/**
 * Find it. The context is the Dockerfile's own directory if that has an ignore file, else the top:
 * what is built from a directory of Dockerfiles is mostly the repository.
 *
 * @param top   descriptor of the top of the work tree
 * @param index is asked for what is not on disk
 * @return 0; -1 with the failure recorded
 */
int dockerfiles_ignore(
	struct dockerfiles_ignore *out, int top, struct snapshot *index, const char *dockerfile);

#endif
