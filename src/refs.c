#include "refs.h"

#include <string.h>

#include "git_guard.h"

static int tell(git_reference *ref, refs_visit *visit, void *arg)
{
	struct oid id = oid_from_git(git_reference_target(ref));

	return visit(arg, git_reference_name(ref), &id);
}

static int resolve_and_tell(git_reference *ref, refs_visit *visit, void *arg)
{
	git_reference *direct = NULL;
	int status = git_reference_resolve(&direct, ref);

	if (status == GIT_ENOTFOUND)
		return 0;
	if (status < 0)
		return git_failed("cannot read ref '%s'", git_reference_name(ref));
	status = tell(direct, visit, arg);
	git_reference_free(direct);
	return status;
}

int refs_each(struct repository *r, const char *prefix, refs_visit *visit, void *arg)
{
	git_reference_iterator *refs;
	git_reference *ref;
	int status, next;

	if (!r->git)
		return refs_git_each(r, prefix, visit, arg);
	if (git_reference_iterator_new(&refs, r->git) < 0)
		return git_failed("cannot list the refs");
	for (status = 0; status == 0 && (next = git_reference_next(&ref, refs)) == 0;) {
		if (!prefix || strncmp(git_reference_name(ref), prefix, strlen(prefix)) == 0)
			status = resolve_and_tell(ref, visit, arg);
		git_reference_free(ref);
	}
	if (status == 0 && next != GIT_ITEROVER)
		status = git_failed("cannot list the refs");
	git_reference_iterator_free(refs);
	return status;
}

/* HEAD of one work tree, which is given resolved; it is none before the first commit. */
static int tell_head(int status, git_reference *head, refs_visit *visit, void *arg)
{
	if (status == GIT_EUNBORNBRANCH || status == GIT_ENOTFOUND)
		return 0;
	if (status < 0)
		return git_failed("cannot read HEAD");
	status = tell(head, visit, arg);
	git_reference_free(head);
	return status;
}

int refs_each_head(struct repository *r, refs_visit *visit, void *arg)
{
	git_reference *head = NULL;
	git_strarray names;
	size_t i;
	int status;

	if (!r->git)
		return refs_git_each_head(r, visit, arg);
	status = git_repository_head(&head, r->git);
	if (tell_head(status, head, visit, arg) < 0)
		return -1;
	if (git_worktree_list(&names, r->git) < 0)
		return git_failed("cannot list the work trees");
	for (i = 0, status = 0; i < names.count && status == 0; i++) {
		status = git_repository_head_for_worktree(&head, r->git, names.strings[i]);
		status = tell_head(status, head, visit, arg);
	}
	git_strarray_dispose(&names);
	return status;
}

int refs_head(struct oid *out, struct repository *r)
{
	git_reference *head;
	int status;

	if (!r->git)
		return refs_git_head(out, r);
	status = git_repository_head(&head, r->git);
	if (status == GIT_EUNBORNBRANCH)
		return 1;
	if (status < 0)
		return git_failed("cannot read HEAD");
	*out = oid_from_git(git_reference_target(head));
	git_reference_free(head);
	return 0;
}

int repository_resolve(struct oid *out, struct repository *r, const char *revision)
{
	git_object *object;
	int status;

	if (!r->git)
		return refs_git_resolve(out, r, revision);
	git_guard_read_begins();
	status = git_revparse_single(&object, r->git, revision);
	git_guard_read_ends();
	if (status == GIT_ENOTFOUND && git_error_last() && git_error_last()->klass == GIT_ERROR_ODB)
		return git_failed("cannot use revision '%s'", revision);
	if (status == GIT_ENOTFOUND || status == GIT_EINVALIDSPEC || status == GIT_EUNBORNBRANCH)
		return 1;
	if (status < 0)
		return git_failed("cannot use revision '%s'", revision);
	*out = oid_from_git(git_object_id(object));
	git_object_free(object);
	return 0;
}
