/*
 * git - what the files that use libgit2 share: the open repository, and its errors. Not for others.
 */
#ifndef PYCGUARD_GIT_H
#define PYCGUARD_GIT_H

#include "git/exec/exec.h"
#include "git/git_calls.h"
#ifdef PYCGUARD_LIBGIT2
#include "git_names.h"
#endif
#include "git/repository.h"

struct repository {
	git_odb *odb; /* NULL: its objects are read by cat_file */
	struct cat_file *cat_file;
	struct exec attributes; /* git check-attr, once it was asked */
	size_t oid_size;        /* of its object ids, in bytes */
	/* Directories with a slash at the end: of the work tree (NULL: bare), of the repository,
	 * and of what its work trees share. */
	char *top, *dir, *common;
	char *objects;    /* the directory of objects, with a slash at the end */
	char *index_path; /* the index file to read */
	bool index_named; /* by GIT_INDEX_FILE: then it must exist */
	bool elsewhere;   /* it is not the one that the environment names */
	/* There was no git to ask, and then what core.ignoreCase is. */
	bool found_by_libgit2, ignores_case;
	char **variables; /* the environment's, borrowed */
	char *places[3];  /* GIT_DIR=, GIT_WORK_TREE= and GIT_INDEX_FILE= of it, for git */
};

/**
 * Prepare to run git (exec.h) at the top of this repository's work tree, where there is one, and
 * so that it is the repository that is open here, however that was found. What is prepared is
 * borrowed from `r` and `args`.
 */
void repository_exec(struct exec *out, const struct repository *r, const char *const *args);

/** Record a failure of libgit2: the message, ": " and its own words. Always returns -1. */
int git_failed(const char *fmt, ...) ERROR_PRINTF(1, 2);
#define git_failed(...) (git_failed(__VA_ARGS__), error_returned())

/** The object id of libgit2 as ours. */
struct oid oid_from_git(const git_oid *id);

/** And ours as libgit2's. */
git_oid oid_to_git(const struct oid *oid);

/** As snapshot_converts; git is started when this is first asked. */
int repository_converts(struct repository *r, const char *path);

/** @param out yours, for snapshot_free. @return 0; -1 recorded. */
int snapshot_of_index(struct snapshot **out, struct repository *r);

#endif
