#include <pthread.h>

#include "cli/cmd.h"
#include "check/worktree.h"

/* What could not be looked at, and why; links that lead out. Several threads tell of it. */
struct failures {
	pthread_mutex_t lock;
	struct pathset messages;
	size_t count;
};

static void note(struct failures *failures, size_t count)
{
	const char *message = error_message();

	pthread_mutex_lock(&failures->lock);
	failures->count += count;
	if (pathset_add(&failures->messages, message, strlen(message)) < 0)
		fprintf(stderr, "pycguard: %s\n", error_message());
	pthread_mutex_unlock(&failures->lock);
}

/* The check goes on after what it could not look at. */
static void failed(void *arg)
{
	note(arg, 1);
}

static void outside(void *arg)
{
	note(arg, 0);
}

static int check_directory(struct report *r, struct finding_list *findings, const char *dir,
	struct job *job, struct failures *failures)
{
	const struct disk_options options = {
		.failed = failed, .outside = job->in->quiet ? NULL : outside, .arg = failures};
	struct pathset *messages = &failures->messages;
	struct worktree w;
	size_t checked = 0, i;
	int status = worktree_open(&w, dir, &job->files, &options);

	if (status == 0) {
		struct check check = worktree_check(&w);

		check.notes = job->in->strict || strcmp(job->in->format, "json") == 0;
		check.threads = true;
		check.failed = failed;
		check.failed_arg = failures;
		check.progress = &job->progress;
		status = check_run(findings, &checked, &check);
	}
	r->checked += checked;
	/* In an order that does not depend on the threads. */
	pathset_sort(messages);
	progress_end(&job->progress);
	for (i = 0; i < messages->count; i++)
		fprintf(stderr, "pycguard: %s\n", messages->items[i].path);
	pathset_free(messages);
	worktree_close(&w);
	return status;
}

static int run(const struct invocation *in, const struct environment *env)
{
	struct job job = {.in = in, .env = env, .files = {in->policy, in->extend}};
	struct failures failures = {.lock = PTHREAD_MUTEX_INITIALIZER, .messages = PATHSET_INIT};
	struct finding_list findings = FINDING_LIST_INIT;
	struct report report = {.mode = REPORT_WORKTREE, .findings = &findings, .at.prefix = ""};
	int dir = 0, status;
	size_t i;

	progress_start(&job.progress, "files looked at", in->quiet);
	do
		status = check_directory(&report, &findings,
			in->operand_count ? in->operands[dir] : ".", &job, &failures);
	while (++dir < in->operand_count && status == 0);
	progress_end(&job.progress);
	/* With --strict an honest cache counts, as a warning does. */
	for (i = 0; i < findings.count && in->strict; i++)
		if (findings.items[i].severity == SEVERITY_NOTE)
			findings.items[i].severity = SEVERITY_WARNING;
	status = status == 0 ? cmd_report(in, env, &report) : STATUS_FAILED;
	finding_list_free(&findings);
	if (failures.count && status != STATUS_FAILED) {
		error_set("%zu path%s could not be read", failures.count,
			amount_plural(failures.count));
		status = STATUS_FAILED;
	}
	return status;
}

const struct command cmd_check_worktree = {
	.name = "check-worktree",
	.operands = "[DIR...]",
	.options = CLI_REPORT,
	.summary = "files on disk, ignored ones too; needs no repository",
	.help = "Looks at the files on disk, ignored ones too, for bytecode that makes Python run "
		"something other than the source. Needs no repository. With --strict, every cache "
		"counts.",
	.examples = {"--check-worktree", "--check-worktree /app"},
	.run = run,
};
