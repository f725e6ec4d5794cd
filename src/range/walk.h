/*
 * walk - the commits of a range, a push or a history, parents before children, as `git rev-list`
 * lists them. git reads revisions, refs of every format and shallow clones. A history that is cut
 * off inside of what is shown is a failure: nobody knows what the commit at the cut did.
 *
 * Begin with zeros and the repository; name what to show and to hide; walk_run or walk_squash once;
 * then the commits; walk_free.
 */
#ifndef PYCGUARD_WALK_H
#define PYCGUARD_WALK_H

#include "git/repository.h"
#include "range/oidmap.h"

struct walk_commit {
	struct oid id, tree;
	int64_t time;                      /* the committer's, in seconds */
	uint32_t first_link, parent_count; /* its parents; see walk_parent */
	bool is_tip;                       /* it was named */
	char *author, *subject;            /* once they were asked for (history.h) */
};

struct walk {
	struct repository *repository;
	struct walk_name {
		struct oid id;
		bool hides;
	} * named;
	size_t named_count, shown_count;
	bool hides_refs;        /* what this repository has, without what its namespaces have; or */
	const char *name_space; /* what its GIT_NAMESPACE has, if that is not NULL */

	struct walk_commit *commits;
	size_t first, count; /* from `first` on they are shown; before it they are hidden */
	uint32_t *links;     /* numbers of parents */
	size_t link_count;
	struct oidmap numbers; /* of commits, by id */
};

/** Take a revision or a range as gitrevisions(7) has them; an end left empty is a variable that was
 * not set. `*zero_base` is set when A of A..B, or of ^A, is all zeros, and so hides nothing. 0; -1
 * with the failure recorded. */
int walk_revision(struct walk *w, const char *text, bool *zero_base);

/** All refs and HEAD, of every work tree, as `git log --all`. 0; -1 recorded. */
int walk_show_refs(struct walk *w);

/** Show or hide the commit of an id, or of a tag of it; what is neither has no commits, and all
 * zeros are no object. One that is not in this repository hides nothing. 0; -1 recorded. */
int walk_name(struct walk *w, const char *hex, bool hides);

/** Take a line of what git lists: TIME " commit " ['-'] ID [' ' PARENT]..., or, after that of a
 * commit, the id of its tree. 0; -1 recorded. */
int walk_take(void *walk, char *line);

/** Find the commits. 0; -1 with the failure recorded. */
int walk_run(struct walk *w);

/** The same, as the one commit that a squash merge would make of the one that is shown. */
int walk_squash(struct walk *w);

/** A parent, which may be hidden. */
const struct walk_commit *walk_parent(
	const struct walk *w, const struct walk_commit *c, uint32_t i);

/** Give each line that git prints to `take`; `input` is what git reads, or NULL. 0; -1 with a
 * failure recorded: git's or that of `take`, which ends it. */
int walk_ask(struct repository *r, const char *const *args, const struct buf *input,
	int (*take)(void *arg, char *line), void *arg);

void walk_free(struct walk *w);

#endif
