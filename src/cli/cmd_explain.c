#include "cli/cmd.h"

#include <string.h>

#include "check/check.h"
#include "check/policy_load.h"
#include "disk/disk.h"
#include "git/repository.h"
#include "report/explain.h"

/* The places where the file may be, and the one that is judged. */
struct work {
	const struct invocation *in;
	const struct environment *env;
	struct repository *repository; /* NULL: there is none here */
	struct snapshot *index, *head, *disk;
	struct snapshot *revision; /* of REV:PATH */
	struct policy *policy;
	struct matcher *matcher;
	struct buf tracked; /* its path in the repository; empty outside of it */
	struct buf prefix;
	const char *typed; /* its path on disk */
	bool caseless;
	struct snapshot *judged;
	struct entry entry;
	struct explanation told;
};

static void ignore_failure(void *arg)
{
	(void)arg;
}

/* A path outside of the work tree has no name in the repository: it is looked for on disk. */
static int name_in_repository(struct work *work)
{
	int status;

	if (!work->repository->top)
		return 0;
	status = repository_relative(&work->tracked, work->repository, work->typed);
	if (status != 0)
		return status < 0 ? -1 : 0;
	return job_prefix(&work->prefix, work->repository, work->env);
}

static int open_places(struct work *work)
{
	static const struct disk_options options = {.failed = ignore_failure};
	int status = repository_open(&work->repository, work->env);

	if (status < 0 || disk_open(&work->disk, ".", &options) < 0)
		return -1;
	if (status > 0)
		return 0;
	if (repository_ignores_case(work->repository, &work->caseless) < 0 ||
		repository_index(&work->index, work->repository) < 0)
		return -1;
	/* Where there is no git, the index and the disk are what can be looked at. */
	if (repository_revision(&work->head, work->repository, "HEAD") < 0 &&
		error_code() != ERROR_NO_GIT)
		return -1;
	return name_in_repository(work);
}

static int look(struct place *place, struct snapshot *s, const char *file, const char *source)
{
	int there;

	place->looked = s && *file;
	if (!place->looked)
		return 0;
	there = snapshot_find(s, file, NULL);
	if (there < 0)
		return -1;
	place->file = there;
	there = *source ? snapshot_find(s, source, NULL) : 0;
	place->source = there > 0;
	return there < 0 ? -1 : 0;
}

/* Takes `path` in `s` for the file to be judged, if it is there. 1, 0 or -1. */
static int judge_in(struct work *work, struct snapshot *s, const char *path, const char *name)
{
	int there = s && *path ? snapshot_find(s, path, &work->entry) : 0;

	if (there > 0) {
		work->judged = s;
		work->told.judged = name;
	}
	return there;
}

/* REV:PATH, the path from the top as git reads it. 1, 0 when it is none, or -1. */
static int judge_in_revision(struct work *work)
{
	const char *colon = strchr(work->typed, ':');
	struct buf revision = BUF_INIT;
	int status;

	if (!work->repository || !colon || colon == work->typed)
		return 0;
	buf_add(&revision, work->typed, (size_t)(colon - work->typed));
	status = buf_failed(&revision);
	if (status == 0)
		status = repository_revision(&work->revision, work->repository, revision.ptr);
	buf_free(&revision);
	if (status == 1)
		return error_set("unknown revision in '%s'", work->typed);
	if (status < 0)
		return -1;
	buf_clear(&work->tracked);
	buf_adds(&work->tracked, colon + 1);
	status = judge_in(work, work->revision, work->tracked.ptr, "that revision");
	if (status == 0)
		return error_set("cannot find '%s' in that revision", work->typed);
	return status;
}

static int cannot_find(const char *typed)
{
	const char *rule = rule_nearest(typed, strlen(typed));

	if (rule)
		return error_set("no file and no rule '%s': did you mean %s?", typed, rule);
	return error_set("cannot find '%s', neither in git nor on disk", typed);
}

static int choose(struct work *work)
{
	int status = judge_in(work, work->index, work->tracked.ptr, "the index");

	if (status == 0)
		status = judge_in(work, work->disk, work->typed, "a file on disk");
	if (status == 0)
		status = judge_in(work, work->head, work->tracked.ptr, "HEAD");
	if (status == 0)
		status = judge_in_revision(work);
	if (status == 0)
		return cannot_find(work->typed);
	return status < 0 ? -1 : 0;
}

static int load_policy(struct work *work)
{
	struct snapshot *s = work->judged == work->disk ? work->index : work->judged;
	const struct policy_files files = {work->in->policy, work->in->extend};

	work->matcher = matcher_new();
	if (!work->matcher)
		return -1;
	return policy_load(&work->policy, &files, s, work->caseless);
}

/* The same file on this disk, where times are known. */
static int examine_on_disk(struct work *work)
{
	struct examined copy;
	struct entry e;
	int status = snapshot_find(work->disk, work->typed, &e);

	work->told.disk.file = status > 0;
	if (status <= 0)
		return status;
	status = examine(&copy, work->disk, &e, work->caseless);
	work->told.now = copy.loads;
	if (status == 0 && !copy.header_read) { /* it may have gone since */
		status = snapshot_names(work->disk, work->typed);
		work->told.disk.file = status > 0;
	}
	examined_free(&copy);
	return status < 0 ? -1 : 0;
}

static int look_on_disk(struct work *work)
{
	struct buf source = BUF_INIT;
	struct bytecode_name name;
	int status = 0;

	if (work->revision)
		return 0;
	bytecode_name(&name, work->typed, strlen(work->typed), work->caseless);
	bytecode_source(&source, &name);
	if (buf_failed(&source) < 0 ||
		look(&work->told.disk, work->disk, work->typed, source.ptr) < 0)
		status = -1;
	if (status == 0 && work->told.disk.file)
		status = examine_on_disk(work);
	buf_free(&source);
	return status;
}

static int look_everywhere(struct work *work, const struct examined *x)
{
	const char *source = x->source.ptr;
	struct buf in_git = BUF_INIT;
	struct bytecode_name name;
	int status;

	/* On disk the path is as typed; in git, from the top. */
	bytecode_name(&name, work->tracked.ptr, work->tracked.len, work->caseless);
	if (bytecode_source(&in_git, &name))
		source = in_git.ptr;
	status = buf_failed(&in_git);
	if (status == 0)
		status = look(&work->told.index, work->index, work->tracked.ptr, source);
	if (status == 0)
		status = look(&work->told.head, work->head, work->tracked.ptr, source);
	buf_free(&in_git);
	return status == 0 ? look_on_disk(work) : -1;
}

static int print(struct work *work)
{
	struct buf text = BUF_INIT;
	int status;

	if (strcmp(work->in->format, "json") == 0)
		report_json_finding(&text, work->told.report, work->told.finding);
	else
		explain_file(&text, &work->told);
	status = report_write(&text);
	buf_free(&text);
	return status;
}

static int tell(struct work *work)
{
	bool on_disk = work->judged == work->disk;
	struct check check = {.kind = on_disk ? CHECK_DISK : CHECK_TRACKED,
		.notes = true,
		.snapshot = work->judged,
		.policy = work->policy,
		.policy_base = on_disk && work->tracked.len ? work->prefix.ptr : "",
		.shown_base = "",
		.caseless = work->caseless};
	struct report report = {.at.prefix = work->prefix.ptr};
	struct finding finding = {0};
	struct examined x;
	int status = check_explain(
		&finding, &work->told.decision, &x, &check, work->matcher, &work->entry);

	if (status == 0)
		status = look_everywhere(work, &x);
	work->told.shown = work->typed;
	work->told.file = &x;
	work->told.finding = &finding;
	work->told.report = &report;
	if (status == 0)
		status = print(work);
	work->told = (struct explanation){0};
	finding_clear(&finding);
	examined_free(&x);
	return status;
}

static void close_places(struct work *work)
{
	snapshot_free(work->revision);
	snapshot_free(work->head);
	snapshot_free(work->index);
	snapshot_free(work->disk);
	matcher_free(work->matcher);
	policy_free(work->policy);
	buf_free(&work->tracked);
	buf_free(&work->prefix);
	repository_free(work->repository);
}

/* Of a directory, what git tracks below it that is rejected. */
static int explain_directory(const struct invocation *in, const struct environment *env)
{
	struct invocation all = *in;
	int status;

	all.verbose = true;
	status = cmd_check_tracked.run(&all, env);
	return status == STATUS_REJECTED ? STATUS_CLEAN : status;
}

static int explain_a_rule(enum rule rule, size_t width)
{
	struct buf text = BUF_INIT;
	int status;

	explain_rule(&text, rule, width);
	status = report_write(&text);
	buf_free(&text);
	return status;
}

static int run(const struct invocation *in, const struct environment *env)
{
	struct work work = {.in = in,
		.env = env,
		.typed = in->operands[0],
		.tracked = BUF_INIT,
		.prefix = BUF_INIT};
	enum rule rule = rule_of_id(work.typed, strlen(work.typed));
	int status;

	if (strcmp(in->format, "human") != 0 && strcmp(in->format, "json") != 0) {
		error_set("--explain takes --format human or json, not '%s'", in->format);
		return STATUS_FAILED;
	}
	if (rule)
		return explain_a_rule(rule, env->width) < 0 ? STATUS_FAILED : STATUS_CLEAN;
	status = open_places(&work);
	if (status == 0 && work.tracked.len && work.index &&
		!snapshot_find(work.index, work.tracked.ptr, NULL) &&
		snapshot_names(work.index, work.tracked.ptr) == 1) {
		close_places(&work);
		return explain_directory(in, env);
	}
	if (status == 0)
		status = choose(&work);
	if (status == 0)
		status = load_policy(&work);
	if (status == 0)
		status = tell(&work);
	close_places(&work);
	return status < 0 ? STATUS_FAILED : STATUS_CLEAN;
}

const struct command cmd_explain = {
	.name = "explain",
	.operands = "PATH|REV:PATH|RULE",
	.options = CLI_POLICY | CLI_OPTION(FORMAT),
	.summary = "what Python and Django do with a file, or what a rule means",
	.help = "Says what Python and Django do with that file, and why; or what that rule means.",
	.examples = {"--explain shop/migrations/0002_rename.pyc", "--explain ghost-module"},
	.run = run,
};
