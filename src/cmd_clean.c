#include "cmd.h"

#include <stdio.h>

#include "amount.h"
#include "clean.h"

struct work {
	struct progress progress;
	size_t failures;
};

/* The rest is done all the same; what could not be is said at once. */
static void failed(void *arg)
{
	struct work *work = arg;

	work->failures++;
	progress_end(&work->progress);
	fprintf(stderr, "pycguard: %s\n", error_message());
}

static void say_kept(
	struct buf *out, const struct invocation *in, const struct pathset *kept, const char *why)
{
	if (!kept->count)
		return;
	buf_addf(out, "pycguard: kept %zu file%s %s:\n", kept->count, amount_plural(kept->count),
		why);
	cmd_list(out, in, kept);
}

static void say(struct buf *out, const struct invocation *in, const struct clean_result *r)
{
	if (r->deleted.count) {
		buf_addf(out, "pycguard: %s%s:\n",
			in->dry_run ? "would delete bytecode" : "deleted bytecode",
			in->all ? "" : " that lies");
		cmd_list(out, in, &r->deleted);
	}
	say_kept(out, in, &r->tracked,
		"that git tracks; to be taken out of git first "
		"(pycguard --untrack)");
	say_kept(out, in, &r->strange, "with the name of bytecode but other contents");
	if (!r->deleted.count)
		return;
	buf_addf(out, "pycguard: %s %zu file%s, ", in->dry_run ? "would delete" : "deleted",
		r->deleted.count, amount_plural(r->deleted.count));
	amount_bytes(out, r->bytes);
	if (r->directories)
		buf_addf(out, ", and %zu empty director%s", r->directories,
			r->directories == 1 ? "y" : "ies");
	buf_adds(out, "\n");
}

static int report(
	const struct invocation *in, const struct environment *env, const struct clean_result *r)
{
	struct buf text = BUF_INIT;
	int status;

	say(&text, in, r);
	if (!text.len && cmd_wants_all_clear(in, env))
		buf_addf(&text, "pycguard: no bytecode%s to delete\n", in->all ? "" : " that lies");
	status = cmd_say(in, &r->deleted, &text);
	buf_free(&text);
	return status;
}

static void clean_all(struct clean_result *r, const struct clean *c, const struct invocation *in)
{
	int i;

	if (in->operand_count == 0 && clean_directory(r, c, ".") < 0)
		c->failed(c->failed_arg);
	for (i = 0; i < in->operand_count; i++)
		if (clean_directory(r, c, in->operands[i]) < 0)
			c->failed(c->failed_arg);
}

static int status_of(const struct invocation *in, const struct clean_result *r, size_t failures)
{
	if (failures) {
		error_set("%zu thing%s could not be looked at or deleted", failures,
			amount_plural(failures));
		return STATUS_FAILED;
	}
	if (r->tracked.count || r->strange.count || (in->dry_run && r->deleted.count))
		return STATUS_REJECTED;
	return STATUS_CLEAN;
}

static int run(const struct invocation *in, const struct environment *env)
{
	struct work work = {.failures = 0};
	struct clean_result result = CLEAN_RESULT_INIT;
	struct clean clean = {.policy = in->policy,
		.all = in->all,
		.dry_run = in->dry_run,
		.progress = &work.progress,
		.failed = failed,
		.failed_arg = &work};
	int status = STATUS_FAILED;

	if (tracked_new(&clean.tracked, env) < 0)
		return STATUS_FAILED;
	progress_start(&work.progress, "files", in->quiet);
	clean_all(&result, &clean, in);
	progress_end(&work.progress);
	if (report(in, env, &result) == 0)
		status = status_of(in, &result, work.failures);
	tracked_free(clean.tracked);
	clean_result_free(&result);
	return status;
}

const struct command cmd_clean = {
	.name = "clean",
	.operands = "[DIR...]",
	.most = -1,
	.options = CLI_POLICY | CLI_CHANGE | CLI_OPTION(ALL),
	.summary = "delete misleading bytecode from disk",
	.help = "Deletes from disk the bytecode that --check-worktree reports: what makes Python run something other than the source. With --all, deletes all bytecode. Never deletes a file that git tracks.",
	.examples = {"--clean --dry-run", "--clean --all -- src"},
	.run = run,
};
