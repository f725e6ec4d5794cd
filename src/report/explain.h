/*
 * explain - what --explain says of one file, in plain words. Pure: all that it needs is given.
 */
#ifndef PYCGUARD_EXPLAIN_H
#define PYCGUARD_EXPLAIN_H

#include "check/check.h"
#include "report/report.h"

/** Where a file can be, and REV:PATH. */
enum { EXPLAIN_INDEX, EXPLAIN_HEAD, EXPLAIN_DISK, EXPLAIN_PLACES, EXPLAIN_REVISION = 3 };

/** The strings and the report are borrowed; the rest is for whoever fills it in to free. */
struct explanation {
	const char *shown; /* the file as the user named it */
	const char *link;  /* where it leads to; NULL: it is no symbolic link */
	int judged;        /* the place that was looked at */
	struct examined file;
	struct finding finding;
	bool is_source;
	struct finding_list caches; /* of a source */
	struct policy_decision decision;
	struct place {
		bool looked, file, source; /* and what was there */
	} places[EXPLAIN_PLACES];
	enum bytecode_loads now;     /* of the copy on this disk, times and all; if it is there */
	const struct report *report; /* how the fix is written, and what .pycguard on disk says */
};

/** Append the explanation: the verdict, then the details. Memory is the buf's matter. */
void explain_file(struct buf *out, const struct explanation *e);

/** Append what a rule means, why, an example and the fix. */
void explain_rule(struct buf *out, enum rule rule, const struct report *r);

#endif
