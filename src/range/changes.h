/*
 * changes - what a commit does to its tree, as far as a policy may reject it.
 *
 * The tree is read beside the trees of all parents, and only where it differs from each of them: a
 * directory that one parent has as it is holds nothing that the commit did. Trees are parsed in
 * place, and nothing is allocated for an entry. Two trees that differ in more than one directory,
 * but in no name that a built-in pattern could reject, are not compared again, in whatever commit
 * and at whatever place: a tree that holds another ten times, that another ten times, ten levels
 * deep, costs eleven looks, not ten to the tenth.
 */
#ifndef PYCGUARD_CHANGES_H
#define PYCGUARD_CHANGES_H

#include "git/repository.h"
#include "policy/policy.h"
#include "range/oidmap.h"

/** As seen from every parent. */
enum change {
	CHANGE_ADDED,    /* no parent has the path, or the commit has no parents */
	CHANGE_CHANGED,  /* content or mode is another than in each parent that has the path */
	CHANGE_REMOVED,  /* each parent has the path, not the commit; `e` is the first parent's */
	CHANGE_ORPHANED, /* bytecode whose source some parent has, and the commit has not */
};

/** Told each change of a path that the policy rejects. 0; -1, recorded, to stop. */
typedef int changes_visit(void *arg, enum change change, const struct entry *e);

/** Set by the caller, but for the last fields: zeros. changes_release at the end. */
struct changes {
	struct repository *repository;
	const struct policy *policy; /* may be another for each commit */
	struct matcher *matcher;
	bool caseless;
	changes_visit *visit;
	void *arg;

	struct buf path;     /* of the directory being read, with its slash */
	struct oidmap clean; /* pairs of trees in whose differences no name is suspect */
	bool by_name;        /* the policy rejects only what a built-in pattern does */
	struct tree_cache *trees;
	size_t depth, cache_depth, suspects;
};

/**
 * Tell the changes of one commit; a path can be told twice, once as orphaned.
 *
 * @param trees the commit's, then its parents'
 * @param count of them
 * @return 0; -1 with the failure recorded (a missing or damaged tree, ...)
 */
int changes_of(struct changes *c, const struct oid *trees, size_t count);

void changes_release(struct changes *c);

#endif
