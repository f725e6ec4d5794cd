#include "report/report_people.h"

#include <string.h>
#include <time.h>

#include "base/path.h"
#include "range/history.h"

/* More paths than these go to git filter-repo by a file. */
enum { COMMAND_MAX = 6 };

/* "0123456789 2024-01-31" */
static void add_commit(struct buf *out, const struct walk_commit *c)
{
	time_t seconds = (time_t)c->time;
	char date[32] = "";
	struct tm tm;
	int i;

	for (i = 0; i < 5; i++)
		buf_addf(out, "%02x", c->id.bytes[i]);
	if (gmtime_r(&seconds, &tm) && strftime(date, sizeof date, " %Y-%m-%d", &tm))
		buf_adds(out, date);
}

static void say_path(struct buf *out, const struct report *r, const struct history_path *row)
{
	buf_adds(out, "  ");
	path_quote(out, row->path, row->len);
	buf_adds(out, "  added ");
	add_commit(out, row->first);
	if (row->author) {
		buf_adds(out, " by ");
		path_quote(out, row->author, strlen(row->author));
	}
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

static void say_heading(struct buf *out, const struct report *r, size_t there)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "pycguard: %zu %s%s in the history: %zu still tracked, %zu gone; ",
		r->history->count, report_noun(r), amount_plural(r->history->count), there,
		r->history->count - there);
	amount_bytes(&line, r->history->bytes);
	buf_addf(&line, " in the object store; %zu commit%s looked at", r->checked,
		amount_plural(r->checked));
	report_heading(out, r, &line);
	buf_addc(out, '\n');
}

/* A line of the file has a meaning of its own unless it says that it is literal. */
static void say_filter(struct buf *out, const struct report *r)
{
	const struct history *h = r->history;
	size_t i;

	buf_addf(out, "\nTo remove %s from the history:\n", h->count == 1 ? "it" : "all of them");
	if (h->count > COMMAND_MAX) {
		buf_addf(out, "  %s", r->program);
		command_here(out, &r->at);
		buf_addf(out,
			"%s --check-history -z | tr '\\0' '\\n' | sed 's/^/literal:/' "
			">paths.txt\n  git filter-repo --invert-paths --paths-from-file paths.txt\n",
			r->policy);
		return;
	}
	buf_adds(out, "  git filter-repo --invert-paths");
	for (i = 0; i < h->count; i++) {
		buf_adds(out, " \\\n    --path ");
		path_shell(out, h->items[i].path, h->items[i].len);
	}
	buf_addc(out, '\n');
}

static void say_costs(struct buf *out, const struct report *r)
{
	report_wrapped(out, r,
		"That gives every commit since the first of them another id, in all branches and "
		"tags: signatures are lost, open merge requests break, and everybody who has a "
		"clone must clone again, because one push of an old branch adds all of it again. "
		"Do it in a fresh clone, and agree on a day first. Bytecode that is gone harms no "
		"checkout; its size alone is seldom worth it.",
		0, NULL);
}

/* What is still there first. */
static void say_paths(struct buf *out, const struct report *r)
{
	const struct history *h = r->history;
	size_t most = r->verbose ? h->count : REPORT_LINES, shown = 0, i;
	int there;

	for (there = 1; there >= 0; there--)
		for (i = 0; i < h->count && shown < most; i++)
			if (h->items[i].there == there) {
				say_path(out, r, &h->items[i]);
				shown++;
			}
	if (shown < h->count)
		buf_addf(out, "  and %zu more (-v lists all)\n", h->count - shown);
}

void report_history(struct buf *out, const struct report *r)
{
	size_t there = 0, i;

	if (r->history->count == 0) {
		report_all_clear(out, r, "commit");
		return;
	}
	for (i = 0; i < r->history->count; i++)
		there += r->history->items[i].there;
	say_heading(out, r, there);
	say_paths(out, r);
	report_fix_all(out, r);
	say_filter(out, r);
	say_costs(out, r);
}
