#include "cli/cli.h"
#include "check/check.h"
#include "check/screen.h"

/* The words are made by error_set, since a line may hold anything. What --extend adds is for many
 * repositories. */
static void warn_of_unmatched(const struct job *job, const bool *matched)
{
	enum { LINES_MAX = 10 };
	size_t count = 0;

	for (size_t i = 0; i < job->policy->count; i++) {
		const struct policy_line *line = &job->policy->lines[i];

		if (!line->allows || matched[i] ||
			(job->files.extend && strcmp(line->origin, job->files.extend) == 0))
			continue;
		if (++count > LINES_MAX && !job->in->verbose)
			continue;
		error_set("%s:%zu: '%.200s' matches no tracked file", line->origin, line->number,
			line->text);
		fprintf(stderr, "pycguard: warning: %s\n", error_message());
	}
	if (count > LINES_MAX && !job->in->verbose)
		fprintf(stderr,
			"pycguard: warning: %zu lines match no tracked file in all (-v lists them)\n",
			count);
}

static int run(struct job *job)
{
	const struct invocation *in = job->in;
	bool staged = in->command == &cmd_check_staged;
	/* Where a report of no finding would be empty, the screen may say that there is none. */
	bool silent = !in->output &&
		      (in->paths_only || (job->printer == report_human && !job->report.all_clear));

	job->report.mode = staged ? REPORT_STAGED : REPORT_TRACKED;
	if (in->operand_count == 0 && silent &&
		screen_is_clean(job->env, &job->files, staged || in->quiet))
		return STATUS_CLEAN;
	if (job_open_index(job) < 0 || job_named(job) < 0)
		return -1;
	bool asked = !staged && job->policy->allows;
	bool *matched = asked ? memory_new(job->policy->count, sizeof *matched) : NULL;
	job->check.named = &job->named;
	job->check.matched = matched;
	int status = check_run(&job->findings, &job->report.checked, &job->check);
	if (status == 0)
		job_find_hints(job);
	progress_end(&job->progress);
	if (status == 0 && asked && !in->quiet)
		warn_of_unmatched(job, matched);
	free(matched);
	return status < 0 ? -1 : job_report(job);
}

const struct command cmd_check_staged = {
	.name = "check-staged",
	.operands = "[PATH...]",
	.options = CLI_REPORT,
	.summary = "files this commit would add, or orphan",
	.help = "Looks at the files this commit would add, and at the bytecode that it would orphan "
		"by removing the source. Errors are what the commit itself does; warnings are what "
		"HEAD already has. Each PATH named is judged like a tracked file. This is what the "
		"pre-commit hook runs.",
	.examples = {"--check-staged", "--check-staged --format=json"},
	.run = run,
};

const struct command cmd_check_tracked = {
	.name = "check-tracked",
	.operands = "[PATH...]",
	.options = CLI_REPORT,
	.summary = "every file in the index",
	.help = "Looks at every file in the index or, with PATH, at those files and at the files "
		"below those directories.",
	.examples = {"--check-tracked", "--check-tracked -z -- src | xargs -0 ls -l"},
	.run = run,
};
