#include "cli/cmd.h"
#include "base/signals.h"
#include "mend/clean.h"

/* The rest is done all the same; what could not be is said at once. */
struct failures {
	struct progress *progress;
	size_t count;
};

static void failed(void *arg)
{
	struct failures *failures = arg;

	failures->count++;
	progress_end(failures->progress);
	fprintf(stderr, "pycguard: %s\n", error_message());
}

static void add_kept(struct job *job, const struct clean_result *r)
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
		size_t count = r->kept[i].count;

		if (!count)
			continue;
		buf_addf(&job->text, "pycguard: kept %zu ", count);
		if (i < CLEAN_COMPILED)
			buf_addf(&job->text, "file%s %s:\n", amount_plural(count), whys[i]);
		else
			buf_addf(
				&job->text, "director%s, %s:\n", count == 1 ? "y" : "ies", whys[i]);
		job_list(job, &r->kept[i]);
	}
}

static int report(struct job *job, const struct clean_result *r)
{
	const char *did = job->in->dry_run ? "would delete" : "deleted";
	const char *which = job->in->all ? "" : "misleading ";
	struct buf *text = &job->text;

	if (r->deleted.count) {
		buf_addf(text, "pycguard: %s %sbytecode:\n", did, which);
		job_list(job, &r->deleted);
	}
	add_kept(job, r);
	if (interrupt_caught())
		buf_adds(text, "pycguard: interrupted\n");
	if (r->deleted.count || r->directories || interrupt_caught()) {
		buf_addf(text, "pycguard: %s %zu file%s, ", did, r->deleted.count,
			amount_plural(r->deleted.count));
		amount_bytes(text, r->bytes);
		if (r->directories)
			buf_addf(text, ", and %zu empty director%s", r->directories,
				r->directories == 1 ? "y" : "ies");
		buf_adds(text, "\n");
	}
	if (!text->len && cmd_wants_all_clear(job->in, job->env))
		buf_addf(text, "pycguard: no %sbytecode found\n", which);
	job->paths = r->deleted;
	return job_say(job);
}

static int run(const struct invocation *in, const struct environment *env)
{
	int i = 0, status;
	struct job job = {.in = in, .env = env, .text = BUF_INIT};
	struct failures failures = {&job.progress, 0};
	struct clean_result result = {.bytes = 0};
	struct clean clean = {.files = {in->policy, in->extend},
		.all = in->all,
		.dry_run = in->dry_run,
		.progress = &job.progress,
		.failed = failed,
		.failed_arg = &failures};

	if (tracked_new(&clean.tracked, env) < 0)
		return STATUS_FAILED;
	progress_start(&job.progress, "files looked at", in->quiet);
	do
		if (clean_directory(&result, &clean, in->operand_count ? in->operands[i] : ".") < 0)
			failed(&failures);
	while (++i < in->operand_count && !interrupt_caught());
	progress_end(&job.progress);
	status = report(&job, &result);
	if (status >= 0 && failures.count)
		status = error_set("%zu path%s could not be read or deleted", failures.count,
			amount_plural(failures.count));
	if (status == 0 && in->dry_run && result.directories)
		status = STATUS_REJECTED;
	/* The check of a work tree does not look into environments either. */
	for (i = 0; i < CLEAN_ENVIRONMENT && status == 0; i++)
		status = result.kept[i].count ? STATUS_REJECTED : STATUS_CLEAN;
	interrupt_let_go();
	tracked_free(clean.tracked);
	clean_result_free(&result);
	buf_free(&job.text);
	return status < 0 ? STATUS_FAILED : status;
}

const struct command cmd_clean = {
	.name = "clean",
	.operands = "[DIR...]",
	.options = CLI_POLICY | CLI_CHANGE | CLI_OPTION(ALL),
	.summary = "delete misleading bytecode from disk",
	.help = "Deletes from disk the bytecode that --check-worktree reports: what makes Python run "
		"something other than the source. With --all, deletes all bytecode. Never deletes a "
		"file that git tracks. Without --all, environments and programs that were shipped "
		"compiled stay as they are.",
	.examples = {"--clean --dry-run", "--clean --all -- src"},
	.run = run,
};
