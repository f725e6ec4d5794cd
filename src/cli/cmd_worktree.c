#include "cli/cli.h"
#include "check/worktree.h"

static int check_directory(struct job *job, const char *dir)
{
	const struct disk_options options = {
		.failed = job_failed, .outside = job->in->quiet ? NULL : job_warned, .arg = job};
	struct worktree w;
	size_t checked = 0;
	int status = worktree_open(&w, dir, &job->files, &options);

	if (status == 0) {
		struct check check = worktree_check(&w);

		check.notes = job->in->strict || job->printer == report_json;
		check.threads = true;
		check.failed = job_failed;
		check.failed_arg = job;
		check.progress = &job->progress;
		status = check_run(&job->findings, &checked, &check);
	}
	job->report.checked += checked;
	worktree_close(&w);
	return status;
}

static int run(struct job *job)
{
	int dir = 0, status;
	size_t i;

	job->report.mode = REPORT_WORKTREE;
	do
		status =
			check_directory(job, job->in->operand_count ? job->in->operands[dir] : ".");
	while (++dir < job->in->operand_count && status == 0);
	/* With --strict an honest cache counts, as a warning does. */
	for (i = 0; i < job->findings.count && job->in->strict; i++)
		if (job->findings.items[i].severity == SEVERITY_NOTE)
			job->findings.items[i].severity = SEVERITY_WARNING;
	if (status == 0)
		status = job_report(job);
	return job_say_failures(job, status, "read");
}

const struct command cmd_check_worktree = {
	.name = "check-worktree",
	.operands = "[DIR...]",
	.options = CLI_REPORT,
	.summary = "files on disk, ignored ones too; needs no repository",
	.help = "Looks at the files on disk, ignored ones too, for bytecode that makes Python run "
		"something other than the source. Needs no repository. With --strict, every cache "
		"counts.",
	.examples = {"--check-worktree", "--check-worktree /app"},
	.run = run,
};
