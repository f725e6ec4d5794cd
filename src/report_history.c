#include "report_people.h"

#include <string.h>
#include <time.h>

#include "history.h"
#include "path.h"

/* More paths than these go to git filter-repo by a file. */
enum { COMMAND_MAX = 50 };

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
	add_commit(out, &row->first);
	if (row->author) {
		buf_adds(out, " by ");
		path_quote(out, row->author, strlen(row->author));
	}
	if (row->versions > 1)
		buf_addf(out, ", %zu versions", row->versions);
	if (row->removed != HISTORY_NEVER) {
		buf_adds(out, ", removed ");
		add_commit(out, &row->last);
	}
	buf_adds(out, ", ");
	report_colored(out, r, row->there ? "1;31" : "2", row->there ? "still there" : "gone");
	buf_adds(out, ", ");
	amount_bytes(out, row->bytes);
	buf_addc(out, '\n');
}

static size_t count_there(const struct history *h)
{
	size_t i, there = 0;

	for (i = 0; i < h->count; i++)
		there += h->items[i].there;
	return there;
}

static void say_heading(struct buf *out, const struct report *r)
{
	struct buf line = BUF_INIT;
	size_t there = count_there(r->history);

	buf_addf(&line,
		"pycguard: %zu file%s in the history that git must not carry: %zu still there, %zu gone; ",
		r->history->count, amount_plural(r->history->count), there,
		r->history->count - there);
	amount_bytes(&line, r->history->bytes);
	buf_addf(&line, " in the object store; %zu commit%s looked at", r->checked,
		amount_plural(r->checked));
	report_heading(out, r, &line);
	buf_addc(out, '\n');
}

/* A line of the file has a meaning of its own unless it says that it is literal. */
static void say_many(struct buf *out)
{
	buf_adds(out,
		"  pycguard --check-history -z | tr '\\0' '\\n' | sed 's/^/literal:/' >paths.txt"
		"\n"
		"  git filter-repo --invert-paths --paths-from-file paths.txt\n");
}

static void say_mend(struct buf *out, const struct history *h)
{
	size_t i;

	if (count_there(h))
		buf_adds(out,
			"\nWhat is still there leaves the next commit by: pycguard --untrack\n");
	buf_addf(out, "\nTo drop %s from the history:\n\n", h->count == 1 ? "it" : "all of them");
	if (h->count > COMMAND_MAX) {
		say_many(out);
	} else {
		buf_adds(out, "  git filter-repo --invert-paths");
		for (i = 0; i < h->count; i++) {
			buf_adds(out, " \\\n    --path ");
			path_shell(out, h->items[i].path, h->items[i].len);
		}
		buf_addc(out, '\n');
	}
	buf_adds(out,
		"\nThat makes every commit since the first of them anew, with another id, in all\n"
		"branches and tags: signatures are lost, open merge requests break, and whoever has\n"
		"a clone must clone again, for one push of an old branch brings it all back. Do it\n"
		"in a fresh clone, and agree on a day first. Bytecode that is gone harms no\n"
		"checkout; the bytes alone are seldom worth it.\n");
}

void report_history(struct buf *out, const struct report *r)
{
	size_t i;

	if (r->history->count == 0) {
		report_all_clear(out, r, "commit");
		return;
	}
	say_heading(out, r);
	for (i = 0; i < r->history->count; i++)
		say_path(out, r, &r->history->items[i]);
	say_mend(out, r->history);
}
