#include "cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "check/screen.h"
#include "cli/job.h"

/* What a check of the index needs, opened in order and closed in one place. */
struct work {
	struct job job;
	bool *matched; /* which lines of the policy match; NULL: not asked for */
	struct progress progress;
};

static int work_open(
	struct work *w, const struct invocation *in, const struct environment *env, bool staged)
{
	*w = (struct work){.matched = NULL};
	progress_start(&w->progress, "files looked at", in->quiet);
	if (job_open(&w->job, in, env) < 0)
		return -1;
	if (staged || !w->job.policy->allows)
		return 0;
	w->matched = calloc(w->job.policy->count, sizeof *w->matched);
	return w->matched ? 0 : error_oom();
}

static void work_close(struct work *w)
{
	free(w->matched);
	job_close(&w->job);
}

/* The words are made by error_set, since a line may hold anything. What --extend adds is for many
 * repositories. */
static void warn_of_unmatched(const struct policy *policy, const bool *matched, const char *extend)
{
	size_t i;

	for (i = 0; matched && i < policy->count; i++) {
		const struct policy_line *line = &policy->lines[i];

		if (!line->allows || matched[i] || (extend && strcmp(line->origin, extend) == 0))
			continue;
		error_set("%s:%zu: '%.200s' matches no tracked file", line->origin, line->number,
			line->text);
		fprintf(stderr, "pycguard: warning: %s\n", error_message());
	}
}

static int check_index(const struct invocation *in, const struct environment *env, bool staged)
{
	struct work w;
	struct finding_list findings = FINDING_LIST_INIT;
	struct report r = {.mode = staged ? REPORT_STAGED : REPORT_TRACKED, .findings = &findings};
	int status = STATUS_FAILED;

	if (work_open(&w, in, env, staged) == 0) {
		struct check check = {.kind = staged ? CHECK_COMMIT : CHECK_TRACKED,
			.snapshot = w.job.snapshot,
			.policy = w.job.policy,
			.caseless = w.job.caseless,
			.find_bases = staged ? repository_bases : NULL,
			.repository = w.job.repository,
			.named = &w.job.named,
			.matched = w.matched,
			.progress = &w.progress};

		r.at.prefix = w.job.prefix.ptr;
		if (check_run(&findings, &r.checked, &check) == 0)
			status = STATUS_CLEAN;
		progress_end(&w.progress);
	}
	if (status == STATUS_CLEAN) {
		if (!in->quiet)
			warn_of_unmatched(w.job.policy, w.matched, in->extend);
		status = cmd_report(in, env, &r);
	}
	finding_list_free(&findings);
	work_close(&w);
	return status;
}

static int check_staged(const struct invocation *in, const struct environment *env)
{
	const struct policy_files files = {in->policy, in->extend};

	if (in->operand_count == 0 && cmd_is_silent(in, env) && screen_is_clean(env, &files, true))
		return STATUS_CLEAN;
	return check_index(in, env, true);
}

static int check_tracked(const struct invocation *in, const struct environment *env)
{
	const struct policy_files files = {in->policy, in->extend};

	if (in->operand_count == 0 && cmd_is_silent(in, env) &&
		screen_is_clean(env, &files, in->quiet))
		return STATUS_CLEAN;
	return check_index(in, env, false);
}

const struct command cmd_check_staged = {
	.name = "check-staged",
	.operands = "[PATH...]",
	.most = -1,
	.options = CLI_REPORT,
	.summary = "files this commit would add, or orphan",
	.help = "Looks at the files this commit would add, and at the bytecode that it would orphan "
		"by removing the source. Errors are what the commit itself does; warnings are what "
		"HEAD already has. Each PATH named is judged like a tracked file. This is what the "
		"pre-commit hook runs.",
	.examples = {"--check-staged", "--check-staged --format=json"},
	.run = check_staged,
};

const struct command cmd_check_tracked = {
	.name = "check-tracked",
	.operands = "[PATH...]",
	.most = -1,
	.options = CLI_REPORT,
	.summary = "every file in the index",
	.help = "Looks at every file in the index or, with PATH, at those files and at the files "
		"below those directories.",
	.examples = {"--check-tracked", "--check-tracked -z -- src | xargs -0 ls -l"},
	.run = check_tracked,
};
