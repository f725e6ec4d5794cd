/*
 * history - events by path: where each path came in, where it went out, what it costs.
 */
#ifndef PYCGUARD_HISTORY_H
#define PYCGUARD_HISTORY_H

#include "range/scan.h"

/** One path that a commit of the walk adds or changes. All but the author is borrowed. */
struct history_path {
	const char *path;
	size_t len;
	size_t versions;                 /* how many commits add or change it */
	const struct walk_commit *first; /* of them */
	const struct walk_commit *last;  /* the last that removes it; NULL: none does */
	bool there;                      /* in the tree of a tip of the walk */
	uint64_t bytes;                  /* of its blobs in the object store, each once */
	char *author;                    /* of the first; NULL: not asked for */
};

/** Start with zeros. */
struct history {
	struct history_path *items; /* in order of paths */
	size_t count;
	uint64_t bytes; /* of all blobs, each once */
};

/**
 * Gather the events by path.
 *
 * @param out   for history_free, also on failure
 * @param whole fill in authors and bytes too
 * @return 0; -1 with the failure recorded
 */
int history_build(
	struct history *out, const struct scan_events *events, const struct scan *s, bool whole);

/** The row of a path, or NULL. */
const struct history_path *history_find(const struct history *h, const char *path);

void history_free(struct history *h);

#endif
