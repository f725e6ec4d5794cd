#include "untrack.h"

#include "check.h"

struct planning {
	struct pathset *plan;
	const struct pathset *named;
	struct matcher *matcher;
	struct check check;
};

static int visit(void *arg, const struct entry *e)
{
	struct planning *p = arg;
	struct policy_decision d;
	struct finding f;

	if (p->named->count && !pathset_holds(p->named, e->path, e->len))
		return 0;
	if (policy_decide(p->check.policy, p->matcher, e->path, e->len, &d) < 0)
		return -1;
	if (d.depends) { /* what it contains decides */
		if (check_entry(&f, &p->check, p->matcher, e) < 0)
			return -1;
		d.rejected = f.rule != RULE_NONE;
		finding_clear(&f);
	}
	return d.rejected ? pathset_add(p->plan, e->path, e->len) : 0;
}

int untrack_plan(struct pathset *plan, struct snapshot *index, const struct policy *policy,
	const struct pathset *named, bool caseless)
{
	struct planning p = {plan, named, matcher_new(),
		{.kind = CHECK_TRACKED, .snapshot = index, .policy = policy, .caseless = caseless}};
	int status = -1;

	if (p.matcher && check_named(index, named) == 0)
		status = snapshot_each(index, visit, &p);
	matcher_free(p.matcher);
	return status;
}

/* git passes over a name that it deems dangerous, and says so only to standard error. */
static int check_gone(struct repository *r, const struct pathset *plan)
{
	struct snapshot *index;
	int status = 0;
	size_t i;

	if (repository_index(&index, r) < 0)
		return -1;
	for (i = 0; i < plan->count && status == 0; i++) {
		status = snapshot_find(index, plan->items[i].path, NULL);
		if (status > 0)
			status = error_set("cannot take '%s' out of the index: git leaves it",
				plan->items[i].path);
	}
	snapshot_free(index);
	return status;
}

int untrack_apply(struct repository *r, const struct pathset *plan)
{
	static const char *const args[] = {"update-index", "-z", "--force-remove", "--stdin", NULL};
	struct buf paths = BUF_INIT, said = BUF_INIT;
	int status = -1;
	size_t i;

	if (!repository_top(r))
		return error_set("the repository has no work tree");
	for (i = 0; i < plan->count; i++)
		buf_add(&paths, plan->items[i].path, plan->items[i].len + 1);
	if (buf_failed(&paths) == 0) {
		status = repository_git(&said, r, args, &paths);
		if (status > 0)
			error_set("git update-index failed");
		if (status != 0)
			status = error_prefix("cannot change the index");
	}
	buf_free(&paths);
	buf_free(&said);
	return status < 0 ? -1 : check_gone(r, plan);
}
