/*
 * check - snapshot x policy x bytecode -> findings. Prints nothing, writes nothing.
 *
 * A file is examined first: its name, its header, its source and how the two fit. The source of a
 * cache need not end in .py: where there is none, a file of the cache's stem (m.pyw, gunicorn.conf)
 * whose size or hash is the header's is the source. Where attributes change the text at checkout,
 * size and hash of the blob say nothing: whether it fits is not known. No more is read than must
 * be: 16 bytes of the cache, and of its source first the size, then the text only where the header
 * has a hash or the size might differ by line ends alone.
 */
#ifndef PYCGUARD_CHECK_H
#define PYCGUARD_CHECK_H

#include "base/progress.h"
#include "check/pathset.h"
#include "git/repository.h"
#include "policy/policy.h"
#include "python/bytecode.h"

struct examined {
	struct snapshot *snapshot; /* borrowed */
	struct bytecode_name name; /* its slices are parts of the path of the entry examined */
	struct buf source;         /* the path of the source it should have; empty: none; yours */
	struct entry source_entry; /* what is there of that name, if source_present */
	struct bytecode_header header;
	bool header_read;       /* false: no bytecode by name, a symbolic link, or too large */
	bool source_present;    /* by its name: a link counts, wherever it leads */
	bool source_dangles;    /* a link that leads to no file: Python finds no source */
	bool source_elsewhere;  /* a link out of the snapshot: nobody knows here to what */
	bool migrations_loaded; /* its migrations package has an __init__: Django loads it */
	struct bytecode_facts facts;
	enum bytecode_loads loads;
	enum bytecode_lie lie;
};

/** Examine what names tell, which reads no file: source and source_present are known then. `x`
 * borrows `e->path`; its `source` is due for buf_free, also on failure. 0; -1 recorded. */
int examine_names(struct examined *x, struct snapshot *s, const struct entry *e, bool caseless);

/** Then the rest, which may fail, and after that be asked for without the bytes of any file. */
int examine_bytes(struct examined *x, const struct entry *e);
void examine_no_bytes(struct examined *x);

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

/** What in the commit makes the finding; CAUSE_NONE where no commit is looked at. */
enum cause {
	CAUSE_NONE,
	CAUSE_ADDED,
	CAUSE_CHANGED,
	CAUSE_SOURCE_REMOVED,
	CAUSE_BEFORE, /* the commit's parent has it already */
};

/** One path that is rejected (or, for --explain, judged): what is not in here, no printer can say.
 * All strings belong to the finding. */
struct finding {
	char *path;
	size_t path_len;
	enum rule rule;
	enum severity severity;
	enum cause cause;
	char *pattern; /* the policy line that decides, as written; NULL if none does */
	char *source;  /* the path of the source it should have; NULL if there is no such thing */
	bool source_present;
	bool migration;
	bool migrations_loaded; /* by Django: the package has an __init__ */
	unsigned version; /* BYTECODE_VERSION of the interpreter that wrote it, 0 if unknown */
	enum bytecode_invalidation invalidation;
	enum bytecode_loads loads;
	bool on_disk;  /* a file of the work tree, not of a snapshot of git's, */
	bool linked;   /* and one behind a link to a directory, where nothing is deleted */
	char *commit;  /* hexadecimal id, where the check is one of commits; else NULL, as these: */
	char *subject; /* first line of its message */
	char *removed; /* id of a later commit that removes the path again; NULL: none does */
	bool is_root;  /* the commit has no parents */
	bool repeated; /* other commits that were looked at change the path too */
};

void finding_clear(struct finding *f);

/** "error", "warning", "note". */
const char *severity_name(enum severity s);

/** Append 32 hexadecimal digits that stand for the rule and the path, and nothing else: they are
 * the same in every run and every commit, also after a rebase. */
void finding_fingerprint(struct buf *out, const struct finding *f);

struct finding_list {
	struct finding *items;
	size_t count;
};

/** Append `f`, whose strings the list takes over. Start with zeros. */
void finding_list_add(struct finding_list *list, struct finding *f);

size_t finding_list_count(const struct finding_list *list, enum severity s);

void finding_list_free(struct finding_list *list);

enum check_kind {
	CHECK_COMMIT,  /* an error is what the commit does against each of its parents */
	CHECK_TRACKED, /* every finding is an error */
	CHECK_DISK,    /* only what is misleading; honest caches are notes, a policy only allows */
};

/** One check. Everything in it is borrowed; what a kind does not need may be left out. */
struct check {
	enum check_kind kind;
	struct snapshot *snapshot;
	const struct policy *policy;
	bool caseless;
	struct snapshot **bases; /* of CHECK_COMMIT: the trees of the parents; */
	size_t base_count;
	struct repository *repository; /* or those of its next commit, if anything is found */
	/* paths that CHECK_COMMIT judges as CHECK_TRACKED would; the latter judges, if there are
	 * any, no other */
	const struct pathset *named;
	bool sparing;  /* of CHECK_TRACKED: read a file only where what it contains decides */
	bool *matched; /* see policy_note; or NULL */
	const char *policy_base; /* of CHECK_DISK: stands before a path when lines are matched, */
	const char *shown_base;  /* and in findings; both "" or ending in a slash */
	bool notes;              /* of CHECK_DISK: list honest caches too */
	bool threads;            /* of CHECK_DISK: look by several, each of which calls `failed` */
	struct progress *progress; /* NULL: none is shown */
	void (*failed)(void *arg); /* told that a file could not be looked at; NULL: it ends the */
	void *failed_arg;          /* check. Why is recorded in error.h */
};

/** Look at every entry of the snapshot. Findings are appended in the order of the index; `checked`
 * is how many entries there were. 0; -1 with the failure recorded. */
int check_run(struct finding_list *out, size_t *checked, const struct check *c);

/** Whether each path that a person named is in the index. 0; -1 recorded, when one is not too. */
int check_named(struct snapshot *s, const struct pathset *named);

/** Decide by the policy whether an entry is rejected. A link named __pycache__ counts as the
 * directory, for Python goes through it. 0; -1 with the failure recorded. */
int check_decide(struct policy_decision *out, const struct check *c, struct matcher *m,
	const struct entry *e);

/** Judge one entry, rejected or not (its rule is then RULE_NONE). `out` is for finding_clear. 0; -1
 * recorded, with nothing to clear. */
int check_entry(
	struct finding *out, const struct check *c, struct matcher *m, const struct entry *e);

/** The same, with what it rests on. `x` as of examine_names. */
int check_explain(struct finding *out, struct policy_decision *d, struct examined *x,
	const struct check *c, struct matcher *m, const struct entry *e);

#endif
