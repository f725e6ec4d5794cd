/* What a person reads: a heading with a count, the files by rule or commit, what fixes them. */
#include <time.h>

#include "range/history.h"
#include "report/report.h"

/* Whatever is found, a report fits two screens: so many lines name files, and so many commits are
 * shown, unless all are asked for. */
enum { LINES_MAX = 24, COMMITS_MAX = 8 };

static bool by_policy(const struct report *r)
{
	for (size_t i = 0; i < r->findings->count; i++)
		if (r->findings->items[i].rule == RULE_POLICY)
			return true;
	return false;
}

/* "3 bytecode files"; "files" when the policy keeps out what is no bytecode. */
static void add_count(struct buf *out, const struct report *r, size_t n, const char *adjective)
{
	buf_addf(out, "%zu %s%s%s", n, adjective, by_policy(r) ? "file" : "bytecode file",
		amount_plural(n));
}

/* Of `n` findings of one rule, what they are. */
static void say_rule(
	struct buf *out, const struct report *r, const struct finding *const *items, size_t n)
{
	const char *id = rule_text(items[0]->rule)->id, *summary = report_summary(items[0]);
	struct buf text = BUF_INIT;
	bool migration = false;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(report_summary(items[i]), summary) != 0)
			summary = rule_text(items[0]->rule)->summary;
		migration = migration || report_names_migration(items[i]);
	}
	buf_addf(&text, "%s (%zu): %s%s", id, n, summary,
		migration ? "; in a migrations package, Django runs it as a migration" : "");
	report_wrapped(out, r, text.ptr, strlen(id), "1;31");
	buf_free(&text);
}

static void say_file(struct buf *out, const struct report *r, const struct finding *f)
{
	static const char *const causes[] = {
		[CAUSE_NONE] = "",
		[CAUSE_ADDED] = "  (added)",
		[CAUSE_CHANGED] = "  (changed)",
		[CAUSE_SOURCE_REMOVED] = "  (its source is removed)",
		[CAUSE_BEFORE] = "  (tracked already)",
	};

	report_name(out, "  ", f->path, "");
	if (f->rule == RULE_POLICY)
		report_name(out, "  ", f->pattern, "");
	if (report_of_commits(r)) {
		buf_adds(out, "  ");
		report_colored(out, r, "1;31", rule_text(f->rule)->id);
	}
	report_colored(out, r, "2", causes[f->cause]);
	if (f->removed)
		buf_addf(out, "  (removed again by %.10s)", f->removed);
	buf_addc(out, '\n');
}

static int by_directory(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a;
	const struct finding *y = *(const struct finding *const *)b;

	return path_compare(
		x->path, path_base(x->path, x->path_len), y->path, path_base(y->path, y->path_len));
}

static void say_directories(
	struct buf *out, const struct finding **items, size_t count, size_t lines)
{
	size_t n, shown = 0, hidden = 0, files = 0;

	qsort(items, count, sizeof *items, by_directory);
	for (size_t i = 0; i < count; i += n) {
		size_t len = path_base(items[i]->path, items[i]->path_len);

		for (n = 1; i + n < count && !by_directory(&items[i], &items[i + n]); n++)
			;
		if (shown == lines) {
			hidden++;
			files += n;
			continue;
		}
		shown++;
		buf_adds(out, "  ");
		path_quote(out, len ? items[i]->path : "./", len ? len : 2);
		buf_addf(out, "  (%zu file%s)\n", n, amount_plural(n));
	}
	if (hidden)
		buf_addf(out, "  and %zu file%s more in %zu director%s (-v lists all)\n", files,
			amount_plural(files), hidden, hidden == 1 ? "y" : "ies");
}

/* The rules that are found, each with its files or, for commits, which have named them, without.
 * What Python runs in place of a source is named as long as there is room for it. */
static void say_rules(struct buf *out, const struct report *r)
{
	const struct finding **items = memory_new(r->findings->count, sizeof *items);
	size_t lines = LINES_MAX, count, most, shown;
	bool commits = report_of_commits(r);

	if (commits)
		buf_addc(out, '\n');
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		/* There is a heading and a line or two for each of the rules to come. */
		size_t least = 3 * (size_t)(RULE_COUNT - 1 - rule);

		for (size_t i = count = 0; i < r->findings->count; i++) {
			const struct finding *f = &r->findings->items[i];

			if (f->rule == (enum rule)rule && report_rejects(r, f))
				items[count++] = f;
		}
		if (!count)
			continue;
		buf_adds(out, commits ? "" : "\n");
		say_rule(out, r, items, count);
		if (commits)
			continue;
		most = lines > least + 3 ? lines - least : 3;
		shown = count <= most || r->verbose  ? count :
			rule <= RULE_UNCHECKED_CACHE ? most - 1 :
						       0;
		for (size_t i = 0; i < shown; i++)
			say_file(out, r, items[i]);
		if (shown == 0)
			say_directories(out, items, count, most - 1);
		else if (shown < count)
			buf_addf(out, "  and %zu more (-v lists all)\n", count - shown);
		lines -= count < most ? count : most;
	}
	free(items);
}

static void say_files(struct buf *out, const struct report *r, size_t rejected)
{
	bool refused = r->mode == REPORT_STAGED && r->in_hook;
	struct buf line = BUF_INIT;

	buf_adds(&line, refused ? "pycguard: commit refused: " : "pycguard: ");
	add_count(&line, r, rejected,
		r->mode == REPORT_TRACKED                ? "tracked " :
		r->mode == REPORT_WORKTREE && !r->strict ? "misleading " :
							   "");
	buf_adds(&line, refused                    ? " should not be committed" :
			r->mode == REPORT_WORKTREE ? " found on disk" :
			by_policy(r)               ? " found that should not be committed" :
						     " found");
	report_wrapped(out, r, line.ptr, SIZE_MAX, "1");
	buf_free(&line);
}

/* A commit is a run of findings. */
static size_t run_of_commit(const struct finding_list *list, size_t i)
{
	size_t n = 1;

	while (i + n < list->count && strcmp(list->items[i].commit, list->items[i + n].commit) == 0)
		n++;
	return n;
}

/* What Python runs in place of a source comes first. */
static void say_commit(
	struct buf *out, const struct report *r, const struct finding *f, size_t n, size_t lines)
{
	size_t most = n <= lines || r->verbose ? n : lines - 1, shown = 0;

	buf_addf(out, "\ncommit %.10s", f->commit);
	report_name(out, "  ", f->subject, "");
	buf_addf(out, "  (%zu file%s)\n", n, amount_plural(n));
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
		for (size_t j = 0; j < n && shown < most; j++)
			if (f[j].rule == (enum rule)rule) {
				say_file(out, r, f + j);
				shown++;
			}
	if (shown < n)
		buf_addf(out, "  and %zu file%s more (-v lists all)\n", n - shown,
			amount_plural(n - shown));
}

/* Where not all are shown, those with a ghost come first. */
static void say_commits(struct buf *out, const struct report *r, size_t commits)
{
	const struct finding_list *list = r->findings;
	size_t most = commits <= COMMITS_MAX || r->verbose ? commits : COMMITS_MAX;
	size_t lines = LINES_MAX / (commits < COMMITS_MAX ? commits : COMMITS_MAX);
	size_t j, n, shown = 0;

	for (size_t pass = most < commits ? 0 : 2; pass < 3; pass++)
		for (size_t i = 0; i < list->count && shown < most; i += n) {
			n = run_of_commit(list, i);
			for (j = i; j < i + n && list->items[j].rule != RULE_GHOST_MODULE; j++)
				;
			if (pass < 2 && (j < i + n) != (pass == 0))
				continue;
			say_commit(out, r, list->items + i, n, lines);
			shown++;
		}
	if (shown < commits)
		buf_addf(out, "\nand %zu commit%s more (-v lists all)\n", commits - shown,
			amount_plural(commits - shown));
}

static void say_all_commits(struct buf *out, const struct report *r)
{
	const struct finding_list *list = r->findings;
	bool orphans = false, adds = false;
	struct buf line = BUF_INIT;
	size_t commits = 0;

	for (size_t i = 0; i < list->count; i += run_of_commit(list, i))
		commits++;
	for (size_t i = 0; i < list->count; i++) {
		orphans = orphans || list->items[i].cause == CAUSE_SOURCE_REMOVED;
		adds = adds || list->items[i].cause != CAUSE_SOURCE_REMOVED;
	}
	buf_addf(&line, "pycguard: %s%zu commit%s %s%s ",
		r->mode == REPORT_RANGE ? "" : "push refused: ", commits, amount_plural(commits),
		adds && orphans ? "add or orphan" :
		adds            ? "add" :
				  "orphan",
		commits == 1 && !(adds && orphans) ? "s" : "");
	add_count(&line, r, list->count, "");
	buf_adds(&line, by_policy(r) ? " that should not be committed" : "");
	report_wrapped(out, r, line.ptr, SIZE_MAX, "1");
	buf_free(&line);
	say_commits(out, r, commits);
}

/* "0123456789 2024-01-31" */
static void add_commit(struct buf *out, const struct walk_commit *c)
{
	time_t seconds = (time_t)c->time;
	char date[32] = "";
	struct tm tm;

	for (int i = 0; i < 5; i++)
		buf_addf(out, "%02x", c->id.bytes[i]);
	if (gmtime_r(&seconds, &tm) && strftime(date, sizeof date, " %Y-%m-%d", &tm))
		buf_adds(out, date);
}

static void say_path(struct buf *out, const struct report *r, const struct history_path *row)
{
	report_name(out, "  ", row->path, "  added ");
	add_commit(out, row->first);
	report_name(out, " by ", row->first->author, "");
	if (row->versions > 1)
		buf_addf(out, ", %zu versions", row->versions);
	if (row->last) {
		buf_adds(out, ", removed ");
		add_commit(out, row->last);
	}
	buf_adds(out, ", ");
	report_colored(out, r, row->there ? "1;31" : "2", row->there ? "still tracked" : "gone");
	buf_adds(out, ", ");
	amount_bytes(out, row->bytes);
	buf_addc(out, '\n');
}

static void say_history(struct buf *out, const struct report *r)
{
	const struct history *h = r->history;
	size_t most = r->verbose ? h->count : LINES_MAX, shown = 0, there = 0;
	struct buf line = BUF_INIT;

	for (size_t i = 0; i < h->count; i++)
		there += h->items[i].there;
	buf_adds(&line, "pycguard: ");
	add_count(&line, r, h->count, "");
	buf_addf(&line, " in the history: %zu still tracked, %zu gone; ", there, h->count - there);
	amount_bytes(&line, h->bytes);
	buf_addf(&line, " in the object store; %zu commit%s looked at", r->checked,
		amount_plural(r->checked));
	report_wrapped(out, r, line.ptr, SIZE_MAX, "1");
	buf_free(&line);
	buf_addc(out, '\n');
	for (int pass = 1; pass >= 0; pass--) /* what is still there first */
		for (size_t i = 0; i < h->count && shown < most; i++)
			if (h->items[i].there == pass) {
				say_path(out, r, &h->items[i]);
				shown++;
			}
	if (shown < h->count)
		buf_addf(out, "  and %zu more (-v lists all)\n", h->count - shown);
}

void report_human(struct buf *out, const struct report *r)
{
	bool commits = report_of_commits(r), history = r->mode == REPORT_HISTORY;
	size_t found = history ? r->history->count : report_rejected(r);

	if (found) {
		if (history)
			say_history(out, r);
		else if (commits)
			say_all_commits(out, r);
		else
			say_files(out, r, found);
		if (!history)
			say_rules(out, r);
		report_fix_all(out, r);
	}
	size_t warnings = commits ? 0 : finding_list_count(r->findings, SEVERITY_WARNING);
	if (warnings && !r->strict) {
		buf_adds(out, found ? "\npycguard: " : "pycguard: ");
		report_colored(out, r, "1;33", "warning");
		buf_adds(out, ": git tracks ");
		add_count(out, r, warnings, found ? "other " : "");
		buf_addf(out, " already (pycguard --check-tracked lists %s)\n",
			warnings == 1 ? "it" : "them");
		for (size_t i = 0; r->verbose && i < r->findings->count; i++)
			if (!report_rejects(r, &r->findings->items[i]))
				say_file(out, r, &r->findings->items[i]);
	}
	if (!found && r->all_clear)
		buf_addf(out, "pycguard: %zu %s%s looked at, nothing to reject\n", r->checked,
			commits ? "commit" : "file", amount_plural(r->checked));
	report_fold(out, r->width, false);
}
