#include "git/repository.h"
#include "git/objects.h"

/* The commits that the next commit will have as parents. */
struct parents {
	struct repository *repository;
	struct snapshot **snapshots;
	size_t count;
};

static int add_parent(struct parents *p, const struct oid *id)
{
	array_room(p->snapshots, p->count);
	if (snapshot_of_commit(&p->snapshots[p->count], p->repository, id) < 0)
		return -1;
	p->count++;
	return 0;
}

/* Of MERGE_HEAD: an id a line, of a commit or of a tag. */
static int add_merge_head(struct parents *p)
{
	enum { MERGE_HEAD_MAX = 1 << 20 };
	size_t size = p->repository->oid_size;
	struct buf text = BUF_INIT, path = BUF_INIT;
	const char *at;
	struct oid id;
	int status = 0;

	buf_addf(&path, "%sMERGE_HEAD", p->repository->dir);
	if (io_read_file(&text, path.ptr, O_NONBLOCK, MERGE_HEAD_MAX) < 0)
		status = error_os(errno, "cannot read '%s'", path.ptr);
	else if (!*text.ptr)
		status = error_set("cannot read '%s': it is empty", path.ptr);
	for (at = text.ptr; status == 0 && *at; at += 2 * size + (at[2 * size] == '\n')) {
		if (!oid_parse(&id, at, size) || (at[2 * size] != '\n' && at[2 * size])) {
			status = error_set("cannot read '%s': '%.*s' is no object id", path.ptr,
				(int)strcspn(at, "\n"), at);
			break;
		}
		status = object_peel(&id, p->repository, &id);
		if (status == 2)
			error_set("cannot read '%s': it names no commit", path.ptr);
		else if (status == 0)
			status = add_parent(p, &id);
	}
	buf_free(&text);
	buf_free(&path);
	return status ? -1 : 0;
}

/* When a merge has no conflict, git runs pre-merge-commit before it writes MERGE_HEAD; the commits
 * that it merges are then in the names of variables only: GITHEAD_<id>. Such a variable may be left
 * from another time: it counts while GIT_REFLOG_ACTION says that git merges, and HEAD does not have
 * the commit already. */
static int add_merge_variables(struct parents *p)
{
	static const char name[] = "GITHEAD_";
	const char *args[] = {"merge-base", "--is-ancestor", NULL, "HEAD", NULL};
	size_t size = p->repository->oid_size;
	bool merges = false;
	struct oid id;
	char **v;
	int status = 0;

	for (v = p->repository->variables; *v; v++)
		merges = merges || strncmp(*v, "GIT_REFLOG_ACTION=merge", 23) == 0 ||
			 strncmp(*v, "GIT_REFLOG_ACTION=pull", 22) == 0;
	for (v = p->repository->variables; merges && *v && status >= 0; v++) {
		const char *hex = *v + strlen(name);

		if (strncmp(*v, name, strlen(name)) != 0 || strcspn(hex, "=") != 2 * size ||
			!oid_parse(&id, hex, size))
			continue;
		args[2] = oid_hex(&id, size);
		status = repository_git(NULL, p->repository, args, NULL);
		if (status == 1)
			status = add_parent(p, &id);
	}
	return status < 0 ? -1 : 0;
}

int repository_is_merging(struct repository *r)
{
	struct buf path = BUF_INIT;
	int status;

	buf_addf(&path, "%sMERGE_HEAD", r->dir);
	status = io_exists(path.ptr);
	buf_free(&path);
	return status;
}

int repository_bases(struct snapshot ***out, size_t *count, struct repository *r)
{
	struct parents p = {r, NULL, 0};
	struct oid id;
	int status = repository_head(&id, r), merging;

	if (status == 0 && (status = add_parent(&p, &id)) == 0) {
		merging = repository_is_merging(r);
		status = merging < 0 ? -1 : merging ? add_merge_head(&p) : add_merge_variables(&p);
	}
	while (status < 0 && p.count > 0)
		snapshot_free(p.snapshots[--p.count]);
	if (status < 0) {
		free(p.snapshots);
		p.snapshots = NULL;
	}
	*out = p.snapshots;
	*count = p.count;
	return status < 0 ? -1 : 0;
}
