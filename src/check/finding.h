/*
 * finding - one path that is rejected (or, for --explain, judged), and the growing list of them.
 *
 * One model for every check and every output format: what is not in here, no printer can say.
 */
#ifndef PYCGUARD_FINDING_H
#define PYCGUARD_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "policy/policy.h"
#include "python/bytecode.h"

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

/** What in the commit makes the finding; CAUSE_NONE where no commit is looked at. */
enum cause {
	CAUSE_NONE,
	CAUSE_ADDED,
	CAUSE_CHANGED,
	CAUSE_SOURCE_REMOVED,
	CAUSE_BEFORE, /* the commit's parent has it already */
};

/** All strings belong to the finding. */
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
	bool on_disk;  /* a file of the work tree, not of a snapshot of git's */
	char *commit;  /* hexadecimal id, where the check is one of commits; else NULL, as these: */
	char *subject; /* first line of its message */
	char *removed; /* id of a later commit that removes the path again; NULL: none does */
	bool is_root;  /* the commit has no parents */
	bool repeated; /* other commits that were looked at change the path too */
};

void finding_clear(struct finding *f);

/** "error", "warning", "note". */
const char *severity_name(enum severity s);

/**
 * Append 32 hexadecimal digits that stand for the rule and the path, and nothing else: they are the
 * same in every run and every commit, also after a rebase. (SipHash-2-4 of RULE NUL PATH, with the
 * keys 0,0 and 1,0.)
 */
void finding_fingerprint(struct buf *out, const struct finding *f);

struct finding_list {
	struct finding *items;
	size_t count;
};

#define FINDING_LIST_INIT                                                                          \
	{                                                                                          \
		NULL, 0                                                                            \
	}

/** Append `f`, whose strings the list takes over (also on failure). 0; -1 with it recorded. */
int finding_list_add(struct finding_list *list, struct finding *f);

size_t finding_list_count(const struct finding_list *list, enum severity s);

void finding_list_free(struct finding_list *list);

#endif
