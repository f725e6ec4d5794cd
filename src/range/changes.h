/*
 * changes - what a commit does to its tree, as far as a policy may reject it. The tree is read
 * beside the trees of all parents, and only where it differs from each of them.
 *
 * Where a commit changes very many directories, two trees that differ in no name that a built-in
 * pattern could reject are not compared again, at whatever place: a tree that holds another ten
 * times, that another ten times, ten levels deep, does not cost ten to the tenth looks.
 */
#ifndef PYCGUARD_CHANGES_H
#define PYCGUARD_CHANGES_H

#include "check/policy_load.h"
#include "git/repository.h"
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

/** What is needed to look at commits: set by the caller, but for the last fields: zeros. */
struct changes {
	struct repository *repository;
	const struct policy *pinned;      /* NULL: the .pycguard of each commit, with */
	const struct policy_files *files; /* these */
	bool caseless;
	bool no_orphans;         /* they are not looked for */
	struct matcher *matcher; /* of matcher_new; yours no more, NULL on failure of that */
	changes_visit *visit;
	void *arg;

	struct policy *own; /* of the last commit, with the .pycguard that has this id; the next */
	struct oid own_id;  /* one mostly has the same */
	uint32_t own_mode;  /* 0: it had none */
	const struct policy *policy;
	bool by_name;        /* the policy rejects only what a built-in pattern does */
	struct buf path;     /* of the directory being read, with its slash */
	struct oidmap clean; /* pairs of trees in whose differences no name is suspect */
	struct tree_cache *trees;
	size_t depth, cache_depth, suspects, directories;
};

/** The policy that holds for a commit, borrowed until the next call; NULL with it recorded. */
const struct policy *changes_policy(struct changes *c, struct snapshot *commit);

/**
 * Tell the changes of one commit, by its policy; a path can be told twice, once as orphaned.
 *
 * @param trees the commit's, then its parents', `count` in all
 * @return 0; -1 with the failure recorded (a missing or damaged tree, ...)
 */
int changes_of(struct changes *c, const struct oid *trees, size_t count);

void changes_release(struct changes *c);

#endif
