#include "report_people.h"

#include <stdlib.h>
#include <string.h>

#include "path.h"

/* A group longer than this is shown by directory, and no more directories than this. */
enum { LIST_MAX = 12, COMMAND_MAX = 6 };

static void say_heading(struct buf *out, const struct report *r, size_t rejected)
{
	struct buf line = BUF_INIT;

	buf_adds(&line, "pycguard: ");
	if (r->mode == REPORT_STAGED)
		buf_adds(&line, "commit refused: ");
	buf_addf(&line, "%zu %sfile%s ", rejected, r->mode == REPORT_TRACKED ? "tracked " : "",
		amount_plural(rejected));
	if (r->mode == REPORT_WORKTREE)
		buf_adds(&line, "on disk that can make Python run something else than the source");
	else
		buf_adds(&line, "that git must not carry");
	report_heading(out, r, &line);
}

static void say_file(struct buf *out, const struct report *r, const struct finding *f)
{
	buf_adds(out, "  ");
	path_quote(out, f->path, f->path_len);
	if (f->rule == RULE_POLICY) {
		buf_adds(out, "  ");
		path_quote(out, f->pattern, strlen(f->pattern));
	}
	report_colored(out, r, "2", report_cause(f->cause));
	buf_adds(out, "\n");
}

/* The findings of one rule that make the check fail, in the order of the report. */
struct group {
	const struct finding **items;
	size_t count;
	bool migration;
};

static bool gather(struct group *g, const struct report *r, enum rule rule)
{
	const struct finding_list *list = r->findings;
	size_t i;

	*g = (struct group){.items = malloc((list->count + 1) * sizeof(struct finding *))};
	for (i = 0; g->items && i < list->count; i++) {
		const struct finding *f = &list->items[i];

		if (f->rule != rule || !report_rejects(r, f))
			continue;
		g->items[g->count++] = f;
		g->migration = g->migration || finding_names_migration(f);
	}
	return g->items != NULL;
}

static int by_directory(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a;
	const struct finding *y = *(const struct finding *const *)b;

	return path_compare(
		x->path, path_base(x->path, x->path_len), y->path, path_base(y->path, y->path_len));
}

/* How many of the findings from the `i`th on are in its directory. */
static size_t run_of_directory(const struct group *g, size_t i)
{
	size_t n = 1;

	while (i + n < g->count && by_directory(&g->items[i], &g->items[i + n]) == 0)
		n++;
	return n;
}

static void say_directories(struct buf *out, struct group *g)
{
	size_t i, n, shown = 0, hidden = 0;

	qsort(g->items, g->count, sizeof *g->items, by_directory);
	for (i = 0; i < g->count && shown < LIST_MAX; i += n, shown++) {
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

static void say_group(struct buf *out, const struct report *r, enum rule rule, struct group *g)
{
	size_t i;

	buf_adds(out, "\n");
	report_colored(out, r, "1;31", rule_text(rule)->id);
	buf_addf(out, ": %s", rule_text(rule)->summary);
	if (g->migration)
		buf_adds(out,
			";\n  in a migrations package, Django runs such a file as a migration");
	buf_adds(out, "\n");
	if (g->count > LIST_MAX && !r->verbose) {
		say_directories(out, g);
		return;
	}
	for (i = 0; i < g->count; i++)
		say_file(out, r, g->items[i]);
}

static void say_groups(struct buf *out, const struct report *r)
{
	enum rule rule;

	for (rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		struct group g;

		if (!gather(&g, r, rule))
			out->failed = true;
		else if (g.count)
			say_group(out, r, rule, &g);
		free(g.items);
	}
}

/* The command for a shell in the user's directory. On disk it takes directories only; in the index
 * the paths are named if they are few. */
static void say_mend(struct buf *out, const struct report *r, size_t rejected)
{
	bool on_disk = r->mode == REPORT_WORKTREE;
	struct buf path = BUF_INIT;
	size_t i;

	if (on_disk)
		buf_addf(out, "\nDelete %s:\n", rejected == 1 ? "it" : "them");
	else
		buf_addf(out, "\nTake %s on disk:\n",
			rejected == 1 ? "it out of git; the file stays" :
					"them out of git; the files stay");
	buf_addf(out, "  %s", r->mend);
	if (!on_disk && rejected <= COMMAND_MAX) {
		buf_adds(out, " --");
		for (i = 0; i < r->findings->count; i++) {
			const struct finding *f = &r->findings->items[i];

			if (!report_rejects(r, f))
				continue;
			buf_adds(out, rejected > 1 ? " \\\n    " : " ");
			buf_clear(&path);
			path_from(&path, f->path, f->path_len, r->prefix);
			path_shell(out, path.ptr, path.len);
			out->failed = out->failed || path.failed;
		}
	}
	buf_adds(out, "\n");
	buf_free(&path);
}

static void say_rejected(struct buf *out, const struct report *r, size_t rejected)
{
	say_heading(out, r, rejected);
	say_groups(out, r);
	say_mend(out, r, rejected);
	buf_adds(out, "One that is there on purpose: allow it with a line !PATH in .pycguard");
	buf_adds(out, r->mode == REPORT_STAGED ? ", and stage that.\n" : ".\n");
}

static void say_warnings(struct buf *out, const struct report *r, size_t rejected)
{
	size_t i, n = r->strict ? 0 : finding_list_count(r->findings, SEVERITY_WARNING);

	if (n == 0)
		return;
	if (rejected)
		buf_adds(out, "\n");
	buf_adds(out, "pycguard: ");
	report_colored(out, r, "1;33", "warning");
	buf_addf(out,
		": %zu file%s that git must not carry %s there before this commit; "
		"to see %s: pycguard --check-tracked\n",
		n, amount_plural(n), n == 1 ? "was" : "were", n == 1 ? "it" : "them");
	for (i = 0; r->verbose && i < r->findings->count; i++)
		if (!report_rejects(r, &r->findings->items[i]))
			say_file(out, r, &r->findings->items[i]);
}

static void report_files(struct buf *out, const struct report *r)
{
	size_t rejected = report_rejected(r);

	if (rejected)
		say_rejected(out, r, rejected);
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
