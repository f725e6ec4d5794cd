#include "cli/cli.h"
#include "base/signals.h"
#include "mend/clean.h"

static int report(struct job *job, struct clean *r)
{
	static const char *const whys[] = {
		[CLEAN_TRACKED] = "that git tracks (pycguard --untrack stops that)",
		[CLEAN_STRANGE] = "with the name of bytecode, but other contents",
		[CLEAN_LINKED] = "behind a symbolic link",
		[CLEAN_COMPILED] = "of compiled files only (--all deletes these too)",
		[CLEAN_ENVIRONMENT] = "with a Python environment (--all cleans it too)",
	};
	const char *did = job->in->dry_run ? "would delete" : "deleted";
	const char *which = job->in->all ? "" : "misleading ";
	struct buf *text = &job->text;

	if (r->deleted.count) {
		buf_addf(text, "pycguard: %s %sbytecode:\n", did, which);
		job_list(job, &r->deleted);
	}
	for (size_t i = 0; i < CLEAN_KEPT_COUNT; i++) {
		size_t count = r->kept[i].count;
		const char *what = i < CLEAN_COMPILED ? (count == 1 ? "file" : "files") :
				   count == 1         ? "directory" :
							"directories";

		if (count)
			buf_addf(text, "pycguard: kept %zu %s %s:\n", count, what, whys[i]);
		job_list(job, &r->kept[i]);
	}
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
	if (!text->len && job->report.all_clear)
		buf_addf(text, "pycguard: no %sbytecode found\n", which);
	job->paths = r->deleted;
	r->deleted = (struct pathset){0};
	return job_say(job);
}

static int run(struct job *job)
{
	const struct invocation *in = job->in;
	struct clean clean = {.files = job->files,
		.all = in->all,
		.dry_run = in->dry_run,
		.progress = &job->progress,
		.failed = job_failed,
		.failed_arg = job,
		.tracked = tracked_new(job->env)};
	int i = 0, status;

	if (!clean.tracked)
		return -1;
	do
		if (clean_directory(&clean, in->operand_count ? in->operands[i] : ".") < 0)
			job_failed(job);
	while (++i < in->operand_count && !interrupt_caught());
	/* What a link leads to may have been cleaned in its own place. */
	struct pathset was = clean.kept[CLEAN_LINKED], *linked = &clean.kept[CLEAN_LINKED];
	*linked = (struct pathset){0};
	for (size_t k = 0; k < was.count; k++)
		if (io_exists(was.items[k].path))
			pathset_add(linked, was.items[k].path, was.items[k].len);
	pathset_free(&was);
	status = job_say_failures(job, report(job, &clean), "read or deleted");
	if (status == 0 && in->dry_run && clean.directories)
		status = STATUS_REJECTED;
	/* The check of a work tree does not look into environments either. */
	for (i = 0; i < CLEAN_ENVIRONMENT && status == 0; i++)
		status = clean.kept[i].count ? STATUS_REJECTED : STATUS_CLEAN;
	interrupt_let_go();
	tracked_free(clean.tracked);
	clean_release(&clean);
	return status;
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
