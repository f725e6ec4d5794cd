#include "cli/cmd.h"

#include <stdio.h>

#include "base/progress.h"
#include "cli/job.h"
#include "mend/ignored.h"
#include "mend/untrack.h"
#include "report/amount.h"

/* How many of the paths the last commit has: those that leave something to commit. */
static int count_committed(size_t *out, struct job *job, const struct pathset *paths)
{
	struct snapshot *head;
	int found = repository_revision(&head, job->repository, "HEAD");
	size_t i;

	*out = 0;
	if (found != 0)
		return found < 0 ? -1 : 0;
	for (i = 0; i < paths->count && found >= 0; i++) {
		found = snapshot_find(head, paths->items[i].path, NULL);
		*out += found > 0;
	}
	snapshot_free(head);
	return found < 0 ? -1 : 0;
}

static int say_commit(struct buf *out, struct job *job, const struct pathset *paths)
{
	int merging = repository_is_merging(job->repository);
	size_t committed;

	if (merging < 0 || count_committed(&committed, job, paths) < 0)
		return -1;
	if (merging)
		buf_adds(out,
			"The merge continues without them; when everything is resolved: git commit\n");
	else if (committed)
		buf_adds(out, "Commit this: git commit -m 'Stop tracking Python bytecode'\n");
	return 0;
}

static int warn_of_ignores(struct job *job, const struct pathset *paths)
{
	struct ignored_list answers;
	size_t i, back = 0;
	int status = ignored_ask(&answers, job->repository, paths);

	for (i = 0; status == 0 && i < answers.count; i++)
		back += !answers.items[i].ignored;
	if (back)
		fprintf(stderr,
			"pycguard: warning: git does not ignore %zu of these, so git add would "
			"add %s again; to ignore Python bytecode: pycguard --add-ignores\n",
			back, back == 1 ? "it" : "them");
	ignored_list_free(&answers);
	return status;
}

static int say(
	struct buf *out, const struct invocation *in, struct job *job, const struct pathset *paths)
{
	buf_addf(out, "pycguard: %s tracking %zu file%s (%s on disk):\n",
		in->dry_run ? "would stop" : "stopped", paths->count, amount_plural(paths->count),
		paths->count == 1 ? "it stays" : "they stay");
	cmd_list(out, in, paths);
	return in->dry_run ? 0 : say_commit(out, job, paths);
}

/* What has been done is reported, whatever fails after it. */
static int report(const struct invocation *in, const struct environment *env, struct job *job,
	const struct pathset *paths)
{
	struct buf text = BUF_INIT;
	int status = 0;

	if (paths->count)
		status = say(&text, in, job, paths);
	else if (cmd_wants_all_clear(in, env))
		buf_adds(&text, "pycguard: there is nothing to stop tracking\n");
	if (cmd_say(in, paths, &text) < 0)
		status = -1;
	buf_free(&text);
	if (status == 0 && paths->count && !in->quiet)
		status = warn_of_ignores(job, paths);
	return status;
}

static int untrack(const struct invocation *in, const struct environment *env, struct job *job,
	struct pathset *plan, struct progress *progress)
{
	if ((in->staged ? untrack_plan_staged(plan, job->repository, job->snapshot, job->policy,
				  &job->named, job->caseless, progress) :
			  untrack_plan(plan, job->snapshot, job->policy, &job->named, job->caseless,
				  progress)) < 0)
		return -1;
	progress_say(progress, "updating the index");
	if (plan->count && !in->dry_run && untrack_apply(job->repository, plan) < 0)
		return -1;
	progress_end(progress);
	return report(in, env, job, plan);
}

static int run(const struct invocation *in, const struct environment *env)
{
	struct pathset plan = PATHSET_INIT;
	struct progress progress;
	struct job job;
	int status = STATUS_FAILED;

	progress_start(&progress, "files looked at", in->quiet);
	if (job_open(&job, in, env) == 0 && untrack(in, env, &job, &plan, &progress) == 0)
		status = in->dry_run && plan.count ? STATUS_REJECTED : STATUS_CLEAN;
	progress_end(&progress);
	pathset_free(&plan);
	job_close(&job);
	return status;
}

const struct command cmd_untrack = {
	.name = "untrack",
	.operands = "[PATH...]",
	.most = -1,
	.options = CLI_POLICY | CLI_CHANGE | CLI_OPTION(STAGED),
	.summary = "stop tracking rejected files; they stay on disk",
	.help = "Removes from the index the files that --check-tracked rejects, and leaves them on "
		"disk. With PATH, only those files and the files below those directories; with "
		"--staged, only the files that --check-staged calls errors.",
	.examples = {"--untrack --staged", "--untrack --dry-run -- old"},
	.run = run,
};
