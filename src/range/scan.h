/*
 * scan - what the commits of a walk do to paths that the policy rejects. Several processes share
 * them out, for the threads of one would wait for locks of libgit2 half of their time; the result
 * does not depend on how many.
 */
#ifndef PYCGUARD_SCAN_H
#define PYCGUARD_SCAN_H

#include "base/progress.h"
#include "range/changes.h"
#include "range/walk.h"

/** One path that one commit changed. */
struct scan_event {
	char *path;
	const struct walk_commit *commit;
	enum change change;
	uint32_t mode;
	struct oid oid;
};

/** More of them are refused: they would be too many for memory, and for people. */
enum { SCAN_EVENTS_MAX = 4 << 20 };

/** In the order of the walk, and in each commit by path. Start with zeros. */
struct scan_events {
	struct scan_event *items;
	size_t count;
};

/** What is looked at, and by which policy. All borrowed. */
struct scan {
	struct repository *repository;
	struct walk *walk;
	const struct policy *pinned; /* NULL: the .pycguard of each commit */
	struct policy_files files;   /* of that policy, or of those */
	bool caseless;
	bool in_history; /* all commits are looked at: what one leaves behind by removing a source
			  * is left out, for the commit that added it is among them */
	struct progress *progress; /* NULL: none is shown */
};

/** `out` is due for scan_events_free, also on failure. 0; -1 recorded. */
int scan_run(struct scan_events *out, const struct scan *s);

void scan_events_free(struct scan_events *events);

/** Prepare to look at commits with `r`; end with changes_release. */
void scan_open(struct changes *out, const struct scan *s, struct repository *r);

#endif
