/*
 * history - what the events of a scan mean: by path, who added and removed it and what it costs
 * (history.c); and judged, each commit against its parents as the staged check does (commits.c).
 */
#ifndef PYCGUARD_HISTORY_H
#define PYCGUARD_HISTORY_H

#include "check/check.h"
#include "range/scan.h"

/** One path that a commit of the walk adds or changes. All is borrowed. */
struct history_path {
	const char *path;
	size_t len;
	size_t versions;                 /* how many commits add or change it */
	const struct walk_commit *first; /* of them */
	const struct walk_commit *last;  /* the last that removes it; NULL: none does */
	bool there;                      /* in the tree of a tip of the walk */
	uint64_t bytes;                  /* of its blobs in the object store, each once */
};

/** Start with zeros. */
struct history {
	struct history_path *items; /* in order of paths */
	size_t count;
	uint64_t bytes; /* of all blobs, each once */
};

/** Read authors and subjects of the commits that were named, or have an event. 0; -1 recorded. */
int history_words(struct walk *w, const struct scan_events *events);

/** Gather the events by path, with the words of their commits; `out` is due for history_free, also
 * on failure. 0; -1 recorded. */
int history_build(struct history *out, const struct scan_events *events, const struct scan *s);

void history_free(struct history *h);

/** Turn events, of which `h` is the history, into findings, all errors, in order of the walk. Each
 * names its commit, and the one that removes the path again, if no tip has it any more. 0; -1
 * recorded. */
int commits_judge(struct finding_list *out, const struct scan_events *events,
	const struct history *h, const struct scan *s);

/** Judge a path as it is in each tip, whatever commit it comes from. 0; -1 recorded: no tip has
 * it, ... */
int commits_judge_path(struct finding_list *out, const struct scan *s, const char *path);

#endif
