#include "cli/cli.h"
#include "mend/ignores.h"

/* `done`: the patterns have been added. */
static int report(struct job *job, const struct ignore_gaps *gaps, bool done)
{
	bool adding = job->in->command == &cmd_add_ignores;
	struct buf *text = &job->text;

	if (gaps->count)
		buf_addf(text, "pycguard: %s\n",
			done   ? "added to ignore files:" :
			adding ? "would add to ignore files:" :
				 "ignore files lack patterns that keep Python bytecode out:");
	for (size_t i = 0; i < gaps->count; i++) {
		const struct ignore_gap *gap = &gaps->items[i];

		report_name(text, "  ", gap->file, ": ");
		buf_adds(text, gap->pattern);
		if (!done)
			report_name(text, "  (", gap->example,
				*gap->culprit ? " is not ignored, because of " :
						" is not ignored)");
		if (!done && *gap->culprit)
			report_name(text, "", gap->culprit, ")");
		buf_adds(text, "\n");
		if (i == 0 || strcmp(gap->file, gap[-1].file) != 0)
			pathset_add(&job->paths, gap->file, strlen(gap->file));
	}
	if (done) {
		buf_adds(text, "Stage that, then commit:\t");
		command_git(text, &job->report, "add", job->paths.items, job->paths.count);
		buf_adds(text, "\n");
	} else if (gaps->count && !adding) {
		buf_adds(text, "Add what is missing:\tpycguard --add-ignores\n");
	} else if (!gaps->count && job->report.all_clear) {
		buf_adds(text, "pycguard: ignore files keep Python bytecode out\n");
	}
	for (size_t i = 0; job->in->verbose && i < gaps->at_top.count; i++)
		report_name(text, "", gaps->at_top.items[i].path,
			": no .dockerignore beside it, so its context is taken to be the top of "
			"the repository\n");
	return job_say(job);
}

static int run(struct job *job)
{
	const struct invocation *in = job->in;
	bool add = in->command == &cmd_add_ignores && !in->dry_run;

	if (job_open_index(job) < 0)
		return -1;
	struct ignores where = {job->repository, job->index, job->policy,
		ignores_open_top(job->repository, add), in->strict};
	struct ignore_gaps gaps, left;
	if (where.top < 0)
		return -1;
	progress_say(&job->progress, "asking git what it ignores");
	int status = ignores_find(&gaps, &where);
	progress_end(&job->progress);
	add = add && gaps.count;
	if (status == 0 && add)
		status = ignores_add(&where, &gaps);
	if (status == 0)
		status = report(job, &gaps, add);
	for (size_t i = 0; status >= 0 && !in->quiet && !in->strict && i < gaps.unshared.count;
		i++) {
		buf_clear(&job->text);
		report_name(&job->text, "pycguard: warning: ", gaps.unshared.items[i].path,
			" keeps Python bytecode out here, but is not part of the repository, so "
			"other clones do not have it (with --strict, it does not count)\n");
		fputs(job->text.ptr, stderr);
	}
	if (status >= 0 && add) {
		status = ignores_find(&left, &where);
		if (status == 0 && left.count)
			status = error_set(
				"cannot make git ignore '%s': '%s' in '%s' is not enough",
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
	.help = "Adds to .gitignore and .dockerignore files what --check-ignores finds missing, with the "
		"same options.",
	.examples = {"--add-ignores --dry-run", "--add-ignores"},
	.run = run,
};
