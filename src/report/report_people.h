/*
 * report_people - what the printers for people (report_human.c and, for commits and the history,
 * report_commits.c and report_history.c) share. report_human picks among them.
 */
#ifndef PYCGUARD_REPORT_PEOPLE_H
#define PYCGUARD_REPORT_PEOPLE_H

#include "report/amount.h"
#include "report/report.h"

/* Whatever is found, a report fits two screens: so many lines name files, unless all are asked
 * for. */
enum { REPORT_LINES = 24 };

/** What report_human prints for commits, and for the history. */
report_printer report_commits;
report_printer report_history;

/** Findings, borrowed, of one rule or of one commit. */
struct report_group {
	const struct finding **items;
	size_t count;
};

/** Append text in a colour (ECMA-48's numbers, "1;31"), if the report is a coloured one. */
void report_colored(struct buf *out, const struct report *r, const char *sgr, const char *text);

/** Append text in lines of the report's width. A heading's first `head` bytes are in a colour, and
 * its further lines are indented; head 0: a paragraph. */
void report_wrapped(
	struct buf *out, const struct report *r, const char *text, size_t head, const char *sgr);

/** Append the first line of a report, which is taken: `line` is as new afterwards. */
void report_heading(struct buf *out, const struct report *r, struct buf *line);

/** Append "RULE (COUNT): " and what Python does with such files. */
void report_rule(struct buf *out, const struct report *r, const struct report_group *g);

/** Append a line that names a file. */
void report_file(struct buf *out, const struct report *r, const struct finding *f, bool with_rule);

/** "bytecode file", or "file" when the policy keeps out what is none. */
const char *report_noun(const struct report *r);

/** Append how to let a file in on purpose. */
void report_allow(struct buf *out, const struct report *r);

/** Say that all is well, if that is asked for. `unit`, in the singular, is what was counted. */
void report_all_clear(struct buf *out, const struct report *r, const char *unit);

#endif
