#include "cli/cli.h"
#include "mend/ignores.h"
#include "mend/untrack.h"

/* Only paths that the last commit has leave something to commit. */
static int add_commit(struct job *job)
{
	int merging = repository_is_merging(job->repository), committed = 0;
	struct snapshot *head = NULL;

	if (merging < 0 || repository_revision(&head, job->repository, "HEAD") < 0)
		return -1;
	for (size_t i = 0; head && i < job->paths.count && committed == 0; i++)
		committed = snapshot_find(head, job->paths.items[i].path, NULL);
	snapshot_free(head);
	if (merging)
		buf_adds(&job->text,
			"The merge continues without them; when everything is resolved:\tgit commit\n");
	if (!merging && committed > 0) {
		buf_adds(&job->text, "Commit this:\t");
		command_commit(&job->text, &job->report);
	}
	return committed < 0 ? -1 : 0;
}

/* Say how to delete what Python still imports if it stays on disk. */
static int add_clean(struct job *job)
{
	struct bytecode_name name;
	struct buf source = BUF_INIT;
	int there = 1;

	for (size_t i = 0; i < job->paths.count && there == 1; i++) {
		const struct pathset_item *path = &job->paths.items[i];

		bytecode_name(&name, path->path, path->len, job->caseless);
		buf_clear(&source);
		if (name.kind == BYTECODE_LEGACY && bytecode_source(&source, &name))
			there = snapshot_find(job->index, source.ptr, NULL);
	}
	buf_free(&source);
	if (there != 0)
		return there < 0 ? -1 : 0;
	buf_adds(&job->text, "Then delete from disk what Python would still run:\t");
	command_pycguard(&job->text, &job->report, true, "--clean\n");
	return 0;
}

static int run(struct job *job)
{
	const struct invocation *in = job->in;
	const struct pathset *paths = &job->paths;
	struct buf text = BUF_INIT;
	size_t back = 0;
	int status = 0, said;

	if (job_open_index(job) < 0 || job_named(job) < 0)
		return -1;
	job->check.named = in->staged ? NULL : &job->named;
	job->check.sparing = !in->staged;
	if (untrack_plan(&job->paths, &job->check, &job->named) < 0)
		return -1;
	if (paths->count && !in->dry_run) {
		progress_say(&job->progress, "updating the index");
		if (untrack_apply(job->repository, paths) < 0)
			return -1;
	}
	if (paths->count) {
		buf_addf(&job->text, "pycguard: %s tracking %zu file%s (%s on disk):\n",
			in->dry_run ? "would stop" : "stopped", paths->count,
			amount_plural(paths->count), paths->count == 1 ? "it stays" : "they stay");
		job_list(job, paths);
		if (!in->dry_run && (add_commit(job) < 0 || add_clean(job) < 0))
			status = -1;
	} else if (job->report.all_clear) {
		buf_adds(&job->text, "pycguard: there is nothing to stop tracking\n");
	}
	/* What has been done is reported, whatever fails after it. */
	said = job_say(job);
	if (status < 0 || said < 0 || !paths->count || in->quiet || in->dry_run)
		return status < 0 ? -1 : said;
	/* What is still in the index is never ignored. */
	struct ignored *answers = memory_new(paths->count, sizeof *answers);
	status = ignored_ask(answers, &text, job->repository, job->index, paths, 0);
	for (size_t i = 0; status == 0 && i < paths->count; i++)
		back += !answers[i].ignored;
	if (back)
		fprintf(stderr,
			"pycguard: warning: git does not ignore %zu of these, so git add would "
			"add %s again; to ignore Python bytecode: pycguard --add-ignores\n",
			back, back == 1 ? "it" : "them");
	free(answers);
	buf_free(&text);
	return status < 0 ? -1 : said;
}

const struct command cmd_untrack = {
	.name = "untrack",
	.operands = "[PATH...]",
	.options = CLI_POLICY | CLI_CHANGE | CLI_OPTION(STAGED),
	.summary = "stop tracking rejected files; they stay on disk",
	.help = "Removes from the index the files that --check-tracked rejects, and leaves them on "
		"disk. With PATH, only those files and the files below those directories; with "
		"--staged, only the files that --check-staged calls errors.",
	.examples = {"--untrack --staged", "--untrack --dry-run -- old"},
	.run = run,
};
