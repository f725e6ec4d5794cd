/*
 * report_people - what the printers for people (report_human.c and, for commits and the history,
 * report_commits.c and report_history.c) share. report_human picks among them.
 */
#ifndef PYCGUARD_REPORT_PEOPLE_H
#define PYCGUARD_REPORT_PEOPLE_H

#include "amount.h"
#include "report.h"

/** What report_human prints for commits, and for the history. */
report_printer report_commits;
report_printer report_history;

/** Append text in a colour (ECMA-48's numbers, "1;31"), if the report is a coloured one. */
void report_colored(struct buf *out, const struct report *r, const char *sgr, const char *text);

/** "  (added)" and so on, or "". */
const char *report_cause(enum cause cause);

/** Append the first line of a report, which is taken: `line` is as new afterwards. */
void report_heading(struct buf *out, const struct report *r, struct buf *line);

/** Say that all is well, if that is asked for. `unit`, in the singular, is what was counted. */
void report_all_clear(struct buf *out, const struct report *r, const char *unit);

#endif
