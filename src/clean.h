/*
 * clean - delete bytecode from disk: what lies or, if asked for, all that the policy does not
 * allow.
 *
 * What is to go is planned first and deleted second. Deleted is only what is bytecode by name and,
 * outside of __pycache__, by content; never what git tracks, nor an extension module (.pyd).
 * Directories are reached one by one through their descriptors, never through a link; just before
 * it goes, a file is examined once more and must then not change any more. A link goes itself, not
 * what it leads to.
 */
#ifndef PYCGUARD_CLEAN_H
#define PYCGUARD_CLEAN_H

#include <stdint.h>

#include "pathset.h"
#include "progress.h"
#include "tracked.h"

/** What to do. Everything is borrowed. */
struct clean {
	const char *policy; /* the file that stands in for .pycguard, or NULL */
	bool all;           /* honest bytecode too, and the __pycache__ that this empties */
	bool dry_run;
	struct tracked *tracked;
	struct progress *progress;
	void (*failed)(void *arg); /* told of what could not be done; why is recorded */
	void *failed_arg;
};

/** What was done or, in a dry run, would be. Paths are as a person would write them. */
struct clean_result {
	struct pathset deleted;
	struct pathset tracked; /* kept: git tracks them */
	struct pathset strange; /* kept: bytecode by name but not by content */
	uint64_t bytes;
	size_t directories; /* deleted; in a dry run not counted */
};

#define CLEAN_RESULT_INIT                                                                          \
	{                                                                                          \
		PATHSET_INIT, PATHSET_INIT, PATHSET_INIT, 0, 0                                     \
	}

/**
 * Clean a directory. Results are added to `out`.
 *
 * @return 0, though some of it may have failed; -1 with the failure recorded, nothing done
 */
int clean_directory(struct clean_result *out, const struct clean *c, const char *dir);

void clean_result_free(struct clean_result *r);

#endif
