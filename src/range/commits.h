/*
 * commits - judges commits: each against all its parents, by the rules of the staged check, but
 * only the paths that it changes, and the bytecode whose source it removes.
 */
#ifndef PYCGUARD_COMMITS_H
#define PYCGUARD_COMMITS_H

#include "check/finding.h"
#include "range/history.h"
#include "range/scan.h"

/**
 * Turn events into findings, in their order, which is that of the walk. Each names its commit, and
 * the one that removes the path again, if no tip of the walk has it any more.
 *
 * @param out findings are appended; all are errors
 * @param h   the history of the same events
 * @param in_history all commits are looked at: what they leave behind by removing a source is then
 *            left out, for the commit that added it is among them
 * @return 0; -1 with the failure recorded
 */
int commits_judge(struct finding_list *out, const struct scan_events *events,
	const struct history *h, const struct scan *s, bool in_history);

/**
 * Judge a path as it is in each tip of the walk, whichever commit it comes from.
 *
 * @return 0; -1 with the failure recorded (no tip has it)
 */
int commits_judge_path(struct finding_list *out, const struct scan *s, const char *path);

#endif
