#include "cli/cmd.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "cli/job.h"
#include "mend/ignores.h"
#include "report/command.h"

struct work {
	const struct invocation *in;
	const struct environment *env;
	struct job job;
	struct ignores where;
	struct ignore_gaps gaps;
	struct pathset files; /* those that lack something */
};

static int name_files(struct work *w)
{
	size_t i;

	for (i = 0; i < w->gaps.count; i++) {
		const char *file = w->gaps.items[i].file;

		if (i > 0 && strcmp(file, w->gaps.items[i - 1].file) == 0)
			continue;
		if (pathset_add(&w->files, file, strlen(file)) < 0)
			return -1;
	}
	return 0;
}

static void say_gap(struct buf *out, const struct ignore_gap *gap, bool done)
{
	buf_adds(out, "  ");
	path_quote(out, gap->file, strlen(gap->file));
	buf_addf(out, ": %s", gap->pattern);
	if (!done) {
		buf_adds(out, "  (nothing keeps out ");
		path_quote(out, gap->example, strlen(gap->example));
		if (*gap->culprit) {
			buf_adds(out, "; let in by ");
			path_quote(out, gap->culprit, strlen(gap->culprit));
		}
		buf_adds(out, ")");
	}
	buf_adds(out, "\n");
}

static void say_commit(struct buf *out, const struct work *w)
{
	const struct standing at = {.prefix = w->job.prefix.ptr};

	buf_adds(out, "Commit that: ");
	command_git(out, &at, "add", &w->files);
	buf_adds(out, "\n");
}

/* `done`: the patterns have been added. */
static int report(struct work *w, bool done)
{
	bool adding = w->in->command == &cmd_add_ignores;
	struct buf text = BUF_INIT;
	int status = -1;
	size_t i;

	if (w->gaps.count)
		buf_addf(&text, "pycguard: %s\n",
			done   ? "added to ignore files:" :
			adding ? "would add to ignore files:" :
				 "ignore files lack patterns that keep Python bytecode out:");
	for (i = 0; i < w->gaps.count; i++)
		say_gap(&text, &w->gaps.items[i], done);
	if (done)
		say_commit(&text, w);
	else if (w->gaps.count && !adding)
		buf_adds(&text, "Add what is missing: pycguard --add-ignores\n");
	else if (!w->gaps.count && cmd_wants_all_clear(w->in, w->env))
		buf_adds(&text, "pycguard: ignore files keep Python bytecode out\n");
	for (i = 0; w->in->verbose && i < w->gaps.at_top.count; i++) {
		path_quote(&text, w->gaps.at_top.items[i].path, w->gaps.at_top.items[i].len);
		buf_adds(&text, ": no ignore file beside it, so its context is taken to be the top "
				"of the repository\n");
	}
	status = cmd_say(w->in, &w->files, &text);
	buf_free(&text);
	return status;
}

static void warn_of_unshared(const struct work *w)
{
	const struct pathset *files = &w->gaps.unshared;
	struct buf name = BUF_INIT;
	size_t i;

	for (i = 0; i < files->count && !w->in->quiet && !w->in->strict; i++) {
		buf_clear(&name);
		path_quote(&name, files->items[i].path, files->items[i].len);
		fprintf(stderr,
			"pycguard: warning: %s keeps Python bytecode out here, but is no "
			"part of the repository: who clones it does not have that (--strict makes "
			"this count)\n",
			name.ptr);
	}
	buf_free(&name);
}

static int check_complete(const struct work *w)
{
	struct ignore_gaps left;
	int status = ignores_find(&left, &w->where);

	if (status == 0 && left.count)
		status = error_set("cannot keep '%s' out: '%s' in '%s' has not done it",
			left.items[0].example, left.items[0].pattern, left.items[0].file);
	ignore_gaps_free(&left);
	return status;
}

static int check_or_add(struct work *w, bool add)
{
	if (ignores_find(&w->gaps, &w->where) < 0 || name_files(w) < 0)
		return -1;
	add = add && w->gaps.count;
	if (add && ignores_add(&w->where, &w->gaps) < 0)
		return -1;
	if (report(w, add) < 0)
		return -1;
	warn_of_unshared(w);
	return add ? check_complete(w) : 0;
}

static int run(const struct invocation *in, const struct environment *env)
{
	struct work w = {.in = in, .env = env, .gaps = IGNORE_GAPS_INIT, .files = PATHSET_INIT};
	bool add = in->command == &cmd_add_ignores && !in->dry_run;
	int status = STATUS_FAILED, top = -1;

	if (job_open(&w.job, in, env) == 0)
		top = ignores_open_top(w.job.repository, add);
	if (top >= 0) {
		w.where = (struct ignores){
			w.job.repository, w.job.snapshot, w.job.policy, top, in->strict};
		if (check_or_add(&w, add) == 0)
			status = !add && w.gaps.count ? STATUS_REJECTED : STATUS_CLEAN;
		close(top);
	}
	ignore_gaps_free(&w.gaps);
	pathset_free(&w.files);
	job_close(&w.job);
	return status;
}

const struct command cmd_check_ignores = {
	.name = "check-ignores",
	.options = CLI_POLICY | CLI_OPTION(EXIT_ZERO) | CLI_OPTION(STRICT) | CLI_OPTION(NULL_BYTES),
	.summary = "whether .gitignore and .dockerignore files exclude bytecode",
	.help = "Checks that git ignores the bytecode that Python would write in the packages of this"
		" repository, and that the .dockerignore beside each Dockerfile keeps it out of the "
		"image. With --strict, ignore files that other clones do not have do not count.",
	.examples = {"--check-ignores", "--check-ignores --strict"},
	.run = run,
};

const struct command cmd_add_ignores = {
	.name = "add-ignores",
	.options = CLI_POLICY | CLI_CHANGE | CLI_OPTION(STRICT),
	.summary = "add what --check-ignores finds missing",
	.help = "Adds to .gitignore and .dockerignore files what --check-ignores finds missing.",
	.examples = {"--add-ignores --dry-run", "--add-ignores"},
	.run = run,
};
