/*
 * explain - what --explain PATH says of one file, in plain words. Pure: all that it needs is given.
 */
#ifndef PYCGUARD_EXPLAIN_H
#define PYCGUARD_EXPLAIN_H

#include "check/examine.h"
#include "check/finding.h"
#include "policy/policy.h"
#include "report/report.h"

/** Whether a place was looked into, and what was there. */
struct place {
	bool looked;
	bool file, source;
};

/** Everything in it is borrowed. */
struct explanation {
	const char *shown;  /* the file as the user named it */
	const char *judged; /* what was looked at: "the index", "HEAD", "the disk" */
	const struct examined *file;
	const struct finding *finding;
	struct policy_decision decision;
	struct place index, head, disk;
	enum bytecode_loads now;     /* of the copy on this disk, times and all; if disk.file */
	const struct report *report; /* how the fix is written */
};

/** Append the explanation. Memory is the buf's matter. */
void explain_file(struct buf *out, const struct explanation *e);

/** Append what a rule means, why, an example and the fix, in lines of at most `width` columns. */
void explain_rule(struct buf *out, enum rule rule, size_t width);

#endif
