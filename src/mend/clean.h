/*
 * clean - delete bytecode from disk: what is misleading or, if asked for, all that the policy does
 * not allow; and each __pycache__ that is empty or becomes so.
 *
 * What is to go is planned first and deleted second. Deleted is only what is bytecode by name and,
 * outside of __pycache__, by content; never what git tracks, nor an extension module (.pyd). Unless
 * all was asked for, environments (disk.h) stay as they are, and so do directories that were
 * shipped compiled: ghosts with no source beside them, nor above in their package.
 *
 * Directories are reached one by one through their descriptors, never through a link; just before
 * it goes, a file must be the one that was planned, and is examined once more. A link goes itself,
 * not what it leads to.
 */
#ifndef PYCGUARD_CLEAN_H
#define PYCGUARD_CLEAN_H

#include "base/progress.h"
#include "check/pathset.h"
#include "check/policy_load.h"
#include "check/tracked.h"

/** Why a file stays that would go otherwise. */
enum clean_kept {
	CLEAN_TRACKED,     /* git tracks it */
	CLEAN_STRANGE,     /* bytecode by name but not by content */
	CLEAN_LINKED,      /* behind a link to a directory */
	CLEAN_COMPILED,    /* its directory was shipped compiled; that is what is named */
	CLEAN_ENVIRONMENT, /* likewise */
	CLEAN_KEPT_COUNT
};

/** What to do, which is borrowed; and what was done or, in a dry run, would be: starts with zeros.
 * Paths are as a person would write them. */
struct clean {
	struct policy_files files;
	bool all; /* honest bytecode too, and wherever it is */
	bool dry_run;
	struct tracked *tracked;
	struct progress *progress;
	void (*failed)(void *arg); /* told of what could not be done; why is recorded */
	void *failed_arg;

	struct pathset deleted;
	struct pathset kept[CLEAN_KEPT_COUNT];
	uint64_t bytes;
	size_t directories; /* empty ones; in a dry run those that are empty already */
};

/** Clean a directory; what is done is added to that of others. A signal that ends the process,
 * coming while files are deleted, ends that (interrupt_caught). 0, though some of it may have
 * failed; -1 recorded, and nothing done. */
int clean_directory(struct clean *c, const char *dir);

/** Free what the results hold. */
void clean_release(struct clean *c);

#endif
