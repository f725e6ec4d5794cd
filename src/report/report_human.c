#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "report/report_people.h"

static void say_heading(struct buf *out, const struct report *r, size_t rejected)
{
	const char *noun = report_noun(r), *s = amount_plural(rejected);
	bool policy = strcmp(noun, "file") == 0;
	struct buf line = BUF_INIT;

	buf_adds(&line, "pycguard: ");
	if (r->mode == REPORT_STAGED && r->in_hook)
		buf_addf(&line, "commit refused: %zu %s%s should not be committed", rejected, noun,
			s);
	else if (r->mode == REPORT_WORKTREE)
		buf_addf(&line, "%zu %s%s%s found on disk", rejected,
			r->strict ? "" : "misleading ", noun, s);
	else
		buf_addf(&line, "%zu %s%s%s found%s", rejected,
			r->mode == REPORT_TRACKED ? "tracked " : "", noun, s,
			policy ? " that should not be committed" : "");
	report_heading(out, r, &line);
}

static int by_directory(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a;
	const struct finding *y = *(const struct finding *const *)b;

	return path_compare(
		x->path, path_base(x->path, x->path_len), y->path, path_base(y->path, y->path_len));
}

/* How many of the findings from the `i`th on are in its directory. */
static size_t run_of_directory(const struct report_group *g, size_t i)
{
	size_t n = 1;

	while (i + n < g->count && by_directory(&g->items[i], &g->items[i + n]) == 0)
		n++;
	return n;
}

static void say_directories(struct buf *out, struct report_group *g, size_t lines)
{
	size_t i, n, shown = 0, hidden = 0;

	qsort(g->items, g->count, sizeof *g->items, by_directory);
	for (i = 0; i < g->count && shown < lines; i += n, shown++) {
		size_t len = path_base(g->items[i]->path, g->items[i]->path_len);

		n = run_of_directory(g, i);
		buf_adds(out, "  ");
		path_quote(out, len ? g->items[i]->path : "./", len ? len : 2);
		buf_addf(out, "  (%zu file%s)\n", n, amount_plural(n));
	}
	n = g->count - i;
	for (; i < g->count; i += run_of_directory(g, i))
		hidden++;
	if (hidden)
		buf_addf(out, "  and %zu file%s more in %zu director%s (-v lists all)\n", n,
			amount_plural(n), hidden, hidden == 1 ? "y" : "ies");
}

/* What Python runs in place of a source is named as long as there is room for it. */
static void say_group(struct buf *out, const struct report *r, struct report_group *g, size_t lines)
{
	bool runs = g->items[0]->rule <= RULE_UNCHECKED_CACHE;
	size_t i, shown = g->count <= lines || r->verbose ? g->count : runs ? lines - 1 : 0;

	buf_addc(out, '\n');
	report_rule(out, r, g);
	for (i = 0; i < shown; i++)
		report_file(out, r, g->items[i], false);
	if (shown == 0)
		say_directories(out, g, lines - 1);
	else if (shown < g->count)
		buf_addf(out, "  and %zu more (-v lists all)\n", g->count - shown);
}

/* What is rejected by the rule, in the order of the report. */
static void gather(struct report_group *g, const struct report *r, int rule)
{
	size_t i;

	g->count = 0;
	for (i = 0; i < r->findings->count; i++) {
		const struct finding *f = &r->findings->items[i];

		if (f->rule == (enum rule)rule && report_rejects(r, f))
			g->items[g->count++] = f;
	}
}

static void say_groups(struct buf *out, const struct report *r)
{
	struct report_group g = {malloc((r->findings->count + 1) * sizeof *g.items), 0};
	size_t lines = REPORT_LINES, least, most;
	int rule;

	out->failed = out->failed || !g.items;
	for (rule = RULE_NONE + 1; rule < RULE_COUNT && g.items; rule++) {
		gather(&g, r, rule);
		if (!g.count)
			continue;
		least = 3 * (size_t)(RULE_COUNT - 1 - rule); /* for the rules to come */
		most = lines > least + 3 ? lines - least : 3;
		say_group(out, r, &g, most);
		lines -= g.count < most ? g.count : most;
	}
	free(g.items);
}

static void say_warnings(struct buf *out, const struct report *r, size_t rejected)
{
	size_t i, n = r->strict ? 0 : finding_list_count(r->findings, SEVERITY_WARNING);

	if (n == 0)
		return;
	if (rejected)
		buf_addc(out, '\n');
	buf_adds(out, "pycguard: ");
	report_colored(out, r, "1;33", "warning");
	buf_addf(out, ": git tracks %zu %s%s already (pycguard --check-tracked lists %s)\n", n,
		report_noun(r), amount_plural(n), n == 1 ? "it" : "them");
	for (i = 0; r->verbose && i < r->findings->count; i++)
		if (!report_rejects(r, &r->findings->items[i]))
			report_file(out, r, &r->findings->items[i], false);
}

static void report_files(struct buf *out, const struct report *r)
{
	size_t rejected = report_rejected(r);

	if (rejected) {
		say_heading(out, r, rejected);
		say_groups(out, r);
		report_fix_all(out, r);
		report_allow(out, r);
	}
	say_warnings(out, r, rejected);
	if (rejected == 0)
		report_all_clear(out, r, "file");
}

void report_human(struct buf *out, const struct report *r)
{
	if (r->mode == REPORT_HISTORY)
		report_history(out, r);
	else if (report_of_commits(r))
		report_commits(out, r);
	else
		report_files(out, r);
}
