#include "cli/cmd.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "check/policy_load.h"
#include "cli/job.h"
#include "git/repository.h"
#include "range/commits.h"
#include "range/pushed.h"
#include "range/reflines.h"
#include "range/walk.h"

/* What a check of commits needs, opened in order and closed in one place. */
struct run {
	const struct invocation *in;
	const struct environment *env;
	struct repository *repository;
	struct policy *policy; /* NULL: as of each commit */
	struct walk *walk;
	struct scan scan;
	struct scan_events events;
	struct history history;
	struct finding_list findings;
	struct progress progress;
	struct report report;
};

static int read_input(struct buf *out)
{
	if (isatty(STDIN_FILENO))
		fputs("pycguard: waiting for the lines that git writes to this hook, one a ref "
		      "(Ctrl-D ends them)\n",
			stderr);
	if (io_read_all(out, STDIN_FILENO, SIZE_MAX) < 0)
		return error_os(errno, "cannot read standard input");
	if (buf_failed(out) == 0 && strlen(out->ptr) != out->len)
		return error_set("cannot read standard input: it has NUL bytes");
	return buf_failed(out);
}

static int show_range(struct run *job)
{
	int i, count = job->in->operand_count - job->in->after_dashes;
	bool zero_base = false;

	if (count < 1)
		return error_set("--check-range needs a revision before '--'");
	for (i = 0; i < count; i++)
		if (walk_revision(job->walk, job->in->operands[i], &zero_base) < 0)
			return -1;
	if (!walk_shows(job->walk))
		return error_set("the range has no end: it names only what to leave out");
	if (zero_base && !job->in->quiet)
		fputs("pycguard: the range begins at no commit (all zeros): checking every commit "
		      "that its end reaches\n",
			stderr);
	return 0;
}

static int show_history(struct run *job)
{
	bool unused;
	int i;

	for (i = 0; i < job->in->operand_count; i++)
		if (walk_revision(job->walk, job->in->operands[i], &unused) < 0)
			return -1;
	return i ? 0 : walk_show_refs(job->walk);
}

/* The ids that the remote has now hide what it has, as does what we last saw there. */
static int show_pushed(struct run *job)
{
	struct buf input = BUF_INIT;
	struct refline line;
	char *text;
	int status = read_input(&input);

	text = input.ptr;
	while (status == 0 && (status = refline_next(&line, &text, REFLINE_PUSH)) == 1) {
		status = walk_is_zero(line.to) ? 0 : walk_show(job->walk, line.to);
		if (status == 0 && !walk_is_zero(line.from))
			status = walk_hide(job->walk, line.from);
	}
	if (status == 0 && job->in->operand_count)
		status = pushed_hide(job->walk, job->repository, job->in->operands[0]);
	buf_free(&input);
	return status;
}

static int show_received_lines(struct run *job)
{
	struct buf input = BUF_INIT;
	struct refline line;
	char *text;
	int status = read_input(&input);

	text = input.ptr;
	while (status == 0 && (status = refline_next(&line, &text, REFLINE_RECEIVE)) == 1)
		status = walk_is_zero(line.to) ? 0 : walk_show(job->walk, line.to);
	buf_free(&input);
	return status;
}

/* Called by the update hook: REF OLD NEW. */
static int show_updated(struct run *job)
{
	const char *to = job->in->operands[2];

	return walk_is_zero(to) ? 0 : walk_show(job->walk, to);
}

static int show_received(struct run *job)
{
	int count = job->in->operand_count;

	if (count != 0 && count != 3)
		return error_set("--pre-receive takes REF OLD NEW, or no operands and reads them");
	if ((count ? show_updated(job) : show_received_lines(job)) < 0)
		return -1;
	return walk_hide_refs(job->walk, job->env->git_namespace);
}

static int show(struct run *job)
{
	switch (job->report.mode) {
	case REPORT_RANGE:
		return show_range(job);
	case REPORT_PUSH:
		return show_pushed(job);
	case REPORT_RECEIVE:
		return show_received(job);
	default:
		return show_history(job);
	}
}

/* The history is judged by one policy: that of HEAD, of which it is the history. */
static int load_policy(struct run *job, bool caseless)
{
	const struct policy_files *files = &job->scan.files;
	struct snapshot *head = NULL;
	int status;

	if (job->report.mode != REPORT_HISTORY && !files->policy)
		return 0;
	if (!files->policy && repository_revision(&head, job->repository, "HEAD") < 0)
		return -1;
	status = policy_load(&job->policy, files, head, caseless);
	snapshot_free(head);
	return status;
}

static int open_run(struct run *job)
{
	struct scan *s = &job->scan;

	s->files = (struct policy_files){job->in->policy, job->in->extend};
	if (repository_open(&job->repository, job->env) != 0 ||
		repository_ignores_case(job->repository, &s->caseless) < 0 ||
		load_policy(job, s->caseless) < 0 || walk_new(&job->walk, job->repository) < 0)
		return -1;
	s->repository = job->repository;
	s->env = job->env;
	s->walk = job->walk;
	s->pinned = job->policy;
	s->progress = &job->progress;
	repository_stream(true);
	if (show(job) < 0)
		return -1;
	return job->in->squash ? walk_squash(job->walk) : walk_run(job->walk);
}

static void close_run(struct run *job)
{
	finding_list_free(&job->findings);
	history_free(&job->history);
	scan_events_free(&job->events);
	walk_free(job->walk);
	policy_free(job->policy);
	repository_free(job->repository);
}

static bool was_found(const struct finding_list *findings, const char *path)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (strcmp(findings->items[i].path, path) == 0)
			return true;
	return false;
}

/* What a person, or the pre-commit framework, names is judged whether or not the range changes
 * it. */
static int judge_named(struct run *job)
{
	struct buf path = BUF_INIT;
	int i = job->in->operand_count - job->in->after_dashes, status = 0;

	for (; i < job->in->operand_count && status == 0; i++) {
		buf_clear(&path);
		if (repository_top(job->repository))
			status = repository_relative(&path, job->repository, job->in->operands[i]);
		else
			buf_adds(&path, job->in->operands[i]);
		if (status == 0 && buf_failed(&path) < 0)
			status = -1;
		if (status == 0 && !was_found(&job->findings, path.ptr))
			status = commits_judge_path(&job->findings, &job->scan, path.ptr);
	}
	buf_free(&path);
	return status ? -1 : 0;
}

static int job_run(struct run *job)
{
	bool in_history = job->report.mode == REPORT_HISTORY;

	job->report.checked = walk_count(job->walk);
	if (scan_run(&job->events, &job->scan) < 0)
		return -1;
	repository_stream(false);
	if (history_build(&job->history, &job->events, &job->scan, in_history) < 0)
		return -1;
	if (commits_judge(&job->findings, &job->events, &job->history, &job->scan, in_history) < 0)
		return -1;
	return job->report.mode == REPORT_RANGE ? judge_named(job) : 0;
}

/* Whether a remote has the first commit that is found, and so may have those after it. */
static int find_published(struct run *job)
{
	const char *const args[] = {"for-each-ref", "--count=1", "--contains",
		job->findings.count ? job->findings.items[0].commit : "", "refs/remotes", NULL};
	const struct buf none = BUF_INIT;
	struct buf out = BUF_INIT;
	int status = 0;

	if (job->findings.count &&
		(job->report.mode == REPORT_RANGE || job->report.mode == REPORT_PUSH))
		status = repository_git(&out, job->repository, args, &none);
	job->report.published = out.len > 0;
	buf_free(&out);
	return status < 0 ? -1 : 0;
}

static int check_commits(
	const struct invocation *in, const struct environment *env, enum report_mode mode)
{
	struct run job = {.in = in,
		.env = env,
		.events = SCAN_EVENTS_INIT,
		.history = HISTORY_INIT,
		.findings = FINDING_LIST_INIT};
	struct buf prefix = BUF_INIT;
	int status = STATUS_FAILED;

	job.report =
		(struct report){.mode = mode, .findings = &job.findings, .history = &job.history};
	progress_start(&job.progress, "commits looked at", in->quiet);
	if (open_run(&job) == 0 && job_run(&job) == 0 && find_published(&job) == 0 &&
		job_prefix(&prefix, job.repository, env) == 0)
		status = STATUS_CLEAN;
	progress_end(&job.progress);
	job.report.at.prefix = prefix.ptr;
	if (status == STATUS_CLEAN)
		status = cmd_report(in, env, &job.report);
	buf_free(&prefix);
	close_run(&job);
	return status;
}

static int check_range(const struct invocation *in, const struct environment *env)
{
	return check_commits(in, env, REPORT_RANGE);
}

static int check_history(const struct invocation *in, const struct environment *env)
{
	return check_commits(in, env, REPORT_HISTORY);
}

static int pre_push(const struct invocation *in, const struct environment *env)
{
	return check_commits(in, env, REPORT_PUSH);
}

static int pre_receive(const struct invocation *in, const struct environment *env)
{
	return check_commits(in, env, REPORT_RECEIVE);
}

const struct command cmd_check_range = {
	.name = "check-range",
	.operands = "REV... [-- PATH...]",
	.least = 1,
	.most = -1,
	.options = CLI_REPORT | CLI_OPTION(SQUASH),
	.summary = "every commit of a range, such as main..HEAD",
	.help = "Looks at every commit of the range, each against its parents and by its own "
		".pycguard. Ranges are named as for git rev-list: A..B, A...B, or ^A B. Each PATH "
		"named is judged as it is at the end of the range.",
	.examples = {"--check-range origin/main..HEAD", "--check-range --squash origin/main..HEAD"},
	.run = check_range,
};

const struct command cmd_check_history = {
	.name = "check-history",
	.operands = "[REV...]",
	.most = -1,
	.options = CLI_REPORT,
	.summary = "every commit: what was added when, and what it costs",
	.help = "Looks at every commit that REV reaches (by default, that any ref reaches), and says "
		"when each file was added and removed, and how much space it takes.",
	.examples = {"--check-history", "--check-history v1.0 --format=json"},
	.run = check_history,
};

const struct command cmd_pre_push = {
	.name = "pre-push",
	.operands = "[REMOTE [URL]]",
	.most = 2,
	.options = CLI_REPORT,
	.summary = "the commits of a push; run by that hook",
	.help = "Looks at the commits that a push would add to the remote. The hook of that name runs"
		" it and writes the refs to its standard input, as githooks(5) says.",
	.examples = {"--pre-push origin", "--pre-push --strict origin"},
	.run = pre_push,
};

const struct command cmd_pre_receive = {
	.name = "pre-receive",
	.operands = "[REF OLD NEW]",
	.most = 3,
	.options = CLI_REPORT,
	.summary = "the commits that a server is sent; run by that hook",
	.help = "Looks at the commits that a push adds to this repository. The hook of that name runs"
		" it and writes the refs to its standard input; the hook update gives them as "
		"arguments.",
	.examples = {"--pre-receive", "--pre-receive --policy /etc/pycguard.policy"},
	.run = pre_receive,
};
