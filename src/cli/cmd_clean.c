#include "cli/cmd.h"

#include <stdio.h>

#include "base/interrupt.h"
#include "mend/clean.h"
#include "report/amount.h"

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

static void say_kept(struct buf *out, const struct invocation *in, const struct clean_result *r)
{
	static const char *const whys[] = {
		[CLEAN_TRACKED] = "tracked by git (stop tracking them first: pycguard --untrack)",
		[CLEAN_STRANGE] = "named like bytecode, but with other contents",
		[CLEAN_LINKED] = "behind a symbolic link",
		[CLEAN_COMPILED] =
			"without any source: it seems to be shipped compiled (--all deletes it)",
		[CLEAN_ENVIRONMENT] = "an environment (--all cleans it too)",
	};
	size_t i;

	for (i = 0; i < CLEAN_KEPT_COUNT; i++) {
		const struct pathset *kept = &r->kept[i];

		if (!kept->count)
			continue;
		buf_addf(out, "pycguard: kept %zu ", kept->count);
		if (i < CLEAN_COMPILED)
			buf_addf(out, "file%s %s:\n", amount_plural(kept->count), whys[i]);
		else
			buf_addf(out, "director%s, %s:\n", kept->count == 1 ? "y" : "ies", whys[i]);
		cmd_list(out, in, kept);
	}
}

static void say(struct buf *out, const struct invocation *in, const struct clean_result *r)
{
	if (r->deleted.count) {
		buf_addf(out, "pycguard: %s %sbytecode:\n",
			in->dry_run ? "would delete" : "deleted", in->all ? "" : "misleading ");
		cmd_list(out, in, &r->deleted);
	}
	say_kept(out, in, r);
	if (interrupt_caught())
		buf_adds(out, "pycguard: interrupted\n");
	if (!r->deleted.count && !r->directories && !interrupt_caught())
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
		buf_addf(&text, "pycguard: no %sbytecode found\n", in->all ? "" : "misleading ");
	status = cmd_say(in, &r->deleted, &text);
	buf_free(&text);
	return status;
}

static void clean_all(struct clean_result *r, const struct clean *c, const struct invocation *in)
{
	int i;

	if (in->operand_count == 0 && clean_directory(r, c, ".") < 0)
		c->failed(c->failed_arg);
	for (i = 0; i < in->operand_count && !interrupt_caught(); i++)
		if (clean_directory(r, c, in->operands[i]) < 0)
			c->failed(c->failed_arg);
}

static int status_of(const struct invocation *in, const struct clean_result *r, size_t failures)
{
	size_t i;

	if (failures) {
		error_set("%zu path%s could not be read or deleted", failures,
			amount_plural(failures));
		return STATUS_FAILED;
	}
	/* The check of a work tree does not look into environments either. */
	for (i = 0; i < CLEAN_ENVIRONMENT; i++)
		if (r->kept[i].count)
			return STATUS_REJECTED;
	return in->dry_run && (r->deleted.count || r->directories) ? STATUS_REJECTED : STATUS_CLEAN;
}

static int run(const struct invocation *in, const struct environment *env)
{
	struct work work = {.failures = 0};
	struct clean_result result = CLEAN_RESULT_INIT;
	struct clean clean = {.files = {in->policy, in->extend},
		.all = in->all,
		.dry_run = in->dry_run,
		.progress = &work.progress,
		.failed = failed,
		.failed_arg = &work};
	int status = STATUS_FAILED;

	if (tracked_new(&clean.tracked, env) < 0)
		return STATUS_FAILED;
	progress_start(&work.progress, "files looked at", in->quiet);
	clean_all(&result, &clean, in);
	progress_end(&work.progress);
	if (report(in, env, &result) == 0)
		status = status_of(in, &result, work.failures);
	interrupt_let_go();
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
	.help = "Deletes from disk the bytecode that --check-worktree reports: what makes Python run "
		"something other than the source. With --all, deletes all bytecode. Never deletes a "
		"file that git tracks. Without --all, environments and programs that were shipped "
		"compiled stay as they are.",
	.examples = {"--clean --dry-run", "--clean --all -- src"},
	.run = run,
};
