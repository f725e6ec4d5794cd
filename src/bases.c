#include "git.h"

#include <stdlib.h>
#include <string.h>

#include "id_file.h"
#include "refs.h"

struct bases {
	struct repository *repository;
	struct snapshot **snapshots;
	size_t count;
};

static int add_base(void *arg, const struct oid *commit)
{
	struct bases *b = arg;
	struct snapshot **grown = realloc(b->snapshots, (b->count + 1) * sizeof *grown);

	if (!grown)
		return error_oom();
	b->snapshots = grown;
	if (snapshot_of_commit(&grown[b->count], b->repository, commit) < 0)
		return -1;
	b->count++;
	return 0;
}

static int add_head(struct bases *b)
{
	struct oid id;
	int status = refs_head(&id, b->repository);

	if (status != 0)
		return status < 0 ? -1 : 0;
	return add_base(b, &id);
}

/* When a merge has no conflict, git runs pre-merge-commit before it writes MERGE_HEAD; the commits
 * that it merges are then in the names of variables only: GITHEAD_<id>. */
static int add_merge_variables(struct bases *b)
{
	static const char name[] = "GITHEAD_";
	size_t digits = 2 * b->repository->oid_size;
	struct oid id;
	char **v;

	for (v = b->repository->variables; *v; v++) {
		const char *hex = *v + sizeof name - 1;

		if (strncmp(*v, name, sizeof name - 1) == 0 && strcspn(hex, "=") == digits &&
			oid_parse(&id, hex, b->repository->oid_size) && add_base(b, &id) < 0)
			return -1;
	}
	return 0;
}

static int collect_bases(struct bases *b)
{
	const struct repository *r = b->repository;
	int status = add_head(b);

	if (status == 0)
		status = id_file_each(r->dir, "MERGE_HEAD", r->oid_size, add_base, b);
	return status == 1 ? add_merge_variables(b) : status;
}

static int pass_over(void *arg, const struct oid *id)
{
	(void)arg, (void)id;
	return 0;
}

int repository_is_merging(struct repository *r)
{
	int status = id_file_each(r->dir, "MERGE_HEAD", r->oid_size, pass_over, NULL);

	return status < 0 ? -1 : status == 0;
}

int repository_bases(struct snapshot ***out, size_t *count, struct repository *r)
{
	struct bases b = {r, NULL, 0};

	*out = NULL;
	*count = 0;
	if (collect_bases(&b) < 0) {
		while (b.count > 0)
			snapshot_free(b.snapshots[--b.count]);
		free(b.snapshots);
		return -1;
	}
	*out = b.snapshots;
	*count = b.count;
	return 0;
}
