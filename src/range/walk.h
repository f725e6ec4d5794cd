/*
 * walk - the commits of a range, a push or a history, parents before children.
 *
 * Calling sequence: walk_new; any number of walk_revision, walk_show, walk_hide and the like;
 * walk_run or walk_squash once; then the commits by number; walk_free.
 *
 * `git rev-list` lists them, and git reads revisions, refs of every format and shallow clones. A
 * history that is cut off inside of what is shown is a failure, for then nobody knows what the
 * commit at the cut did. An id always stands for the object that has it: git honours neither
 * replacement objects nor grafts here.
 */
#ifndef PYCGUARD_WALK_H
#define PYCGUARD_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "git/oid.h"
#include "git/repository.h"

struct walk;

/** One commit. Borrowed from the walk. */
struct walk_commit {
	struct oid id, tree;
	int64_t time;                      /* the committer's, in seconds */
	uint32_t first_link, parent_count; /* its parents; see walk_parent */
};

/** @param out yours, for walk_free; NULL on failure. @return 0; -1 with it recorded. */
int walk_new(struct walk **out, struct repository *r);

/**
 * Take a revision or a range as gitrevisions(7) has them. An end left empty is a failure: it is a
 * variable that was not set.
 *
 * @param zero_base set when A of A..B, or of ^A, is all zeros: it hides nothing, so all is shown
 * @return 0; -1 with the failure recorded (unknown, not a commit, not here)
 */
int walk_revision(struct walk *w, const char *text, bool *zero_base);

/** All refs and HEAD, of every work tree, as `git log --all`. */
int walk_show_refs(struct walk *w);

/**
 * Hide what this repository has: the same as `--not --all`.
 *
 * @param name_space GIT_NAMESPACE, borrowed: only what that namespace has; NULL: all refs
 * @return 0; -1 with the failure recorded
 */
int walk_hide_refs(struct walk *w, const char *name_space);

/** A commit, or a tag of one; what is neither has no commits, and is left out. */
int walk_show(struct walk *w, const char *hex);

/** Likewise; one that is not in this repository hides nothing. */
int walk_hide(struct walk *w, const char *hex);

/** Whether any commit has been named that is to be shown. */
bool walk_shows(const struct walk *w);

/** Take a line of what git lists (walk.c's format). 0; -1 with the failure recorded. */
int walk_take(struct walk *w, char *line);

/** Find the commits. 0; -1 with the failure recorded. */
int walk_run(struct walk *w);

/** The same, but as the one commit that a squash merge would make of the one that is shown. */
int walk_squash(struct walk *w);

/** How many commits there are, and the `i`th of them, no commit before one of its parents. */
size_t walk_count(const struct walk *w);
const struct walk_commit *walk_commit(const struct walk *w, size_t i);

/** A parent, which may be hidden. Its id and tree are known. */
const struct walk_commit *walk_parent(
	const struct walk *w, const struct walk_commit *c, uint32_t i);

/** How many commits were named, shown and not hidden in the end; the `i`th of them. */
size_t walk_tip_count(const struct walk *w);
const struct walk_commit *walk_tip(const struct walk *w, size_t i);

/** Whether a hexadecimal id is the one of no object: all zeros, of either length. */
bool walk_is_zero(const char *hex);

/** NULL is allowed. */
void walk_free(struct walk *w);

#endif
