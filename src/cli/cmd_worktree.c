#include "cli/cli.h"
#include "check/worktree.h"

static int run(struct job *job)
{
	const struct invocation *in = job->in;
	const struct disk_options options = {
		.failed = job_failed, .outside = in->quiet ? NULL : job_warned, .arg = job};
	int dir = 0, status;

	job->report.mode = REPORT_WORKTREE;
	do {
		struct worktree w;
		size_t checked = 0;

		status = worktree_open(
			&w, in->operand_count ? in->operands[dir] : ".", &job->files, &options);
		if (status == 0) {
			w.check.notes = in->strict || job->printer == report_json;
			w.check.threads = true;
			w.check.progress = &job->progress;
			status = check_run(&job->findings, &checked, &w.check);
		}
		job->report.checked += checked;
		worktree_close(&w);
	} while (++dir < in->operand_count && status == 0);
	/* With --strict an honest cache counts, as a warning does. */
	for (size_t i = 0; i < job->findings.count && in->strict; i++)
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
