#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "report/report_people.h"

/* So many commits are shown, unless all are asked for. */
enum { COMMITS_MAX = 8 };

static size_t run_of_commit(const struct finding_list *list, size_t i)
{
	size_t n = 1;

	while (i + n < list->count && strcmp(list->items[i].commit, list->items[i + n].commit) == 0)
		n++;
	return n;
}

static size_t count_commits(const struct finding_list *list)
{
	size_t i, count = 0;

	for (i = 0; i < list->count; i += run_of_commit(list, i))
		count++;
	return count;
}

static void say_heading(struct buf *out, const struct report *r, size_t commits)
{
	bool orphans = false, adds = false;
	struct buf line = BUF_INIT;
	size_t i;

	for (i = 0; i < r->findings->count; i++) {
		bool orphan = r->findings->items[i].cause == CAUSE_SOURCE_REMOVED;

		orphans = orphans || orphan;
		adds = adds || !orphan;
	}
	buf_addf(&line, "pycguard: %s%zu commit%s %s%s %ss%s",
		r->mode == REPORT_RANGE ? "" : "push refused: ", commits, amount_plural(commits),
		adds && orphans ? "add or orphan" :
		adds            ? "add" :
				  "orphan",
		commits == 1 && !(adds && orphans) ? "s" : "", report_noun(r),
		strcmp(report_noun(r), "file") == 0 ? " that should not be committed" : "");
	report_heading(out, r, &line);
}

/* What Python runs in place of a source comes first. */
static void say_commit(struct buf *out, const struct report *r, size_t i, size_t n, size_t lines)
{
	const struct finding *f = &r->findings->items[i];
	size_t most = n <= lines || r->verbose ? n : lines - 1, shown = 0, j;
	int rule;

	buf_addf(out, "\ncommit %.10s  ", f->commit);
	path_quote(out, f->subject, strlen(f->subject));
	buf_addc(out, '\n');
	for (rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
		for (j = 0; j < n && shown < most; j++)
			if (f[j].rule == (enum rule)rule) {
				report_file(out, r, f + j, true);
				shown++;
			}
	if (shown < n)
		buf_addf(out, "  and %zu file%s more (-v lists all)\n", n - shown,
			amount_plural(n - shown));
}

static bool has_ghost(const struct finding_list *list, size_t i, size_t n)
{
	for (; n; n--)
		if (list->items[i + n - 1].rule == RULE_GHOST_MODULE)
			return true;
	return false;
}

/* Where not all are shown, those with a ghost come first. */
static void say_commits(struct buf *out, const struct report *r, size_t commits)
{
	const struct finding_list *list = r->findings;
	size_t most = commits <= COMMITS_MAX || r->verbose ? commits : COMMITS_MAX;
	size_t lines = REPORT_LINES / (commits < COMMITS_MAX ? commits : COMMITS_MAX);
	size_t pass, i, n, shown = 0;

	for (pass = most < commits ? 0 : 2; pass < 3; pass++)
		for (i = 0; i < list->count && shown < most; i += n) {
			n = run_of_commit(list, i);
			if (pass < 2 && has_ghost(list, i, n) != (pass == 0))
				continue;
			say_commit(out, r, i, n, lines);
			shown++;
		}
	if (shown < commits)
		buf_addf(out, "\nand %zu commit%s more (-v lists all)\n", commits - shown,
			amount_plural(commits - shown));
}

/* Once for all commits. */
static void say_rules(struct buf *out, const struct report *r)
{
	const struct finding_list *list = r->findings;
	struct report_group g = {malloc((list->count + 1) * sizeof *g.items), 0};
	size_t i;
	int rule;

	out->failed = out->failed || !g.items;
	buf_addc(out, '\n');
	for (rule = RULE_NONE + 1; rule < RULE_COUNT && g.items; rule++) {
		g.count = 0;
		for (i = 0; i < list->count; i++)
			if (list->items[i].rule == (enum rule)rule)
				g.items[g.count++] = &list->items[i];
		if (g.count)
			report_rule(out, r, &g);
	}
	free(g.items);
}

void report_commits(struct buf *out, const struct report *r)
{
	size_t commits = count_commits(r->findings);

	if (commits == 0) {
		report_all_clear(out, r, "commit");
		return;
	}
	say_heading(out, r, commits);
	say_commits(out, r, commits);
	say_rules(out, r);
	report_fix_all(out, r);
	report_allow(out, r);
}
