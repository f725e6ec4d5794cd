#include "cli/cli.h"
#include "disk/atomic_file.h"
#include "mend/allow.h"
#include "mend/ignores.h"

/* Where a person stands below the top, a path may be one from there or, as -z prints them, one from
 * the top. */
static int find_named(struct job *job, const char *operand)
{
	struct buf path = BUF_INIT;
	int status = repository_relative(&path, job->repository, operand) == 0 ? 0 : -1;
	bool here = status == 0 && snapshot_names(job->index, path.ptr);
	bool top = status == 0 && *job->prefix && strcmp(path.ptr, operand) != 0 &&
		   snapshot_names(job->index, operand);

	if (here && top)
		status = error_set("'%s' names two files: '%s', and one at the top; run this there",
			operand, path.ptr);
	else if (status == 0 && !here && !top)
		status = error_set("cannot allow '%s': it is not in the index", operand);
	if (status == 0)
		pathset_add(
			&job->named, here ? path.ptr : operand, here ? path.len : strlen(operand));
	buf_free(&path);
	return status;
}

static int run(struct job *job)
{
	const struct invocation *in = job->in;
	const struct pathset_item policy_file = {(char *)policy_path, strlen(policy_path)};
	int top;

	if (job_open_index(job) < 0 || (top = ignores_open_top(job->repository, !in->dry_run)) < 0)
		return -1;
	struct atomic_file file;
	struct buf lines = BUF_INIT;
	int status = ignores_open_file(&file, top, job->index, policy_path);

	for (int i = 0; i < in->operand_count && status == 0; i++)
		status = find_named(job, in->operands[i]);
	pathset_sort(&job->named);
	job->check.named = &job->named;
	if (status == 0)
		status = allow_plan(
			&lines, &job->paths, &job->check, in->extend, &file.text, in->reason);
	size_t count = job->paths.count;
	if (status == 0 && count && !in->dry_run)
		status = atomic_file_add(&file, &lines);
	atomic_file_close(&file);
	buf_free(&lines);
	close(top);
	if (status < 0)
		return -1;
	if (count) {
		buf_addf(&job->text, "pycguard: %s %zu file%s in .pycguard, as what %s now:\n",
			in->dry_run ? "would allow" : "allowed", count, amount_plural(count),
			count == 1 ? "it is" : "they are");
		job_list(job, &job->paths);
	} else if (job->report.all_clear) {
		buf_adds(&job->text, "pycguard: nothing to allow: these files are not rejected\n");
	}
	if (count && !in->dry_run) {
		buf_adds(&job->text, "Stage that, then commit:\t");
		command_git(&job->text, &job->report, "add", &policy_file, 1);
		buf_adds(&job->text, "\n");
	}
	return job_say(job);
}

const struct command cmd_allow = {
	.name = "allow",
	.operands = "PATH...",
	.options = CLI_OPTION(EXTEND) | CLI_OPTION(REASON) | CLI_CHANGE,
	.summary = "allow rejected files on purpose, by lines in .pycguard",
	.help = "Appends to .pycguard a line for each file that allows it as what it is now: a cache "
		"that is allowed as bytecode, and whose source is then deleted, is rejected again. "
		"PATH is as --check-tracked -z prints it, or from the current directory.",
	.examples = {"--allow --reason 'test data' -- tests/data/old.pyc",
		"--allow --dry-run -- old"},
	.run = run,
};
