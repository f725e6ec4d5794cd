/*
 * repository - what git would open, the environment being as it is, and the snapshots it can give.
 *
 * git tells which repository it is and whether it may be read, and libgit2 reads its objects; what
 * libgit2 refuses is asked of git instead, and nobody above this header can tell. Nothing is
 * written, and no lock is taken.
 */
#ifndef PYCGUARD_REPOSITORY_H
#define PYCGUARD_REPOSITORY_H

#include "base/environment.h"
#include "git/exec/exec.h"
#include "git/snapshot.h"

struct repository {
	struct git_odb *odb; /* NULL: git reads its objects */
	/* git cat-file --batch-check and --batch, and git check-attr, once they were asked. */
	struct exec headers, contents, attributes;
	struct buf attributes_index; /* that which git check-attr reads */
	size_t oid_size;             /* of its object ids, in bytes */
	/* Directories with a slash at the end: of the work tree (NULL: bare), of the repository,
	 * of what its work trees share, and of objects. */
	char *top, *dir, *common, *objects;
	char *index_path; /* the index file to read */
	bool index_named; /* by GIT_INDEX_FILE: then it must exist */
	bool elsewhere;   /* it is not the one that the environment names */
	int ignores_case; /* what core.ignoreCase is; -1: that was not asked yet */
	int partial;      /* 1: a clone that objects are left out of; 0: that was not asked yet */
	char **variables; /* the environment's, borrowed */
	char *places[3];  /* what repository_exec changes in them */
};

/** Open the repository here, as the environment has it; or, for its index and nothing else, that of
 * the directory `elsewhere`, which has a .git, whatever the environment names and whoever owns it.
 * `out` is yours, for repository_free. 0; 1, recorded too, when there is none; -1 recorded. */
int repository_open(struct repository **out, const struct environment *env, const char *elsewhere);

/** NULL is allowed. */
void repository_free(struct repository *r);

/** An object id of this repository as oid_hex gives it. */
static inline const char *repository_hex(const struct repository *r, const struct oid *oid)
{
	return oid_hex(oid, r->oid_size);
}

/** The boolean core.ignoreCase. 0; -1 with the failure recorded. */
int repository_ignores_case(struct repository *r, bool *out);

/** The index, which a fresh repository has none of; but one that GIT_INDEX_FILE names must exist.
 * `listing` is what git ls-files --stage --debug -z says instead; NULL: the file is read. `out` is
 * yours, for snapshot_free. 0; -1 with the failure recorded. */
int repository_index(struct snapshot **out, struct repository *r, const struct buf *listing);

/** A tree, read when it is asked; yours, for snapshot_free. */
struct snapshot *snapshot_of_tree(struct repository *r, const struct oid *tree);

/** The same of a commit, as repository_index. */
int snapshot_of_commit(struct snapshot **out, struct repository *r, const struct oid *commit);

/** The object that a revision names, as git rev-parse reads it. 0; 1: there is none; -1
 * recorded. */
int repository_resolve(struct oid *out, struct repository *r, const char *revision);

/** The commit that a revision names; `out` is yours, for snapshot_free. As repository_resolve, but
 * what is named and not there is a failure. */
int repository_revision(struct snapshot **out, struct repository *r, const char *revision);

/** 1 when a merge is waiting to be committed; 0; -1 with the failure recorded. */
int repository_is_merging(struct repository *r);

/** The parents that the next commit will have: HEAD, unless it is the first, and in a merge each
 * commit merged (MERGE_HEAD; before git writes that, the variables GITHEAD_<id>). The array is
 * yours for free(), each snapshot for snapshot_free. 0; -1 with the failure recorded. */
int repository_bases(struct snapshot ***out, size_t *count, struct repository *r);

/** Prepare for reading very many commits and trees, or stop that: libgit2 caches none, and
 * verifies no hashes, as git does not either. For the whole process, from one thread. */
void repository_stream(bool on);

/** Append the path of the index for one that a person typed in the working directory. 0; 1,
 * recorded, when it is outside the work tree, or there is none; -1 recorded. */
int repository_relative(struct buf *out, const struct repository *r, const char *path);

/** Run git in this repository: what it prints is appended to `out`, `input` is what it reads;
 * either may be NULL. 0; 1, git's way to say "none", recorded too; -1 recorded. */
int repository_git(
	struct buf *out, struct repository *r, const char *const *args, const struct buf *input);

/** The same of refs: it fails if git complains of anything, but of a ref that only leads nowhere.
 * 0; -1 recorded. */
int repository_refs(struct buf *out, struct repository *r, const char *const *args);

/** Prepare to run git (exec.h) at the top of the work tree, where there is one, and in the
 * repository that is open here, however that was found. Borrows from `r` and `args`. */
void repository_exec(struct exec *out, const struct repository *r, const char *const *args);

/** Cut the path of a directory, with a slash at its end, to the nearest from there up that has a
 * repository, damaged or not; to nothing if none has. 0; -1 recorded. */
int repository_root(struct buf *dir);

#endif
