#include "verbs.h"

#include <string.h>

#include "check.h"
#include "disk.h"
#include "explain.h"
#include "policy_load.h"
#include "repository.h"

/* The places where the file may be, and the one that is judged. */
struct job {
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
static int name_in_repository(struct job *job)
{
	int status;

	if (!repository_top(job->repository))
		return 0;
	status = repository_relative(&job->tracked, job->repository, job->typed);
	if (status != 0)
		return status < 0 ? -1 : 0;
	if (repository_relative(&job->prefix, job->repository, ".") < 0)
		return -1;
	if (job->prefix.len)
		buf_addc(&job->prefix, '/');
	return buf_failed(&job->prefix);
}

static int open_places(struct job *job)
{
	int status = repository_open(&job->repository, job->env);

	if (status < 0 || disk_open(&job->disk, ".", NULL, ignore_failure, NULL) < 0)
		return -1;
	if (status > 0)
		return 0;
	if (repository_ignores_case(job->repository, &job->caseless) < 0 ||
		repository_index(&job->index, job->repository) < 0 ||
		repository_revision(&job->head, job->repository, "HEAD") < 0)
		return -1;
	return name_in_repository(job);
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
static int judge_in(struct job *job, struct snapshot *s, const char *path, const char *name)
{
	int there = s && *path ? snapshot_find(s, path, &job->entry) : 0;

	if (there > 0) {
		job->judged = s;
		job->told.judged = name;
	}
	return there;
}

/* REV:PATH, the path from the top as git reads it. 1, 0 when it is none, or -1. */
static int judge_in_revision(struct job *job)
{
	const char *colon = strchr(job->typed, ':');
	struct buf revision = BUF_INIT;
	int status;

	if (!job->repository || !colon || colon == job->typed)
		return 0;
	buf_add(&revision, job->typed, (size_t)(colon - job->typed));
	status = buf_failed(&revision);
	if (status == 0)
		status = repository_revision(&job->revision, job->repository, revision.ptr);
	buf_free(&revision);
	if (status != 0)
		return status < 0 ? -1 : 0;
	buf_clear(&job->tracked);
	buf_adds(&job->tracked, colon + 1);
	status = judge_in(job, job->revision, job->tracked.ptr, "that revision");
	if (status == 0)
		return error_set("cannot find '%s' in that revision", job->typed);
	return status;
}

static int choose(struct job *job)
{
	int status = judge_in(job, job->index, job->tracked.ptr, "the index");

	if (status == 0)
		status = judge_in(job, job->disk, job->typed, "a file on disk");
	if (status == 0)
		status = judge_in(job, job->head, job->tracked.ptr, "HEAD");
	if (status == 0)
		status = judge_in_revision(job);
	if (status == 0)
		return error_set("cannot find '%s', neither in git nor on disk", job->typed);
	return status < 0 ? -1 : 0;
}

static int load_policy(struct job *job)
{
	struct snapshot *s = job->judged == job->disk ? job->index : job->judged;

	job->matcher = matcher_new();
	if (!job->matcher)
		return -1;
	if (job->in->policy)
		return policy_load_file(&job->policy, job->in->policy, job->caseless);
	if (s)
		return policy_load_snapshot(&job->policy, s, job->caseless);
	job->policy = policy_new(job->caseless);
	return job->policy ? 0 : -1;
}

/* The same file on this disk, where times are known. */
static int look_on_disk(struct job *job)
{
	struct buf source = BUF_INIT;
	struct bytecode_name name;
	struct examined copy;
	struct entry e;
	int status = 0;

	if (job->revision)
		return 0;
	bytecode_name(&name, job->typed, strlen(job->typed), job->caseless);
	bytecode_source(&source, &name);
	if (buf_failed(&source) < 0 || look(&job->told.disk, job->disk, job->typed, source.ptr) < 0)
		status = -1;
	if (status == 0 && job->told.disk.file && snapshot_find(job->disk, job->typed, &e) > 0) {
		status = examine(&copy, job->disk, &e, job->caseless);
		job->told.now = copy.loads;
		examined_free(&copy);
	}
	buf_free(&source);
	return status;
}

static int look_everywhere(struct job *job, const struct examined *x)
{
	const char *source = x->source.ptr;
	struct buf in_git = BUF_INIT;
	struct bytecode_name name;
	int status;

	/* On disk the path is as typed; in git, from the top. */
	bytecode_name(&name, job->tracked.ptr, job->tracked.len, job->caseless);
	if (bytecode_source(&in_git, &name))
		source = in_git.ptr;
	status = buf_failed(&in_git);
	if (status == 0)
		status = look(&job->told.index, job->index, job->tracked.ptr, source);
	if (status == 0)
		status = look(&job->told.head, job->head, job->tracked.ptr, source);
	buf_free(&in_git);
	return status == 0 ? look_on_disk(job) : -1;
}

static int print(struct job *job)
{
	struct buf text = BUF_INIT;
	int status;

	if (strcmp(job->in->format, "json") == 0)
		report_json_finding(&text, job->told.finding, job->prefix.ptr);
	else
		explain_file(&text, &job->told);
	status = report_write(&text);
	buf_free(&text);
	return status;
}

static int tell(struct job *job)
{
	bool on_disk = job->judged == job->disk;
	struct check check = {.kind = on_disk ? CHECK_DISK : CHECK_TRACKED,
		.notes = true,
		.snapshot = job->judged,
		.policy = job->policy,
		.caseless = job->caseless};
	struct finding finding = {0};
	struct examined x = {.source = BUF_INIT};
	int status = examine(&x, job->judged, &job->entry, job->caseless);

	if (status == 0)
		status = check_entry(&finding, &check, job->matcher, &job->entry);
	if (status == 0)
		status = policy_decide(job->policy, job->matcher, job->entry.path, job->entry.len,
			&job->told.decision);
	if (status == 0)
		status = look_everywhere(job, &x);
	job->told.shown = job->typed;
	job->told.file = &x;
	job->told.finding = &finding;
	job->told.prefix = job->prefix.ptr;
	if (status == 0)
		status = print(job);
	finding_clear(&finding);
	examined_free(&x);
	return status;
}

static void close_places(struct job *job)
{
	snapshot_free(job->revision);
	snapshot_free(job->head);
	snapshot_free(job->index);
	snapshot_free(job->disk);
	matcher_free(job->matcher);
	policy_free(job->policy);
	buf_free(&job->tracked);
	buf_free(&job->prefix);
	repository_free(job->repository);
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

int verb_explain(const struct invocation *in, const struct environment *env)
{
	struct job job = {.in = in,
		.env = env,
		.typed = in->operands[0],
		.tracked = BUF_INIT,
		.prefix = BUF_INIT};
	enum rule rule = rule_of_id(job.typed);
	int status;

	if (strcmp(in->format, "human") != 0 && strcmp(in->format, "json") != 0) {
		error_set("--explain takes --format human or json, not '%s'", in->format);
		return STATUS_FAILED;
	}
	if (rule)
		return explain_a_rule(rule, env->width) < 0 ? STATUS_FAILED : STATUS_CLEAN;
	status = open_places(&job);
	if (status == 0)
		status = choose(&job);
	if (status == 0)
		status = load_policy(&job);
	if (status == 0)
		status = tell(&job);
	close_places(&job);
	return status < 0 ? STATUS_FAILED : STATUS_CLEAN;
}
