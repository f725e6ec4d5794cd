/*
 * environment - what the process was started with that decides where to look. main alone reads the
 * environment; everything below it is told.
 *
 * Every string is borrowed from the process and may be NULL (not set, or set to nothing).
 */
#ifndef PYCGUARD_ENVIRONMENT_H
#define PYCGUARD_ENVIRONMENT_H

#include "base/base.h"

struct environment {
	const char *program;         /* argv[0]; never NULL */
	const char *path;            /* PATH */
	const char *git_dir;         /* GIT_DIR */
	const char *git_common_dir;  /* GIT_COMMON_DIR */
	const char *git_work_tree;   /* GIT_WORK_TREE */
	const char *git_index_file;  /* GIT_INDEX_FILE; relative to the top of the work tree */
	const char *git_object_dir;  /* GIT_OBJECT_DIRECTORY */
	const char *git_alternates;  /* GIT_ALTERNATE_OBJECT_DIRECTORIES, separated by ':' */
	const char *git_refs;        /* GIT_REFERENCE_BACKEND, FORMAT://DIRECTORY */
	const char *git_namespace;   /* GIT_NAMESPACE: whose refs a push is to */
	const char *git_ceilings;    /* GIT_CEILING_DIRECTORIES, separated by ':' */
	bool git_across_filesystems; /* GIT_DISCOVERY_ACROSS_FILESYSTEM */
	const char *git_prefix;      /* GIT_PREFIX: the user's subdirectory, set for hooks */
	char **variables;            /* every NAME=VALUE, with a NULL at the end; never NULL */
	bool no_color, force_color;  /* NO_COLOR, CLICOLOR_FORCE */
	bool dumb_terminal;          /* TERM is dumb or not set */
	size_t width; /* how long lines of text may be: COLUMNS, the terminal, or 80 */
};

#endif
