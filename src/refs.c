#include "refs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "deadline.h"
#include "io.h"

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

/* The first name in lines HEX NAME, among others, that has no file of its own too. */
static int first_without_file(struct buf *out, const struct repository *r, const char *line)
{
	struct buf path = BUF_INIT;
	int there = 1;
	size_t n;

	for (; *line && there == 1; line += n + (line[n] == '\n')) {
		const char *name = strchr(line, ' ');

		n = strcspn(line, "\n");
		if (*line == '#' || *line == '^' || !line[n] || !name || name >= line + n)
			continue;
		buf_clear(out);
		buf_add(out, name + 1, n - (size_t)(name + 1 - line));
		buf_clear(&path);
		buf_addf(&path, "%s%s", r->common, out->ptr);
		there = buf_failed(&path) < 0 || buf_failed(out) < 0 ? -1 : io_exists(path.ptr);
	}
	if (there == 1)
		buf_clear(out);
	buf_free(&path);
	return there < 0 ? -1 : 0;
}

/* Of more, those after it are not looked for: it may be a device. */
enum { PACKED_MAX = 64 << 20 };

/* The first name in packed-refs that is not a file too. Empty when there is none. */
static int first_packed(struct buf *out, const struct repository *r)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	int status = -1;

	buf_clear(out);
	buf_addf(&path, "%spacked-refs", r->common);
	if (buf_failed(&path) == 0)
		status = io_read_file(&text, path.ptr, O_NONBLOCK, PACKED_MAX) == 0 ||
					 errno == ENOENT ?
				 buf_failed(&text) :
				 error_os(errno, "cannot read '%s'", path.ptr);
	if (status == 0)
		status = first_without_file(out, r, text.ptr);
	buf_free(&path);
	buf_free(&text);
	return status;
}

/* libgit2 takes packed-refs, when it cannot look at it, for a file that is not there. `packed` was
 * in it, and was not told: somebody has deleted that ref, or none in it were. */
static int check_packed(const struct buf *packed, const struct repository *r)
{
	struct buf now = BUF_INIT;
	int status = first_packed(&now, r);

	if (status == 0 && strcmp(now.ptr, packed->ptr) == 0)
		status = error_set("cannot list the refs: '%spacked-refs' was not read", r->common);
	buf_free(&now);
	return status;
}

static int each(struct repository *r, const struct buf *packed, const char *prefix,
	refs_visit *visit, void *arg)
{
	git_reference_iterator *refs;
	git_reference *ref;
	bool seen = !packed->len;
	int status, next;

	deadline_begins();
	status = git_reference_iterator_new(&refs, r->git);
	deadline_ends();
	if (status < 0)
		return git_failed("cannot list the refs");
	for (status = 0; status == 0 && (next = git_reference_next(&ref, refs)) == 0;) {
		seen = seen || strcmp(git_reference_name(ref), packed->ptr) == 0;
		if (!prefix || strncmp(git_reference_name(ref), prefix, strlen(prefix)) == 0)
			status = resolve_and_tell(ref, visit, arg);
		git_reference_free(ref);
	}
	if (status == 0 && next != GIT_ITEROVER)
		status = git_failed("cannot list the refs");
	git_reference_iterator_free(refs);
	return status == 0 && !seen ? check_packed(packed, r) : status;
}

int refs_each(struct repository *r, const char *prefix, refs_visit *visit, void *arg)
{
	struct buf packed = BUF_INIT;
	int status;

	if (!r->git)
		return refs_git_each(r, prefix, visit, arg);
	status = first_packed(&packed, r);
	if (status == 0)
		status = each(r, &packed, prefix, visit, arg);
	buf_free(&packed);
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
	deadline_begins();
	status = git_repository_head(&head, r->git);
	deadline_ends();
	if (tell_head(status, head, visit, arg) < 0)
		return -1;
	if (git_worktree_list(&names, r->git) < 0)
		return git_failed("cannot list the work trees");
	for (i = 0, status = 0; i < names.count && status == 0; i++) {
		deadline_begins();
		status = git_repository_head_for_worktree(&head, r->git, names.strings[i]);
		deadline_ends();
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
	deadline_begins();
	status = git_repository_head(&head, r->git);
	deadline_ends();
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
	deadline_begins();
	status = git_revparse_single(&object, r->git, revision);
	deadline_ends();
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
