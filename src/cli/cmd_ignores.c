#include "cli/cli.h"
#include "mend/ignores.h"

/* `done`: the pattern has been added. */
static void add_gap(struct buf *out, const struct ignore_gap *gap, bool done)
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

static int report(struct job *job, const struct ignore_gaps *gaps, bool done)
{
	bool adding = job->in->command == &cmd_add_ignores;
	struct buf *text = &job->text;
	size_t i;

	if (gaps->count)
		buf_addf(text, "pycguard: %s\n",
			done   ? "added to ignore files:" :
			adding ? "would add to ignore files:" :
				 "ignore files lack patterns that keep Python bytecode out:");
	for (i = 0; i < gaps->count; i++) {
		const char *file = gaps->items[i].file;

		add_gap(text, &gaps->items[i], done);
		if (i == 0 || strcmp(file, gaps->items[i - 1].file) != 0)
			pathset_add(&job->paths, file, strlen(file));
	}
	if (done) {
		job_stage(job, &job->paths);
	} else if (gaps->count && !adding) {
		buf_adds(text, "Add what is missing: pycguard --add-ignores\n");
	} else if (!gaps->count && job->report.all_clear) {
		buf_adds(text, "pycguard: ignore files keep Python bytecode out\n");
	}
	for (i = 0; job->in->verbose && i < gaps->at_top.count; i++) {
		path_quote(text, gaps->at_top.items[i].path, gaps->at_top.items[i].len);
		buf_adds(text,
			": no .dockerignore beside it, so its context is taken to be the top "
			"of the repository\n");
	}
	return job_say(job);
}

static void warn_of_unshared(const struct pathset *files)
{
	struct buf name = BUF_INIT;
	size_t i;

	for (i = 0; i < files->count; i++) {
		buf_clear(&name);
		path_quote(&name, files->items[i].path, files->items[i].len);
		fprintf(stderr,
			"pycguard: warning: %s keeps Python bytecode out here, but is not part of "
			"the repository, so other clones do not have it (with --strict, it does "
			"not count)\n",
			name.ptr);
	}
	buf_free(&name);
}

static int run(struct job *job)
{
	const struct invocation *in = job->in;
	bool add = in->command == &cmd_add_ignores && !in->dry_run;
	struct ignores where = {.strict = in->strict};
	struct ignore_gaps gaps, left;
	int status;

	if (job_open_index(job) < 0)
		return -1;
	where.repository = job->repository;
	where.index = job->index;
	where.policy = job->policy;
	where.top = ignores_open_top(job->repository, add);
	if (where.top < 0)
		return -1;
	progress_say(&job->progress, "asking git what it ignores");
	status = ignores_find(&gaps, &where);
	progress_end(&job->progress);
	add = add && gaps.count;
	if (status == 0 && add)
		status = ignores_add(&where, &gaps);
	if (status == 0)
		status = report(job, &gaps, add);
	if (status >= 0 && !in->quiet && !in->strict)
		warn_of_unshared(&gaps.unshared);
	if (status >= 0 && add) {
		status = ignores_find(&left, &where);
		if (status == 0 && left.count)
			status = error_set("cannot keep '%s' out: '%s' in '%s' has not done it",
				left.items[0].example, left.items[0].pattern, left.items[0].file);
		ignore_gaps_free(&left);
	} else if (status >= 0) {
		status = gaps.count ? STATUS_REJECTED : STATUS_CLEAN;
	}
	ignore_gaps_free(&gaps);
	close(where.top);
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
