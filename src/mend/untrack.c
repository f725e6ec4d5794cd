#include "mend/untrack.h"

#include "check/check.h"
#include "git/repository.h"

int untrack_plan(struct pathset *plan, const struct check *check, const struct pathset *named)
{
	struct finding_list findings = {0};
	size_t checked;
	int status = check_named(check->snapshot, named);

	if (status == 0)
		status = check_run(&findings, &checked, check);
	for (size_t i = 0; status == 0 && i < findings.count; i++) {
		const struct finding *f = &findings.items[i];

		if (f->severity == SEVERITY_ERROR &&
			(!named->count || pathset_holds(named, f->path, f->path_len)))
			pathset_add(plan, f->path, f->path_len);
	}
	finding_list_free(&findings);
	return status;
}

/* An entry as new as the index makes git hash its file once more, through the filters that the
 * repository names for it; where there are no files, there is nothing to hash. core.hooksPath stops
 * the hooks that are files; those that the configuration names (git 2.54) are left no event. */
int untrack_apply(struct repository *r, const struct pathset *plan)
{
	static const char *const ask[] = {
		"config", "-z", "--name-only", "--get-regexp", "^hook[.].*[.]event$", NULL};
	static const char *const last[] = {"-c", "core.hooksPath=/dev/null", "update-index", "-z",
		"--force-remove", "--stdin", NULL};
	static const char variable[] = "GIT_WORK_TREE=";
	struct buf paths = BUF_INIT, top = BUF_INIT, keys = BUF_INIT, words = BUF_INIT;
	struct snapshot *index = NULL;
	struct exec e;
	int status = repository_git(&keys, r, ask, NULL);
	const char **args = memory_new(keys.len + sizeof last / sizeof *last, sizeof *args);
	const char **to = args, *at;

	for (at = keys.ptr; at < keys.ptr + keys.len; at += strlen(at) + 1)
		buf_addf(&words, "--config-env=%s=PYCGUARD_NOTHING%c", at, '\0');
	for (at = words.ptr; at < words.ptr + words.len; at += strlen(at) + 1)
		*to++ = at;
	memcpy(to, last, sizeof last);
	for (size_t i = 0; i < plan->count; i++)
		buf_add(&paths, plan->items[i].path, plan->items[i].len + 1);
	buf_addf(&top, "%s%spycguard-empty-XXXXXX", variable, r->dir);
	repository_exec(&e, r, args);
	e.changes[1] = top.ptr;
	e.changes[3] = "PYCGUARD_NOTHING=";
	e.dir = r->top ? mkdtemp(top.ptr + strlen(variable)) : NULL;
	if (!r->top) {
		status = error_set("the repository has no work tree");
	} else if (!e.dir) {
		status = error_os(errno, "cannot make directory '%s'", top.ptr + strlen(variable));
	} else {
		status = status < 0 ? -1 : exec_run(NULL, NULL, &e, &paths);
		if (rmdir(e.dir) < 0 && status == 0)
			status = error_os(errno, "cannot remove '%s'", e.dir);
	}
	if (status)
		error_prefix("cannot change the index");
	buf_free(&top);
	buf_free(&paths);
	buf_free(&keys);
	buf_free(&words);
	free(args);
	/* git passes over a name that it deems dangerous, and says so only to standard error. */
	if (status == 0)
		status = repository_index(&index, r, NULL);
	for (size_t i = 0; i < plan->count && status == 0; i++)
		if ((status = snapshot_find(index, plan->items[i].path, NULL)) > 0)
			error_set("cannot stop tracking '%s': git leaves it in the index",
				plan->items[i].path);
	snapshot_free(index);
	return status ? -1 : 0;
}
