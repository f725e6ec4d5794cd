#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/io.h"
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
	if (array_room(p->snapshots, p->count) < 0 ||
		snapshot_of_commit(&p->snapshots[p->count], p->repository, id) < 0)
		return -1;
	p->count++;
	return 0;
}

/* Replaces `out` by MERGE_HEAD: an id a line, of a commit or of a tag. 0; 1 when there is none; -1
 * with the failure recorded. */
static int read_merge_head(struct buf *out, const struct repository *r)
{
	enum { MERGE_HEAD_MAX = 1 << 20 };
	struct buf path = BUF_INIT;
	int status;

	buf_addf(&path, "%sMERGE_HEAD", r->dir);
	status = buf_failed(&path);
	if (status == 0 && io_read_file(out, path.ptr, O_NONBLOCK, MERGE_HEAD_MAX) < 0)
		status = errno == ENOENT ? 1 : error_os(errno, "cannot read '%s'", path.ptr);
	else if (status == 0 && buf_failed(out) == 0 && !*out->ptr)
		status = error_set("cannot read '%s': it is empty", path.ptr);
	else if (status == 0)
		status = buf_failed(out);
	buf_free(&path);
	return status;
}

static int add_merge_head(struct parents *p, const char *text)
{
	size_t digits = 2 * p->repository->oid_size;
	struct oid id;
	int status;

	for (; *text; text += digits + (text[digits] == '\n')) {
		if (!oid_parse(&id, text, p->repository->oid_size) ||
			(text[digits] != '\n' && text[digits]))
			return error_set("cannot read '%sMERGE_HEAD': '%.*s' is no object id",
				p->repository->dir, (int)strcspn(text, "\n"), text);
		status = object_peel(&id, p->repository, &id);
		if (status == 2)
			return error_set("cannot read '%sMERGE_HEAD': it names no commit",
				p->repository->dir);
		if (status != 0 || add_parent(p, &id) < 0)
			return -1;
	}
	return 0;
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
	struct buf text = BUF_INIT;
	int status = read_merge_head(&text, r);

	buf_free(&text);
	return status < 0 ? -1 : status == 0;
}

int repository_bases(struct snapshot ***out, size_t *count, struct repository *r)
{
	struct parents p = {r, NULL, 0};
	struct buf text = BUF_INIT;
	struct oid id;
	int status = repository_head(&id, r), merging;

	if (status == 0 && (status = add_parent(&p, &id)) == 0) {
		merging = read_merge_head(&text, r);
		status = merging < 0  ? -1 :
			 merging == 0 ? add_merge_head(&p, text.ptr) :
					add_merge_variables(&p);
	}
	buf_free(&text);
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
