#include "cli/cmd.h"
#include "mend/ignores.h"
#include "mend/untrack.h"

/* Only paths that the last commit has leave something to commit. */
static int add_commit(struct job *job)
{
	int merging = repository_is_merging(job->repository), committed = 0;
	struct snapshot *head = NULL;
	size_t i;

	if (merging < 0 || repository_revision(&head, job->repository, "HEAD") < 0)
		return -1;
	for (i = 0; head && i < job->paths.count && committed == 0; i++)
		committed = snapshot_find(head, job->paths.items[i].path, NULL);
	snapshot_free(head);
	if (merging)
		buf_adds(&job->text,
			"The merge continues without them; when everything is resolved: git commit\n");
	else if (committed > 0)
		buf_adds(
			&job->text, "Commit this: git commit -m 'Stop tracking Python bytecode'\n");
	return committed < 0 ? -1 : 0;
}

static int warn_of_ignores(const struct job *job)
{
	struct ignored *answers = memory_new(job->paths.count, sizeof *answers);
	struct buf text = BUF_INIT;
	size_t i, back = 0;
	int status = ignored_ask(answers, &text, job->repository, job->snapshot, &job->paths, 0);

	for (i = 0; status == 0 && i < job->paths.count; i++)
		back += !answers[i].ignored;
	if (back)
		fprintf(stderr,
			"pycguard: warning: git does not ignore %zu of these, so git add would "
			"add %s again; to ignore Python bytecode: pycguard --add-ignores\n",
			back, back == 1 ? "it" : "them");
	free(answers);
	buf_free(&text);
	return status;
}

/* Whether Python still imports one that stays on disk. 1, 0 or -1 recorded. */
static int has_ghost(const struct job *job)
{
	struct bytecode_name name;
	struct buf source = BUF_INIT;
	int there = 1;
	size_t i;

	for (i = 0; i < job->paths.count && there == 1; i++) {
		const struct pathset_item *path = &job->paths.items[i];

		bytecode_name(&name, path->path, path->len, job->caseless);
		buf_clear(&source);
		if (name.kind == BYTECODE_LEGACY && bytecode_source(&source, &name))
			there = buf_failed(&source) < 0 ?
					-1 :
					snapshot_find(job->snapshot, source.ptr, NULL);
	}
	buf_free(&source);
	return there < 0 ? -1 : !there;
}

/* What has been done is reported, whatever fails after it. */
static int report(struct job *job)
{
	const struct pathset *paths = &job->paths;
	int status = 0, said;

	if (paths->count) {
		buf_addf(&job->text, "pycguard: %s tracking %zu file%s (%s on disk):\n",
			job->in->dry_run ? "would stop" : "stopped", paths->count,
			amount_plural(paths->count), paths->count == 1 ? "it stays" : "they stay");
		job_list(job, paths);
		if (!job->in->dry_run)
			status = add_commit(job);
		if (status == 0 && !job->in->dry_run && (status = has_ghost(job)) > 0) {
			const char *slash = job->prefix.ptr, *up = " -C ..";

			buf_adds(&job->text,
				"Then delete from disk what Python would still run: pycguard");
			for (; (slash = strchr(slash, '/')); slash++, up = "/..")
				buf_adds(&job->text, up);
			buf_adds(&job->text, " --clean\n");
			status = 0;
		}
	} else if (cmd_wants_all_clear(job->in, job->env)) {
		buf_adds(&job->text, "pycguard: there is nothing to stop tracking\n");
	}
	said = job_say(job);
	/* What is still in the index is never ignored. */
	if (status == 0 && said >= 0 && paths->count && !job->in->quiet && !job->in->dry_run)
		status = warn_of_ignores(job);
	return status < 0 ? -1 : said;
}

static int untrack(struct job *job)
{
	const struct check check = {.kind = job->in->staged ? CHECK_COMMIT : CHECK_TRACKED,
		.snapshot = job->snapshot,
		.policy = job->policy,
		.caseless = job->caseless,
		.named = job->in->staged ? NULL : &job->named,
		.sparing = !job->in->staged,
		.find_bases = job->in->staged ? repository_bases : NULL,
		.repository = job->repository,
		.progress = &job->progress};

	if (job_named(job) < 0 || untrack_plan(&job->paths, &check, &job->named) < 0)
		return -1;
	if (job->paths.count && !job->in->dry_run)
		progress_say(&job->progress, "updating the index");
	if (job->paths.count && !job->in->dry_run &&
		untrack_apply(job->repository, &job->paths) < 0)
		return -1;
	return report(job);
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
	.body = untrack,
};
