#include "report_people.h"

#include <string.h>

#include "path.h"

/* So many commits are shown, and so many files of each, unless all are asked for. */
enum { COMMITS_MAX = 12, FILES_MAX = 12, COMMAND_MAX = 6 };

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
	struct buf line = BUF_INIT;

	buf_addf(&line,
		"pycguard: %s%zu commit%s bring%s bytecode or other files that git must not carry",
		r->mode == REPORT_RANGE ? "" : "push refused: ", commits, amount_plural(commits),
		commits == 1 ? "s" : "");
	report_heading(out, r, &line);
}

static void say_file(struct buf *out, const struct report *r, const struct finding *f)
{
	buf_adds(out, "  ");
	path_quote(out, f->path, f->path_len);
	buf_adds(out, "  ");
	report_colored(out, r, "1;31", rule_text(f->rule)->id);
	report_colored(out, r, "2", report_cause(f->cause));
	buf_adds(out, "\n    ");
	finding_message(out, f);
	buf_addc(out, '\n');
}

static void say_commit(struct buf *out, const struct report *r, size_t i, size_t n)
{
	const struct finding *f = &r->findings->items[i];
	size_t shown = r->verbose || n <= FILES_MAX ? n : FILES_MAX, j;

	buf_addf(out, "\ncommit %.10s  ", f->commit);
	path_quote(out, f->subject, strlen(f->subject));
	buf_addc(out, '\n');
	for (j = 0; j < shown; j++)
		say_file(out, r, f + j);
	if (shown < n)
		buf_addf(out, "  and %zu file%s more (-v lists all)\n", n - shown,
			amount_plural(n - shown));
}

/* Each path once, in the order in which they are met. */
static size_t count_paths(const struct finding_list *list, const struct finding **out, size_t most)
{
	size_t count = 0, i, j;

	for (i = 0; i < list->count; i++) {
		for (j = 0; j < count && strcmp(out[j]->path, list->items[i].path) != 0; j++)
			;
		if (j < count)
			continue;
		if (count == most)
			return most + 1;
		out[count++] = &list->items[i];
	}
	return count;
}

/* Findings come parents first, so all that is found is after the parent of the first commit. */
static void say_mend(struct buf *out, const struct report *r)
{
	const struct finding *paths[COMMAND_MAX];
	size_t i, count = count_paths(r->findings, paths, COMMAND_MAX);
	struct buf word = BUF_INIT;

	buf_addf(out,
		"\nTake %s out of the commits, which are made anew (the files stay on disk):\n  ",
		count == 1 ? "it" : "them");
	if (count > COMMAND_MAX) {
		buf_adds(&word, "pycguard --untrack");
	} else {
		finding_amend_begin(&word);
		for (i = 0; i < count; i++) {
			buf_addc(&word, ' ');
			finding_pathspec(&word, paths[i]->path, paths[i]->path_len, "");
		}
	}
	finding_amend_end(out, &word, &r->findings->items[0]);
	buf_adds(out, r->mode == REPORT_RANGE ? "\n" : "\nand push again.\n");
	buf_adds(out, "One that is there on purpose: allow it with a line !PATH in .pycguard, "
		      "in that commit.\n");
}

void report_commits(struct buf *out, const struct report *r)
{
	size_t commits = count_commits(r->findings), i, n, shown = 0;

	if (commits == 0) {
		report_all_clear(out, r, "commit");
		return;
	}
	say_heading(out, r, commits);
	for (i = 0; i < r->findings->count; i += n, shown++) {
		if (shown == COMMITS_MAX && !r->verbose)
			break;
		n = run_of_commit(r->findings, i);
		say_commit(out, r, i, n);
	}
	if (shown < commits)
		buf_addf(out, "\nand %zu commit%s more (-v lists all)\n", commits - shown,
			amount_plural(commits - shown));
	say_mend(out, r);
}
