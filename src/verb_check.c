#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "policy_load.h"
#include "repository.h"

/* What a check of the index needs, opened in order and closed in one place. */
struct job {
	const struct invocation *in;
	const struct environment *env;
	struct repository *repository;
	struct snapshot *snapshot;
	struct policy *policy;
	struct snapshot **bases;
	size_t base_count;
	struct pathset named;
	struct policy_unmatched unmatched;
	struct buf prefix; /* of the user's shell, for commands to paste */
	bool caseless;
};

/* A hook runs at the top of the work tree; GIT_PREFIX says where the user is. */
static int find_prefix(struct job *job)
{
	if (!repository_top(job->repository))
		return 0;
	if (job->env->git_prefix)
		buf_adds(&job->prefix, job->env->git_prefix);
	else if (repository_relative(&job->prefix, job->repository, ".") < 0)
		buf_clear(&job->prefix);
	else if (job->prefix.len)
		buf_addc(&job->prefix, '/');
	return buf_failed(&job->prefix);
}

static int find_named(struct job *job)
{
	struct buf path = BUF_INIT;
	int i, status = 0;

	for (i = 0; i < job->in->operand_count && status == 0; i++) {
		buf_clear(&path);
		status = repository_relative(&path, job->repository, job->in->operands[i]);
		if (status == 0)
			status = pathset_add(&job->named, path.ptr, path.len);
	}
	pathset_sort(&job->named);
	buf_free(&path);
	return status;
}

static int load_policy(struct job *job)
{
	if (job->in->policy)
		return policy_load_file(&job->policy, job->in->policy, job->caseless);
	return policy_load_snapshot(&job->policy, job->snapshot, job->caseless);
}

static int job_open(struct job *job, bool staged)
{
	if (repository_open(&job->repository, job->env) != 0 ||
	    repository_ignores_case(job->repository, &job->caseless) < 0 ||
	    repository_index(&job->snapshot, job->repository) < 0 || load_policy(job) < 0 ||
	    find_prefix(job) < 0 || find_named(job) < 0)
		return -1;
	if (!staged)
		return policy_unmatched_all(&job->unmatched, job->policy);
	return repository_bases(&job->bases, &job->base_count, job->repository);
}

static void job_close(struct job *job)
{
	while (job->base_count > 0)
		snapshot_free(job->bases[--job->base_count]);
	free(job->bases);
	pathset_free(&job->named);
	policy_unmatched_free(&job->unmatched);
	buf_free(&job->prefix);
	policy_free(job->policy);
	snapshot_free(job->snapshot);
	repository_free(job->repository);
}

/* The words are made by error_set, since a line may hold anything. */
static void warn_of_unmatched(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->unmatched.count && !job->in->quiet; i++) {
		const struct policy_line *line = job->unmatched.lines[i];

		error_set("%s:%zu: '%.200s' matches no tracked file", line->origin, line->number,
			line->text);
		fprintf(stderr, "pycguard: warning: %s\n", error_message());
	}
}

static int check_index(const struct invocation *in, const struct environment *env, bool staged)
{
	struct job job = {.in = in, .env = env, .named = PATHSET_INIT,
		.unmatched = POLICY_UNMATCHED_INIT, .prefix = BUF_INIT};
	struct finding_list findings = FINDING_LIST_INIT;
	struct report r = {.mode = staged ? REPORT_STAGED : REPORT_TRACKED, .findings = &findings};
	int status = STATUS_FAILED;

	if (job_open(&job, staged) == 0) {
		struct check check = {.kind = staged ? CHECK_COMMIT : CHECK_TRACKED,
			.snapshot = job.snapshot, .policy = job.policy, .caseless = job.caseless,
			.bases = job.bases, .base_count = job.base_count, .named = &job.named,
			.unmatched = staged ? NULL : &job.unmatched};

		r.prefix = job.prefix.ptr;
		if (check_run(&findings, &r.checked, &check) == 0) {
			warn_of_unmatched(&job);
			status = verb_report(in, env, &r);
		}
	}
	finding_list_free(&findings);
	job_close(&job);
	return status;
}

int verb_check_staged(const struct invocation *in, const struct environment *env)
{
	return check_index(in, env, true);
}

int verb_check_tracked(const struct invocation *in, const struct environment *env)
{
	return check_index(in, env, false);
}
