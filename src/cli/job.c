#include "cli/job.h"

#include "check/policy_load.h"

int job_prefix(struct buf *out, const struct repository *r, const struct environment *env)
{
	if (!repository_top(r))
		return 0;
	if (env->git_prefix)
		buf_adds(out, env->git_prefix);
	else if (repository_relative(out, r, ".") < 0)
		return -1;
	else if (out->len)
		buf_addc(out, '/');
	return buf_failed(out);
}

static int find_named(struct job *job, const struct invocation *in)
{
	struct buf path = BUF_INIT;
	int i, status = 0;

	for (i = 0; i < in->operand_count && status == 0; i++) {
		buf_clear(&path);
		status = repository_relative(&path, job->repository, in->operands[i]);
		if (status == 0)
			status = pathset_add(&job->named, path.ptr, path.len);
	}
	pathset_sort(&job->named);
	buf_free(&path);
	return status ? -1 : 0;
}

int job_open(struct job *job, const struct invocation *in, const struct environment *env)
{
	const struct policy_files files = {in->policy, in->extend};

	*job = (struct job){.named = PATHSET_INIT, .prefix = BUF_INIT};
	if (repository_open(&job->repository, env) != 0 ||
		repository_ignores_case(job->repository, &job->caseless) < 0 ||
		repository_index(&job->snapshot, job->repository) < 0 ||
		policy_load(&job->policy, &files, job->snapshot, job->caseless) < 0 ||
		job_prefix(&job->prefix, job->repository, env) < 0)
		return -1;
	return find_named(job, in);
}

void job_close(struct job *job)
{
	pathset_free(&job->named);
	buf_free(&job->prefix);
	policy_free(job->policy);
	snapshot_free(job->snapshot);
	repository_free(job->repository);
}
