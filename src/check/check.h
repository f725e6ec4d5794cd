/*
 * check - snapshot x policy x bytecode -> findings. Prints nothing, writes nothing.
 */
#ifndef PYCGUARD_CHECK_H
#define PYCGUARD_CHECK_H

#include "base/progress.h"
#include "check/examine.h"
#include "check/finding.h"
#include "check/pathset.h"
#include "git/repository.h"
#include "policy/policy.h"

enum check_kind {
	CHECK_COMMIT,  /* an error is what the commit does against each of its parents */
	CHECK_TRACKED, /* every finding is an error */
	CHECK_DISK,    /* only what lies is; honest caches are notes, the user's lines only allow */
};

/** One check. Everything in it is borrowed; what a kind does not need may be left out. */
struct check {
	enum check_kind kind;
	struct snapshot *snapshot;
	const struct policy *policy;
	bool caseless;
	struct snapshot **bases; /* of CHECK_COMMIT: the trees of the parents */
	size_t base_count;
	/* or how to find them, once something is found: repository_bases */
	int (*find_bases)(struct snapshot ***bases, size_t *count, struct repository *repository);
	struct repository *repository;
	/* paths that CHECK_COMMIT judges as CHECK_TRACKED would; the latter judges, if there are
	 * any, no other */
	const struct pathset *named;
	bool *matched;           /* see policy_note; or NULL */
	const char *policy_base; /* of CHECK_DISK: stands before a path when lines are matched, */
	const char *shown_base;  /* and in findings; both "" or ending in a slash */
	bool notes;              /* of CHECK_DISK: list honest caches too */
	bool threads;            /* of CHECK_DISK: look by several, each of which calls `failed` */
	struct progress *progress; /* NULL: none is shown */
	void (*failed)(void *arg); /* told that a file could not be looked at; NULL: it ends the */
	void *failed_arg;          /* check. Why is recorded in error.h */
};

/**
 * Look at every entry of the snapshot.
 *
 * @param out     findings are appended in the order of the index
 * @param checked how many entries there were
 * @return 0; -1 with the failure recorded
 */
int check_run(struct finding_list *out, size_t *checked, const struct check *c);

/** Whether each path that a person named is in the index. 0; -1 recorded, when one is not too. */
int check_named(struct snapshot *s, const struct pathset *named);

/**
 * Decide by the policy whether an entry is rejected. A link named __pycache__ counts as the
 * directory, for Python goes through it.
 *
 * @return 0; -1 with the failure recorded
 */
int check_decide(struct policy_decision *out, const struct policy *p, struct matcher *m,
	const struct entry *e, bool caseless);

/**
 * Judge one entry, rejected or not (its rule is then RULE_NONE).
 *
 * @param out its strings are yours, for finding_clear; cleared on failure
 * @return 0; -1 with the failure recorded
 */
int check_entry(
	struct finding *out, const struct check *c, struct matcher *m, const struct entry *e);

/** The same, with what it rests on. @param x for examined_free, also on failure */
int check_explain(struct finding *out, struct policy_decision *d, struct examined *x,
	const struct check *c, struct matcher *m, const struct entry *e);

#endif
