/*
 * tracked - whether a file on disk is one that git tracks, in whatever repository it is: the one
 * of the nearest directory above it that has a .git, and the one that GIT_DIR names, if it does.
 */
#ifndef PYCGUARD_TRACKED_H
#define PYCGUARD_TRACKED_H

#include "base/environment.h"

struct tracked;

/** Yours, for tracked_free; borrows `env`. NULL with the failure recorded. */
struct tracked *tracked_new(const struct environment *env);

/** NULL is allowed. */
void tracked_free(struct tracked *t);

enum tracked_answer {
	TRACKED_FAILED = -1, /* the failure is recorded */
	TRACKED_NO,
	TRACKED_YES,
	TRACKED_UNKNOWN, /* its repository has failed before */
};

/** @param path absolute, without links above the file. Quickest when paths come in order. */
enum tracked_answer tracked_look(struct tracked *t, const char *path);

#endif
