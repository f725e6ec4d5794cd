#include "cli/cmd.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/progress.h"
#include "check/pathset.h"
#include "check/worktree.h"
#include "report/amount.h"

struct work {
	const struct invocation *in;
	struct report report;
	struct finding_list findings;
	struct progress progress;
	pthread_mutex_t lock; /* of the rest, which several threads change */
	size_t failures;
	struct pathset messages; /* what could not be looked at, and why; links that lead out */
};

static void note(struct work *work, size_t failures)
{
	const char *message = error_message();

	pthread_mutex_lock(&work->lock);
	work->failures += failures;
	if (pathset_add(&work->messages, message, strlen(message)) < 0)
		fprintf(stderr, "pycguard: %s\n", error_message());
	pthread_mutex_unlock(&work->lock);
}

/* The check goes on after what it could not look at. */
static void failed(void *arg)
{
	note(arg, 1);
}

static void outside(void *arg)
{
	struct work *work = arg;

	if (!work->in->quiet)
		note(work, 0);
}

/* In an order that does not depend on the threads. */
static void say_failures(struct work *work)
{
	size_t i;

	pathset_sort(&work->messages);
	progress_end(&work->progress);
	for (i = 0; i < work->messages.count; i++)
		fprintf(stderr, "pycguard: %s\n", work->messages.items[i].path);
	pathset_free(&work->messages);
}

static int check_directory(struct work *work, const char *dir)
{
	struct worktree w;
	struct check check;
	const struct policy_files files = {work->in->policy, work->in->extend};
	size_t checked = 0;
	const struct disk_options options = {.failed = failed, .outside = outside, .arg = work};
	int status = worktree_open(&w, dir, &files, &options);

	if (status == 0) {
		check = worktree_check(&w);
		check.notes = work->in->strict || strcmp(work->in->format, "json") == 0;
		check.threads = true;
		check.failed = failed;
		check.failed_arg = work;
		check.progress = &work->progress;
		status = check_run(&work->findings, &checked, &check);
	}
	work->report.checked += checked;
	say_failures(work);
	worktree_close(&w);
	return status;
}

/* With --strict an honest cache counts, as a warning does. */
static void raise_notes(struct finding_list *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (findings->items[i].severity == SEVERITY_NOTE)
			findings->items[i].severity = SEVERITY_WARNING;
}

static int run(const struct invocation *in, const struct environment *env)
{
	static char here[] = ".";
	char *default_dirs[] = {here};
	char **dirs = in->operand_count ? in->operands : default_dirs;
	int i, count = in->operand_count ? in->operand_count : 1, status = 0;
	struct work work = {.in = in,
		.findings = FINDING_LIST_INIT,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.messages = PATHSET_INIT};

	work.report = (struct report){
		.mode = REPORT_WORKTREE, .findings = &work.findings, .at.prefix = ""};
	progress_start(&work.progress, "files looked at", in->quiet);
	for (i = 0; i < count && status == 0; i++)
		status = check_directory(&work, dirs[i]);
	progress_end(&work.progress);
	if (in->strict)
		raise_notes(&work.findings);
	if (status == 0)
		status = cmd_report(in, env, &work.report);
	else
		status = STATUS_FAILED;
	finding_list_free(&work.findings);
	if (work.failures && status != STATUS_FAILED) {
		error_set("%zu path%s could not be read", work.failures,
			amount_plural(work.failures));
		status = STATUS_FAILED;
	}
	return status;
}

const struct command cmd_check_worktree = {
	.name = "check-worktree",
	.operands = "[DIR...]",
	.most = -1,
	.options = CLI_REPORT,
	.summary = "files on disk, ignored ones too; needs no repository",
	.help = "Looks at the files on disk, ignored ones too, for bytecode that makes Python run "
		"something other than the source. Needs no repository. With --strict, every cache "
		"counts.",
	.examples = {"--check-worktree", "--check-worktree /app"},
	.run = run,
};
