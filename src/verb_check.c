#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "job.h"
#include "screen.h"

/* What a check of the index needs, opened in order and closed in one place. */
struct work {
	struct job job;
	struct snapshot **bases;
	size_t base_count;
	struct policy_unmatched unmatched;
};

static int work_open(
	struct work *w, const struct invocation *in, const struct environment *env, bool staged)
{
	*w = (struct work){.unmatched = POLICY_UNMATCHED_INIT};
	if (job_open(&w->job, in, env) < 0)
		return -1;
	return staged ? 0 : policy_unmatched_all(&w->unmatched, w->job.policy);
}

static void work_close(struct work *w)
{
	while (w->base_count > 0)
		snapshot_free(w->bases[--w->base_count]);
	free(w->bases);
	policy_unmatched_free(&w->unmatched);
	job_close(&w->job);
}

static int find_bases(void *arg, struct snapshot ***bases, size_t *count)
{
	struct work *w = arg;

	if (repository_bases(&w->bases, &w->base_count, w->job.repository) < 0)
		return -1;
	*bases = w->bases;
	*count = w->base_count;
	return 0;
}

/* The words are made by error_set, since a line may hold anything. */
static void warn_of_unmatched(const struct policy_unmatched *unmatched)
{
	size_t i;

	for (i = 0; unmatched->policy && i < policy_count(unmatched->policy); i++) {
		const struct policy_line *line = policy_line(unmatched->policy, i);

		if (!policy_unmatched_has(unmatched, i))
			continue;
		error_set("%s:%zu: '%.200s' matches no tracked file", line->origin, line->number,
			line->text);
		fprintf(stderr, "pycguard: warning: %s\n", error_message());
	}
}

static int check_index(const struct invocation *in, const struct environment *env, bool staged)
{
	struct work w;
	struct finding_list findings = FINDING_LIST_INIT;
	struct report r = {.mode = staged ? REPORT_STAGED : REPORT_TRACKED, .findings = &findings};
	int status = STATUS_FAILED;

	if (work_open(&w, in, env, staged) == 0) {
		struct check check = {.kind = staged ? CHECK_COMMIT : CHECK_TRACKED,
			.snapshot = w.job.snapshot,
			.policy = w.job.policy,
			.caseless = w.job.caseless,
			.find_bases = staged ? find_bases : NULL,
			.find_bases_arg = &w,
			.named = &w.job.named,
			.unmatched = staged ? NULL : &w.unmatched};

		r.prefix = w.job.prefix.ptr;
		if (check_run(&findings, &r.checked, &check) == 0) {
			if (!in->quiet)
				warn_of_unmatched(&w.unmatched);
			status = verb_report(in, env, &r);
		}
	}
	finding_list_free(&findings);
	work_close(&w);
	return status;
}

int verb_check_staged(const struct invocation *in, const struct environment *env)
{
	if (in->operand_count == 0 && verb_is_silent(in, env) && screen_is_clean(env, in->policy))
		return STATUS_CLEAN;
	return check_index(in, env, true);
}

int verb_check_tracked(const struct invocation *in, const struct environment *env)
{
	return check_index(in, env, false);
}
