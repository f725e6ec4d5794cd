/*
 * walk - the commits of a range, a push or a history, parents before children.
 *
 * Calling sequence: walk_new; any number of walk_revision, walk_show, walk_hide and the like;
 * walk_run once; then the commits by number; walk_free.
 *
 * What is walked is what `git rev-list SHOWN... ^HIDDEN...` lists: all that can be reached from a
 * commit shown and from none hidden. Commits are read raw, each once, so a shallow clone needs no
 * help of libgit2's (which had none before 1.7); replacement objects are not honoured. A history
 * that is cut off inside of what is shown is a failure, for then nobody knows what the commit at
 * the cut did. Like git's, the walk relies on clocks: it stops when only hidden commits older than
 * all shown ones are left.
 */
#ifndef PYCGUARD_WALK_H
#define PYCGUARD_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "repository.h"
#include "oid.h"

struct walk;

/** One commit. Borrowed from the walk. */
struct walk_commit {
	struct oid id, tree;
	int64_t time;
	uint32_t first_link, parent_count; /* its parents; see walk_parent */
	unsigned flags;                    /* walk.c's own */
};

/** @param out yours, for walk_free; NULL on failure. @return 0; -1 with it recorded. */
int walk_new(struct walk **out, struct repository *r);

/**
 * Take an argument of git rev-list: REV, ^REV, A..B or A...B, where an end left out is HEAD.
 *
 * @param zero_base set when A, or ^REV, is all zeros: it hides nothing, so all is shown
 * @return 0; -1 with the failure recorded (unknown, not a commit, not in this shallow clone)
 */
int walk_revision(struct walk *w, const char *text, bool *zero_base);

/** All refs and HEAD, of every work tree, as `git log --all`. */
int walk_show_refs(struct walk *w);

/** The same as `--not --all`, or with a prefix ("refs/remotes/origin/") only refs below it. */
int walk_hide_refs(struct walk *w, const char *prefix);

/** A commit, or a tag of one; what is neither has no commits, and is left out. */
int walk_show(struct walk *w, const char *hex);

/** Likewise; one that is not in this repository hides nothing. */
int walk_hide(struct walk *w, const char *hex);

/** Find the commits. 0; -1 with the failure recorded. */
int walk_run(struct walk *w);

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
