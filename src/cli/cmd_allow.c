#include "cli/cmd.h"

#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "check/policy_load.h"
#include "cli/job.h"
#include "disk/atomic_file.h"
#include "mend/allow.h"
#include "mend/ignores.h"
#include "report/amount.h"

/* Where a person stands below the top, a path may be one from there or, as -z prints them, one from
 * the top. */
static int find_named(struct pathset *named, struct job *job, const char *operand)
{
	struct buf path = BUF_INIT;
	int here = repository_relative(&path, job->repository, operand), top = 0;
	int status = -1;

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
		status = pathset_add(named, path.ptr, path.len);
	else if (here == 0 && top > 0)
		status = pathset_add(named, operand, strlen(operand));
	else if (here == 0 && top == 0)
		error_set("cannot allow '%s': it is not in the index", operand);
	buf_free(&path);
	return status;
}

static void say(struct buf *out, const struct invocation *in, const struct environment *env,
	const struct job *job, const struct pathset *paths)
{
	const struct standing at = {.prefix = job->prefix.ptr};
	char name[] = ".pycguard";
	struct pathset_item item = {name, sizeof name - 1};
	const struct pathset file = {&item, 1};
	if (!paths->count) {
		if (cmd_wants_all_clear(in, env))
			buf_adds(out, "pycguard: nothing to allow: these files are not rejected\n");
		return;
	}
	buf_addf(out, "pycguard: %s %zu file%s in .pycguard, as what %s now:\n",
		in->dry_run ? "would allow" : "allowed", paths->count, amount_plural(paths->count),
		paths->count == 1 ? "it is" : "they are");
	cmd_list(out, in, paths);
	if (in->dry_run)
		return;
	buf_adds(out, "Stage that, then commit: ");
	command_git(out, &at, "add", &file);
	buf_adds(out, "\n");
}

static int allow(const struct invocation *in, const struct environment *env, struct job *job,
	struct pathset *paths, int top)
{
	struct pathset named = PATHSET_INIT;
	struct atomic_file file;
	struct buf lines = BUF_INIT, text = BUF_INIT;
	int i, status = ignores_open_file(&file, top, job->snapshot, policy_path);

	for (i = 0; i < in->operand_count && status == 0; i++)
		status = find_named(&named, job, in->operands[i]);
	pathset_sort(&named);
	if (status == 0) {
		const struct allow a = {.index = job->snapshot,
			.caseless = job->caseless,
			.extend = in->extend,
			.text = &file.text,
			.named = &named,
			.reason = in->reason};

		status = allow_plan(&lines, paths, &a);
	}
	if (status == 0 && paths->count && !in->dry_run)
		status = atomic_file_add(&file, &lines);
	if (status == 0) {
		say(&text, in, env, job, paths);
		status = cmd_say(in, paths, &text);
	}
	atomic_file_close(&file);
	pathset_free(&named);
	buf_free(&lines);
	buf_free(&text);
	return status;
}

static int run(const struct invocation *in, const struct environment *env)
{
	struct invocation bare = *in;
	struct pathset paths = PATHSET_INIT;
	struct job job;
	int status = STATUS_FAILED, top = -1;

	bare.operand_count = 0; /* find_named reads them otherwise */
	if (job_open(&job, &bare, env) == 0)
		top = ignores_open_top(job.repository, !in->dry_run);
	if (top >= 0) {
		if (allow(in, env, &job, &paths, top) == 0)
			status = in->dry_run && paths.count ? STATUS_REJECTED : STATUS_CLEAN;
		close(top);
	}
	pathset_free(&paths);
	job_close(&job);
	return status;
}

const struct command cmd_allow = {
	.name = "allow",
	.operands = "PATH...",
	.least = 1,
	.most = -1,
	.options = CLI_OPTION(EXTEND) | CLI_OPTION(REASON) | CLI_CHANGE,
	.summary = "allow rejected files on purpose, by lines in .pycguard",
	.help = "Appends to .pycguard a line for each file that allows it as what it is now: a cache "
		"that is allowed as bytecode, and whose source is then deleted, is rejected again. "
		"PATH is as --check-tracked -z prints it, or from the current directory.",
	.examples = {"--allow --reason 'test data' -- tests/data/old.pyc",
		"--allow --dry-run -- old"},
	.run = run,
};
