#include "walk_private.h"

#include <stdlib.h>
#include <string.h>

#include "objects.h"

bool walk_is_zero(const char *hex)
{
	size_t len = strspn(hex, "0");

	return hex[len] == '\0' && (len == 40 || len == 64);
}

static bool is_full_id(struct oid *out, const struct walk *w, const char *text)
{
	size_t size = w->repository->oid_size;

	return oid_parse(out, text, size) && !text[2 * size];
}

static int unknown(const struct walk *w, const char *rev)
{
	struct oid id;

	if (w->shallow.count && is_full_id(&id, w, rev))
		return error_set("this clone is shallow and lacks commit '%s' "
				 "(git fetch --unshallow gets it)",
			rev);
	return error_set("unknown revision '%s'", rev);
}

static int start_at(struct walk *w, const char *rev, unsigned flags)
{
	struct oid id;
	int status;

	rev = *rev ? rev : "HEAD";
	status = repository_resolve(&id, w->repository, rev);
	if (status != 0)
		return status == 1 ? unknown(w, rev) : -1;
	status = object_peel(&id, w->repository, &id);
	if (status == 2)
		return error_set("revision '%s' is not a commit", rev);
	return status == 0 ? walk_start(w, &id, flags) : -1;
}

/* A..B, or with three dots A...B; `text` has been cut in two. */
static int take_range(
	struct walk *w, const char *from, const char *to, bool symmetric, bool *zero_base)
{
	if (walk_is_zero(to))
		return error_set("the range ends at '%s', which stands for a ref that is deleted: "
				 "there is nothing to check",
			to);
	if (walk_is_zero(from)) {
		*zero_base = true;
		return start_at(w, to, SHOWN);
	}
	if (symmetric && w->has_symmetric)
		return error_set("more than one A...B cannot be told apart");
	w->has_symmetric = w->has_symmetric || symmetric;
	if (start_at(w, from, symmetric ? SHOWN | LEFT : HIDDEN) < 0)
		return -1;
	return start_at(w, to, symmetric ? SHOWN | RIGHT : SHOWN);
}

int walk_revision(struct walk *w, const char *text, bool *zero_base)
{
	const char *dots = strstr(text, "..");
	char *from;
	bool symmetric;
	int status;

	if (!dots && *text == '^' && walk_is_zero(text + 1)) {
		*zero_base = true;
		return 0;
	}
	if (!dots)
		return *text == '^' ? start_at(w, text + 1, HIDDEN) : start_at(w, text, SHOWN);
	from = strndup(text, (size_t)(dots - text));
	if (!from)
		return error_oom();
	symmetric = dots[2] == '.';
	status = take_range(w, from, dots + 2 + symmetric, symmetric, zero_base);
	free(from);
	return status;
}

/* 1 when it is not here, which is recorded; 2 when it has no commits: a tree, a tag of a blob. */
static int start_at_object(struct walk *w, const struct oid *id, unsigned flags)
{
	struct oid commit;
	int status = object_peel(&commit, w->repository, id);

	return status == 0 ? walk_start(w, &commit, flags) : status;
}

static int start_at_hex(struct walk *w, const char *hex, unsigned flags)
{
	struct oid id;

	if (!is_full_id(&id, w, hex))
		return error_set("'%s' is not an object id of this repository", hex);
	return start_at_object(w, &id, flags);
}

int walk_show(struct walk *w, const char *hex)
{
	int status = start_at_hex(w, hex, SHOWN);

	return status == 0 || status == 2 ? 0 : -1;
}

int walk_hide(struct walk *w, const char *hex)
{
	return start_at_hex(w, hex, HIDDEN) < 0 ? -1 : 0;
}

static int start_at_direct(struct walk *w, const git_reference *ref, unsigned flags)
{
	struct oid id = oid_from_git(git_reference_target(ref));
	int status = start_at_object(w, &id, flags);

	if (status == 1 && !(flags & HIDDEN))
		status = error_prefix("cannot follow ref '%s'", git_reference_name(ref));
	return status < 0 ? -1 : 0;
}

/* A symbolic ref that leads nowhere is passed over, as git does. */
static int start_at_ref(struct walk *w, git_reference *ref, unsigned flags)
{
	git_reference *direct = NULL;
	int status = git_reference_resolve(&direct, ref);

	if (status == GIT_ENOTFOUND)
		return 0;
	if (status < 0)
		return git_failed("cannot read ref '%s'", git_reference_name(ref));
	status = start_at_direct(w, direct, flags);
	git_reference_free(direct);
	return status;
}

static int start_at_refs(struct walk *w, const char *prefix, unsigned flags)
{
	git_reference_iterator *refs;
	git_reference *ref;
	int status, next;

	if (git_reference_iterator_new(&refs, w->repository->git) < 0)
		return git_failed("cannot list the refs");
	for (status = 0; status == 0 && (next = git_reference_next(&ref, refs)) == 0;) {
		if (!prefix || strncmp(git_reference_name(ref), prefix, strlen(prefix)) == 0)
			status = start_at_ref(w, ref, flags);
		git_reference_free(ref);
	}
	if (status == 0 && next != GIT_ITEROVER)
		status = git_failed("cannot list the refs");
	git_reference_iterator_free(refs);
	return status;
}

/* HEAD of one work tree, which is given resolved; it is none before the first commit. */
static int start_at_head(struct walk *w, int status, git_reference *head, unsigned flags)
{
	if (status == GIT_EUNBORNBRANCH || status == GIT_ENOTFOUND)
		return 0;
	if (status < 0)
		return git_failed("cannot read HEAD");
	status = start_at_direct(w, head, flags);
	git_reference_free(head);
	return status;
}

static int start_at_heads(struct walk *w, unsigned flags)
{
	git_repository *git = w->repository->git;
	git_reference *head = NULL;
	git_strarray names;
	size_t i;
	int status = git_repository_head(&head, git);

	if (start_at_head(w, status, head, flags) < 0)
		return -1;
	if (git_worktree_list(&names, git) < 0)
		return git_failed("cannot list the work trees");
	for (i = 0, status = 0; i < names.count && status == 0; i++) {
		status = git_repository_head_for_worktree(&head, git, names.strings[i]);
		status = start_at_head(w, status, head, flags);
	}
	git_strarray_dispose(&names);
	return status;
}

int walk_show_refs(struct walk *w)
{
	return start_at_refs(w, NULL, SHOWN) < 0 ? -1 : start_at_heads(w, SHOWN);
}

int walk_hide_refs(struct walk *w, const char *prefix)
{
	if (start_at_refs(w, prefix, HIDDEN) < 0)
		return -1;
	return prefix ? 0 : start_at_heads(w, HIDDEN);
}
