#include <stdlib.h>
#include <string.h>

#include "index_rows.h"
#include "objects.h"
#include "path.h"

struct index_snapshot {
	struct snapshot base;
	struct index_rows rows;
};

static void take(struct entry *out, const struct index_snapshot *x, const struct index_row *row)
{
	*out = (struct entry){.path = row->path, .len = strlen(row->path), .mode = row->mode};
	memcpy(out->oid.bytes, row->oid, x->rows.repository->oid_size);
}

/* Of the entries of one path, the one that stands for it: stage 0, else our side, else theirs. */
static bool stands_for_path(const struct index_row *last, const struct index_row *row)
{
	if (row->stage == GIT_INDEX_STAGE_THEIRS)
		return !(last && strcmp(last->path, row->path) == 0 &&
			 last->stage == GIT_INDEX_STAGE_OURS);
	return row->stage == GIT_INDEX_STAGE_NORMAL || row->stage == GIT_INDEX_STAGE_OURS;
}

static int index_each(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	struct index_snapshot *x = (struct index_snapshot *)s;
	const struct index_row *row, *last = NULL;
	struct entry e;
	size_t i;

	for (i = 0; i < x->rows.count; i++, last = row) {
		row = &x->rows.items[i];
		if (!row->recorded || !stands_for_path(last, row))
			continue;
		take(&e, x, row);
		if (visit(arg, &e) < 0)
			return -1;
	}
	return 0;
}

/* The first entry whose path is not before this one; the count of all when there is none. */
static size_t first_from(const struct index_snapshot *x, const char *path, size_t len)
{
	size_t low = 0, high = x->rows.count, middle;

	while (low < high) {
		const char *here;

		middle = low + (high - low) / 2;
		here = x->rows.items[middle].path;
		if (path_compare(here, strlen(here), path, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int index_find(struct snapshot *s, const char *path, struct entry *out)
{
	struct index_snapshot *x = (struct index_snapshot *)s;
	const struct index_row *row, *last = NULL;
	size_t i = first_from(x, path, strlen(path));

	for (; i < x->rows.count; i++, last = row) {
		row = &x->rows.items[i];
		if (strcmp(row->path, path) != 0)
			return 0;
		if (!stands_for_path(last, row))
			continue;
		take(out, x, row);
		return row->recorded;
	}
	return 0;
}

static int index_names(struct snapshot *s, const char *path)
{
	struct index_snapshot *x = (struct index_snapshot *)s;
	struct buf dir = BUF_INIT;
	size_t i = first_from(x, path, strlen(path));
	int found = i < x->rows.count && strcmp(x->rows.items[i].path, path) == 0;

	if (found)
		return 1;
	buf_adds(&dir, path);
	if (*path)
		buf_addc(&dir, '/');
	i = first_from(x, dir.ptr, dir.len);
	found = i < x->rows.count && strncmp(x->rows.items[i].path, dir.ptr, dir.len) == 0;
	if (buf_failed(&dir) < 0)
		found = -1;
	buf_free(&dir);
	return found;
}

static int index_size(struct snapshot *s, const struct entry *e, uint64_t *out)
{
	return object_blob_size(((struct index_snapshot *)s)->rows.repository, &e->oid, out);
}

static int index_read(struct snapshot *s, const struct entry *e, snapshot_sink *sink, void *arg)
{
	return object_blob_read(((struct index_snapshot *)s)->rows.repository, &e->oid, sink, arg);
}

static void index_free(struct snapshot *s)
{
	index_rows_free(&((struct index_snapshot *)s)->rows);
	free(s);
}

static const struct snapshot_source index_source = {
	index_each,
	index_find,
	index_names,
	index_size,
	index_read,
	index_free,
};

int snapshot_of_index(struct snapshot **out, struct repository *r)
{
	struct index_snapshot *x = calloc(1, sizeof *x);
	int status;

	*out = NULL;
	if (!x)
		return error_oom();
	x->base.source = &index_source;
	x->rows = (struct index_rows){.repository = r, .text = BUF_INIT};
	status = index_rows_by_libgit2(&x->rows);
	if (status == 2)
		status = index_rows_by_git(&x->rows);
	if (status < 0)
		index_free(&x->base);
	else
		*out = &x->base;
	return status;
}
