#include "git/repository.h"
#include "git/objects.h"

/* Where HEAD leads. A branch that cannot be read is not one without commits, though git says no
 * more of either. 0; 1 before the first commit; -1 with the failure recorded. */
static int find_head(struct oid *out, struct repository *r)
{
	static const char *const symbolic[] = {"symbolic-ref", "--quiet", "HEAD", NULL};
	const char *list[] = {"for-each-ref", "--format=%(objectname)", NULL, NULL};
	struct buf name = BUF_INIT, ids = BUF_INIT;
	int status = repository_resolve(out, r, "HEAD");

	if (status != 1)
		return status;
	status = repository_git(&name, r, symbolic, NULL);
	if (status == 1)
		status = error_set("it names no commit");
	name.ptr[strcspn(name.ptr, "\n")] = '\0';
	list[2] = name.ptr;
	if (status == 0)
		status = repository_refs(&ids, r, list);
	if (status == 0 && ids.len)
		status = error_set("'%s' names no commit", name.ptr);
	buf_free(&name);
	buf_free(&ids);
	return status < 0 ? error_prefix("cannot read HEAD") : 1;
}

static int add_parent(
	struct snapshot ***out, size_t *count, struct repository *r, const struct oid *id)
{
	struct snapshot *s;

	if (snapshot_of_commit(&s, r, id) < 0)
		return -1;
	array_room(*out, *count);
	(*out)[(*count)++] = s;
	return 0;
}

/* Of MERGE_HEAD: an id a line, of a commit or of a tag. */
static int add_merge_head(struct snapshot ***out, size_t *count, struct repository *r)
{
	enum { MERGE_HEAD_MAX = 1 << 20 };
	size_t size = r->oid_size;
	char *path = buf_join(r->dir, "MERGE_HEAD");
	struct buf text = BUF_INIT;
	const char *at;
	struct oid id;
	int status = 0;

	if (io_read_file(&text, path, O_NONBLOCK, MERGE_HEAD_MAX) < 0)
		status = error_os(errno, "cannot read '%s'", path);
	else if (!text.len)
		status = error_set("cannot read '%s': it is empty", path);
	for (at = text.ptr; status == 0 && at < text.ptr + text.len;
		at += 2 * size + (at[2 * size] == '\n')) {
		if (!oid_parse(&id, at, size) || (at[2 * size] != '\n' && at[2 * size])) {
			status = error_set("cannot read '%s': '%.*s' is no object id", path,
				(int)strcspn(at, "\n"), at);
			break;
		}
		status = object_peel(&id, r, &id);
		if (status == 2)
			error_set("cannot read '%s': it names no commit", path);
		else if (status == 0)
			status = add_parent(out, count, r, &id);
	}
	buf_free(&text);
	free(path);
	return status ? -1 : 0;
}

/* When a merge has no conflict, git runs pre-merge-commit before it writes MERGE_HEAD; the commits
 * that it merges are then in the names of variables only: GITHEAD_<id>. Such a variable may be left
 * from another time: it counts while GIT_REFLOG_ACTION says that git merges, and the commit is here
 * and not in HEAD already. */
static int add_merge_variables(struct snapshot ***out, size_t *count, struct repository *r)
{
	static const char name[] = "GITHEAD_";
	const char *args[] = {"merge-base", "--is-ancestor", NULL, "HEAD", NULL};
	size_t size = r->oid_size;
	bool merges = false;
	struct oid id;
	char **v;
	int status = 0;

	for (v = r->variables; *v; v++)
		merges = merges || strncmp(*v, "GIT_REFLOG_ACTION=merge", 23) == 0 ||
			 strncmp(*v, "GIT_REFLOG_ACTION=pull", 22) == 0;
	for (v = r->variables; merges && *v && status >= 0; v++) {
		const char *hex = *v + strlen(name);

		if (strncmp(*v, name, strlen(name)) != 0 || strcspn(hex, "=") != 2 * size ||
			!oid_parse(&id, hex, size))
			continue;
		status = object_peel(&id, r, &id);
		args[2] = oid_hex(&id, size);
		if (status == 0 && (status = repository_git(NULL, r, args, NULL)) == 1)
			status = add_parent(out, count, r, &id);
	}
	return status < 0 ? -1 : 0;
}

int repository_is_merging(struct repository *r)
{
	char *path = buf_join(r->dir, "MERGE_HEAD");
	int there = io_exists(path);

	free(path);
	return there;
}

int repository_bases(struct snapshot ***out, size_t *count, struct repository *r)
{
	struct oid id;
	int status = find_head(&id, r), merging;

	*out = NULL;
	*count = 0;
	if (status == 0 && (status = add_parent(out, count, r, &id)) == 0) {
		merging = repository_is_merging(r);
		status = merging < 0 ? -1 :
			 merging     ? add_merge_head(out, count, r) :
				       add_merge_variables(out, count, r);
	}
	if (status >= 0)
		return 0;
	while (*count > 0)
		snapshot_free((*out)[--*count]);
	free(*out);
	*out = NULL;
	return -1;
}
