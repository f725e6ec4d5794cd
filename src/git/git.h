/*
 * git - an open repository from within: for what reads its objects by libgit2, or runs git in it.
 */
#ifndef PYCGUARD_GIT_H
#define PYCGUARD_GIT_H

#include <string.h>

#include "git/exec/exec.h"
#include "git/libgit2.h"
#ifdef PYCGUARD_LIBGIT2
#include "git_names.h"
#endif
#include "git/repository.h"

struct repository {
	git_odb *odb; /* NULL: git reads its objects */
	/* git cat-file --batch-check and --batch, and git check-attr, once they were asked. */
	struct exec headers, contents, attributes;
	size_t oid_size; /* of its object ids, in bytes */
	/* Directories with a slash at the end: of the work tree (NULL: bare), of the repository,
	 * of what its work trees share, and of objects. */
	char *top, *dir, *common, *objects;
	char *index_path; /* the index file to read */
	bool index_named; /* by GIT_INDEX_FILE: then it must exist */
	bool elsewhere;   /* it is not the one that the environment names */
	/* There was no git to ask, and then what core.ignoreCase is. */
	bool found_by_libgit2, ignores_case;
	char **variables; /* the environment's, borrowed */
	char *places[3];  /* GIT_DIR=, GIT_WORK_TREE= and GIT_INDEX_FILE= of it, for git */
};

/**
 * Find the repository that `start` is in: its `top`, `dir`, `common` and `oid_size`. git knows all
 * that decides it; only where there is no git to run, libgit2 finds it.
 *
 * @param r `elsewhere` says whether the environment and the owner count
 * @return 0; -1 with the failure recorded; 1, recorded as ERROR_NO_REPOSITORY, when there is none:
 *         no directory from `start` up has even a damaged one
 */
int discover(struct repository *r, const struct environment *env, const char *start);

/**
 * Prepare to run git (exec.h) at the top of this repository's work tree, where there is one, and
 * so that it is the repository that is open here, however that was found. What is prepared is
 * borrowed from `r` and `args`.
 */
void repository_exec(struct exec *out, const struct repository *r, const char *const *args);

/** Record a failure of libgit2: the message, ": " and its own words. Always returns -1. */
int git_failed(const char *fmt, ...) ERROR_PRINTF(1, 2);
#define git_failed(...) (git_failed(__VA_ARGS__), error_returned())

/** The object id as libgit2's. */
static inline git_oid oid_to_git(const struct oid *oid, size_t size)
{
	git_oid out;

	(void)size;
	memset(&out, 0, sizeof out);
#ifdef GIT_OID_SHA256_SIZE
	out.type = size == OID_SHA1 ? GIT_OID_SHA1 : GIT_OID_SHA256;
#endif
	memcpy(out.id, oid->bytes, sizeof out.id);
	return out;
}

/** An index as `git ls-files --stage --debug -z` lists it. As repository_index. */
int snapshot_of_listing(struct snapshot **out, struct repository *r, const struct buf *text);

#endif
