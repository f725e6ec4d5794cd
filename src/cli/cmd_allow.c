#include "cli/cmd.h"
#include "disk/atomic_file.h"
#include "mend/allow.h"
#include "mend/ignores.h"

/* Where a person stands below the top, a path may be one from there or, as -z prints them, one from
 * the top. */
static int find_named(struct job *job, const char *operand)
{
	struct buf path = BUF_INIT;
	int here = repository_relative(&path, job->repository, operand), top = 0, status = -1;

	if (here == 0)
		here = snapshot_names(job->snapshot, path.ptr);
	else if (here > 0) /* out of the work tree, which is recorded */
		here = -1;
	if (here >= 0 && job->prefix.len && strcmp(path.ptr, operand) != 0)
		top = snapshot_names(job->snapshot, operand);
	if (here > 0 && top > 0)
		error_set("'%s' is the name of two files: '%s', and one at the top; run this there",
			operand, path.ptr);
	else if (here > 0 && top == 0)
		status = pathset_add(&job->named, path.ptr, path.len);
	else if (here == 0 && top > 0)
		status = pathset_add(&job->named, operand, strlen(operand));
	else if (here == 0 && top == 0)
		error_set("cannot allow '%s': it is not in the index", operand);
	buf_free(&path);
	return status;
}

static int report(struct job *job)
{
	const struct standing at = {.prefix = job->prefix.ptr};
	struct pathset_item item = {(char *)policy_path, strlen(policy_path)};
	const struct pathset file = {&item, 1};
	size_t count = job->paths.count;

	if (count) {
		buf_addf(&job->text, "pycguard: %s %zu file%s in .pycguard, as what %s now:\n",
			job->in->dry_run ? "would allow" : "allowed", count, amount_plural(count),
			count == 1 ? "it is" : "they are");
		job_list(job, &job->paths);
	} else if (cmd_wants_all_clear(job->in, job->env)) {
		buf_adds(&job->text, "pycguard: nothing to allow: these files are not rejected\n");
	}
	if (count && !job->in->dry_run) {
		buf_adds(&job->text, "Stage that, then commit: ");
		command_git(&job->text, &at, "add", &file);
		buf_adds(&job->text, "\n");
	}
	return job_say(job);
}

static int allow(struct job *job)
{
	const struct invocation *in = job->in;
	int i, status, top = ignores_open_top(job->repository, !in->dry_run);
	struct atomic_file file;
	struct buf lines = BUF_INIT;
	struct allow a = {.index = job->snapshot,
		.caseless = job->caseless,
		.extend = in->extend,
		.text = &file.text,
		.named = &job->named,
		.reason = in->reason};

	if (top < 0)
		return -1;
	status = ignores_open_file(&file, top, job->snapshot, policy_path);
	for (i = 0; i < in->operand_count && status == 0; i++)
		status = find_named(job, in->operands[i]);
	pathset_sort(&job->named);
	if (status == 0)
		status = allow_plan(&lines, &job->paths, &a);
	if (status == 0 && job->paths.count && !in->dry_run)
		status = atomic_file_add(&file, &lines);
	if (status == 0)
		status = report(job);
	atomic_file_close(&file);
	buf_free(&lines);
	close(top);
	return status;
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
	.body = allow,
};
