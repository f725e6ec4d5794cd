#include "mend/untrack.h"

#include "base/io.h"
#include "check/check.h"
#include "git/repository.h"

struct planning {
	struct pathset *plan;
	const struct pathset *named;
	struct matcher *matcher;
	const struct check *check;
	size_t looked;
};

static int visit(void *arg, const struct entry *e)
{
	struct planning *p = arg;
	struct policy_decision d;
	struct finding f;

	progress_tick(p->check->progress, ++p->looked);
	if (p->named->count && !pathset_holds(p->named, e->path, e->len))
		return 0;
	if (check_decide(&d, p->check->policy, p->matcher, "", e, p->check->caseless) < 0)
		return -1;
	if (d.depends) { /* what it contains decides */
		if (check_entry(&f, p->check, p->matcher, e) < 0)
			return -1;
		d.rejected = f.rule != RULE_NONE;
		finding_clear(&f);
	}
	return d.rejected ? pathset_add(p->plan, e->path, e->len) : 0;
}

int untrack_plan(struct pathset *plan, const struct check *check, const struct pathset *named)
{
	struct planning p = {plan, named, matcher_new(), check, 0};
	struct finding_list findings = FINDING_LIST_INIT;
	int status = p.matcher ? check_named(check->snapshot, named) : -1;
	size_t checked, i;

	if (status == 0)
		status = check->kind == CHECK_TRACKED ? snapshot_each(check->snapshot, visit, &p) :
							check_run(&findings, &checked, check);
	for (i = 0; status == 0 && i < findings.count; i++) {
		const struct finding *f = &findings.items[i];

		if (f->severity == SEVERITY_ERROR &&
			(!named->count || pathset_holds(named, f->path, f->path_len)))
			status = pathset_add(plan, f->path, f->path_len);
	}
	finding_list_free(&findings);
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
			status = error_set("cannot stop tracking '%s': git leaves it in the index",
				plan->items[i].path);
	}
	snapshot_free(index);
	return status;
}

/* An entry as new as the index makes git hash its file once more, through the filters that the
 * repository names for it; where there are no files, there is nothing to hash. */
static int remove_without_files(struct repository *r, const char *empty, const struct buf *paths)
{
	static const char *const args[] = {"-c", "core.hooksPath=/dev/null", "update-index", "-z",
		"--force-remove", "--stdin", NULL};
	char *top = buf_join("GIT_WORK_TREE=", empty);
	struct exec e;
	int status;

	repository_exec(&e, r, args);
	e.dir = empty;
	e.changes[1] = top;
	status = exec_run(NULL, NULL, &e, paths);
	free(top);
	return status ? -1 : 0;
}

int untrack_apply(struct repository *r, const struct pathset *plan)
{
	struct buf paths = BUF_INIT, empty = BUF_INIT;
	int status = -1;
	size_t i;

	for (i = 0; i < plan->count; i++)
		buf_add(&paths, plan->items[i].path, plan->items[i].len + 1);
	buf_addf(&empty, "%spycguard-empty-XXXXXX", r->dir);
	if (!r->top)
		error_set("the repository has no work tree");
	else if (buf_failed(&paths) == 0 && buf_failed(&empty) == 0 && !mkdtemp(empty.ptr))
		error_os(errno, "cannot make directory '%s'", empty.ptr);
	else if (!paths.failed && !empty.failed) {
		status = remove_without_files(r, empty.ptr, &paths);
		if (rmdir(empty.ptr) < 0 && status == 0)
			status = error_os(errno, "cannot remove '%s'", empty.ptr);
	}
	if (status < 0)
		error_prefix("cannot change the index");
	buf_free(&empty);
	buf_free(&paths);
	return status < 0 ? -1 : check_gone(r, plan);
}
