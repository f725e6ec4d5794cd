/*
 * repository - the repository as the environment names it, and the snapshots it can give.
 *
 * Opens what git would open: GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, the object directories of a
 * quarantine, or discovery from the working directory. It writes nothing and takes no lock. git
 * tells which repository it is and whether it may be read, and libgit2 reads its objects; what
 * libgit2 refuses is asked of git instead. Nobody above this header can tell.
 */
#ifndef PYCGUARD_REPOSITORY_H
#define PYCGUARD_REPOSITORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/environment.h"
#include "git/snapshot.h"

struct repository;

/**
 * @param out yours, for repository_free; NULL on failure
 * @return 0; -1 with the failure recorded; 1, recorded too, when there is no repository here
 */
int repository_open(struct repository **out, const struct environment *env);

/**
 * Open the repository that a directory is in, whatever the environment names and whoever owns it:
 * to read its index, and for nothing else. As repository_open.
 */
int repository_open_at(struct repository **out, const struct environment *env, const char *dir);

/** NULL is allowed. */
void repository_free(struct repository *r);

/** An object id of this repository as oid_hex gives it. */
const char *repository_hex(const struct repository *r, const struct oid *oid);

/** The top of the work tree with its slash, or NULL in a bare repository. Borrowed. */
const char *repository_top(const struct repository *r);

/** The directory that its work trees share, with its slash. Borrowed. */
const char *repository_common(const struct repository *r);

/** The file of the index, which need not be there. Borrowed. */
const char *repository_index_path(const struct repository *r);

/** The boolean core.ignoreCase. 0; -1 with the failure recorded. */
int repository_ignores_case(const struct repository *r, bool *out);

/**
 * What the next commit would record: the index that the environment names. One that GIT_INDEX_FILE
 * names must exist; where it is not set, no file is an empty index (a fresh repository).
 *
 * @param out yours, for snapshot_free. @return 0; -1 with the failure recorded.
 */
int repository_index(struct snapshot **out, struct repository *r);

/** The tree of a commit, or a tree, read when it is asked. As repository_index. */
int snapshot_of_commit(struct snapshot **out, struct repository *r, const struct oid *commit);
int snapshot_of_tree(struct snapshot **out, struct repository *r, const struct oid *tree);

/**
 * The object that a revision names, as git rev-parse reads it.
 *
 * @return 0; 1 when there is no such revision; -1 with the failure recorded
 */
int repository_resolve(struct oid *out, struct repository *r, const char *revision);

/** Where HEAD leads. 0; 1 before the first commit; -1 with the failure recorded. */
int repository_head(struct oid *out, struct repository *r);

/**
 * The commit that a revision names.
 *
 * @param out yours, for snapshot_free; NULL unless 0 is returned
 * @return as repository_resolve; what it names and is not there is a failure
 */
int repository_revision(struct snapshot **out, struct repository *r, const char *revision);

/** 1 when a merge is waiting to be committed; 0; -1 with the failure recorded. */
int repository_is_merging(struct repository *r);

/**
 * The commits that the next commit will have as parents: HEAD, and in a merge each commit merged
 * (MERGE_HEAD; before git writes that, the variables GITHEAD_<id>).
 *
 * @param out   yours: the array for free(), each snapshot for snapshot_free; none before the first
 *              commit
 * @return 0; -1 with the failure recorded
 */
int repository_bases(struct snapshot ***out, size_t *count, struct repository *r);

/**
 * Prepare for reading very many commits and trees, or stop that (false): libgit2 caches none, and
 * verifies no hashes, as git does not verify them either. For the whole process, from one thread.
 */
void repository_stream(bool on);

/** As snapshot_converts; git is started when this is first asked. */
int repository_converts(struct repository *r, const char *path);

/**
 * Turn a path that a person typed in the working directory into a path of the index.
 *
 * @return 0; 1, recorded, when it has none there: it lies outside the work tree, or there is no
 *         work tree; -1 with the failure recorded
 */
int repository_relative(struct buf *out, const struct repository *r, const char *path);

/**
 * Run a git command at the top of this repository's work tree, for what git alone can answer.
 *
 * @param out   what git prints is appended
 * @param args  the words after `git`, with a NULL at the end
 * @param input what git reads; NULL: nothing
 * @return git's exit status when it is 0 or 1; -1 with the failure recorded, in git's own words
 */
int repository_git(
	struct buf *out, struct repository *r, const char *const *args, const struct buf *input);

/**
 * Record why git failed when it only warns: refs that lead nowhere are passed over.
 *
 * @param words what it said on standard error
 * @return 0 when it said nothing else; -1 with its words recorded
 */
int refs_check_warnings(const struct buf *words);

#endif
