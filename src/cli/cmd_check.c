#include "cli/cmd.h"
#include "check/check.h"
#include "check/screen.h"

/* The words are made by error_set, since a line may hold anything. What --extend adds is for many
 * repositories. */
static void warn_of_unmatched(const struct job *job, const bool *matched)
{
	enum { LINES_MAX = 10 };
	size_t i, count = 0;

	for (i = 0; i < job->policy->count; i++) {
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

static int check_index(struct job *job)
{
	bool staged = job->in->command == &cmd_check_staged;
	bool asked = !staged && job->policy->allows;
	bool *matched = asked ? calloc(job->policy->count, sizeof *matched) : NULL;
	struct finding_list findings = FINDING_LIST_INIT;
	struct report r = {.mode = staged ? REPORT_STAGED : REPORT_TRACKED,
		.findings = &findings,
		.at.prefix = job->prefix.ptr};
	struct check check = {.kind = staged ? CHECK_COMMIT : CHECK_TRACKED,
		.snapshot = job->snapshot,
		.policy = job->policy,
		.caseless = job->caseless,
		.find_bases = staged ? repository_bases : NULL,
		.repository = job->repository,
		.named = &job->named,
		.matched = matched,
		.progress = &job->progress};
	int status = asked && !matched ? error_oom() : job_named(job);

	if (status == 0)
		status = check_run(&findings, &r.checked, &check);
	progress_end(&job->progress);
	if (status == 0 && matched && !job->in->quiet)
		warn_of_unmatched(job, matched);
	if (status == 0) {
		cmd_find_hints(&r, job->in, job->repository, job->snapshot, job->caseless);
		status = cmd_report(job->in, job->env, &r);
	}
	finding_list_free(&findings);
	free(matched);
	return status;
}

/* Where a report of no finding would be empty, the screen may say that there is none. */
static int run(const struct invocation *in, const struct environment *env)
{
	const struct policy_files files = {in->policy, in->extend};
	bool staged = in->command == &cmd_check_staged;
	bool silent = !in->output && (in->paths_only || (format_named(in->format) == report_human &&
								!cmd_wants_all_clear(in, env)));

	if (in->operand_count == 0 && silent && screen_is_clean(env, &files, staged || in->quiet))
		return STATUS_CLEAN;
	return cmd_with_index(in, env, check_index);
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
