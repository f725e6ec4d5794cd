#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/io.h"
#include "git/index_rows.h"
#include "git/index_walk.h"
#include "git/objects.h"

enum { ANCESTOR = 1 }; /* the stage of what two sides in conflict had in common */

struct index_snapshot {
	struct snapshot base;
	struct index_rows rows;
};

const char *index_rows_path(const struct index_rows *rows, const struct index_row *row)
{
	return rows->bytes.ptr + row->path;
}

/* A search by halves would miss entries of an index that is out of order. */
static int check_order(const struct index_rows *rows, const struct index_row *row, const char *path)
{
	const struct index_row *last = &rows->items[rows->count - 1];
	int order = strcmp(index_rows_path(rows, last), path);

	if (order < 0 || (order == 0 && last->stage > 0 && last->stage < row->stage))
		return 0;
	return error_set("cannot read index '%s': entries out of order at '%s'",
		rows->repository->index_path, path);
}

int index_rows_add(struct index_rows *rows, struct index_row row, const unsigned char *oid,
	const char *path, size_t len)
{
	if ((rows->count && check_order(rows, &row, path) < 0) ||
		array_room(rows->items, rows->count) < 0)
		return -1;
	buf_add(&rows->bytes, oid, rows->repository->oid_size);
	row.path = rows->bytes.len;
	row.len = (uint32_t)len;
	buf_add(&rows->bytes, path, len + 1);
	rows->items[rows->count++] = row;
	return buf_failed(&rows->bytes);
}

size_t index_rows_from(const struct index_rows *rows, const char *path)
{
	size_t low = 0, high = rows->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(index_rows_path(rows, &rows->items[middle]), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of the entries of one path, the one that stands for it (snapshot.h), if one does; moves past
 * them. */
static bool take_path(struct entry *out, const struct index_snapshot *x, size_t *at)
{
	const struct index_rows *rows = &x->rows;
	const struct index_row *first = &rows->items[*at], *row = first, *chosen = NULL;
	const char *path = index_rows_path(rows, first);

	do {
		if (row->stage != ANCESTOR && !chosen)
			chosen = row;
		(*at)++;
		row++;
	} while (
		first->stage && *at < rows->count && strcmp(index_rows_path(rows, row), path) == 0);
	if (!chosen || !chosen->recorded)
		return false;
	path = index_rows_path(rows, chosen);
	*out = (struct entry){.path = path, .len = chosen->len, .mode = chosen->mode};
	memcpy(out->oid.bytes, path - rows->repository->oid_size, rows->repository->oid_size);
	return true;
}

static int index_each(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	const struct index_snapshot *x = (struct index_snapshot *)s;
	struct entry e;
	size_t at = 0;

	while (at < x->rows.count)
		if (take_path(&e, x, &at) && visit(arg, &e) < 0)
			return -1;
	return 0;
}

static bool is_at(const struct index_rows *rows, size_t at, const char *path)
{
	return at < rows->count && strcmp(index_rows_path(rows, &rows->items[at]), path) == 0;
}

static int index_find(struct snapshot *s, const char *path, struct entry *out)
{
	const struct index_snapshot *x = (struct index_snapshot *)s;
	size_t at = index_rows_from(&x->rows, path);

	if (!is_at(&x->rows, at, path) || !take_path(out, x, &at))
		return 0;
	out->path = path;
	return 1;
}

static int index_names(struct snapshot *s, const char *path)
{
	const struct index_rows *rows = &((struct index_snapshot *)s)->rows;
	struct buf dir = BUF_INIT;
	size_t at = index_rows_from(rows, path);
	int found = is_at(rows, at, path);

	buf_adds(&dir, path);
	if (*path)
		buf_addc(&dir, '/');
	at = index_rows_from(rows, dir.ptr);
	if (at < rows->count &&
		strncmp(index_rows_path(rows, &rows->items[at]), dir.ptr, dir.len) == 0)
		found = 1;
	if (buf_failed(&dir) < 0)
		found = -1;
	buf_free(&dir);
	return found;
}

static int index_beside(struct snapshot *s, const char *prefix, snapshot_visit *visit, void *arg)
{
	const struct index_snapshot *x = (struct index_snapshot *)s;
	size_t at = index_rows_from(&x->rows, prefix), len = strlen(prefix);
	const char *path;
	struct entry e;
	int status = 0;

	while (status == 0 && at < x->rows.count) {
		path = index_rows_path(&x->rows, &x->rows.items[at]);
		if (strncmp(path, prefix, len) != 0)
			break;
		if (take_path(&e, x, &at) && !strchr(path + len, '/'))
			status = visit(arg, &e);
	}
	return status;
}

static int index_converts(struct snapshot *s, const char *path)
{
	return repository_converts(((struct index_snapshot *)s)->rows.repository, path);
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
	struct index_snapshot *x = (struct index_snapshot *)s;

	free(x->rows.items);
	buf_free(&x->rows.bytes);
	free(x);
}

static const struct snapshot_source index_source = {
	index_each,
	index_find,
	index_names,
	index_beside,
	index_converts,
	index_size,
	index_read,
	index_free,
};

/* 0; 1 when git may know better; -1 with the failure recorded. */
static int read_entries(struct index_rows *rows, const struct io_map *map)
{
	struct index_walk w;
	const struct index_entry *e = &w.entry;
	int found = -1, status = 0;

	if (index_walk_begin(&w, map->bytes, map->len, rows->repository->oid_size))
		while (status == 0 && (found = index_walk_next(&w)) == 1)
			status = index_rows_add(rows,
				(struct index_row){.mode = e->mode,
					.stage = (unsigned char)e->stage,
					.recorded = e->mode != MODE_GITLINK && !e->intent_to_add},
				e->oid, e->path, e->len);
	index_walk_end(&w);
	return status < 0 ? -1 : found != 0;
}

/* What is no regular file git would wait for. */
static int read_rows(struct index_rows *rows)
{
	const struct repository *r = rows->repository;
	struct io_map map;
	struct stat st;
	int status;

	if (stat(r->index_path, &st) < 0)
		return errno == ENOENT && !r->index_named ?
			       0 :
			       error_os(errno, "cannot read index '%s'", r->index_path);
	if (!S_ISREG(st.st_mode))
		return error_set("cannot read index '%s': not a regular file", r->index_path);
	if (st.st_size == 0)
		return error_set("cannot read index '%s': the file is empty", r->index_path);
	if (!io_map(&map, r->index_path))
		return error_os(errno, "cannot read index '%s'", r->index_path);
	status = read_entries(rows, &map);
	io_unmap(&map);
	if (status <= 0)
		return status;
	free(rows->items);
	rows->items = NULL;
	rows->count = 0;
	buf_clear(&rows->bytes);
	return index_rows_by_git(rows);
}

int snapshot_of_index(struct snapshot **out, struct repository *r)
{
	struct index_snapshot *x = calloc(1, sizeof *x);

	*out = NULL;
	if (!x)
		return error_oom();
	x->base.source = &index_source;
	x->rows = (struct index_rows){.repository = r, .bytes = BUF_INIT};
	if (read_rows(&x->rows) < 0) {
		index_free(&x->base);
		return -1;
	}
	*out = &x->base;
	return 0;
}
