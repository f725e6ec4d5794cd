/*
 * plan - what is to be done to files and to git's configuration, step by step: computed first, then
 * shown or done.
 *
 * Each step leaves things whole: a file is written beside its place and renamed into it, so that
 * there is the old one or the new one at any moment.
 */
#ifndef PYCGUARD_PLAN_H
#define PYCGUARD_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum step_kind {
	STEP_MAKE_DIRECTORY,   /* path */
	STEP_IGNORE_ALL,       /* path: a .gitignore for a whole directory */
	STEP_LINK,             /* path: a symbolic link to `value` */
	STEP_KEEP,             /* path: a hook's file, also given the name `value` */
	STEP_INSTALL,          /* path: a hook's file, to hold the text `value` */
	STEP_GIVE_BACK,        /* path: a hook's file, to be what is at `value` now */
	STEP_REMOVE,           /* path: a file or a link */
	STEP_REMOVE_DIRECTORY, /* path; one that has come to hold something stays */
	STEP_SET,              /* path: a key of the configuration, to be `value` */
	STEP_ADD,              /* path: a key, to have `value` too */
	STEP_UNSET, /* path: a key, no longer to have `value`: a name of letters and dashes */
	STEP_CLEAR, /* path: a key, to have no value at all */
	STEP_WARN,  /* path: nothing is done to it; value: why */
};

struct step {
	enum step_kind kind;
	char *path, *value;
};

struct plan {
	struct step *items;
	size_t count;
};

#define PLAN_INIT                                                                                  \
	{                                                                                          \
		NULL, 0                                                                            \
	}

/** Beside PATH, PATH with this holds what is being written; a run that was killed can leave it. */
#define PLAN_NEW_SUFFIX ".pycguard-new"

/**
 * Add a step, unless the plan has it.
 *
 * @param value may be NULL
 * @return 0; -1 with the failure recorded
 */
int plan_add(struct plan *p, enum step_kind kind, const char *path, const char *value);

/** Whether it would change nothing. */
bool plan_is_empty(const struct plan *p);

/**
 * Append one line for people on what a step does.
 *
 * @param dry it would
 */
void plan_describe(struct buf *out, const struct step *s, bool dry);

/** Do it. @param variables the environment, for git. @return 0; -1 with the failure recorded. */
int plan_do(const struct step *s, char **variables);

void plan_free(struct plan *p);

#endif
