#include "snapshot_raw.h"

#include <stdlib.h>
#include <string.h>

#include "git.h"
#include "index_file.h"
#include "objects.h"
#include "raw_index.h"
#include "sha1.h"

enum { ANCESTOR = 1 }; /* the stage of what two sides in conflict had in common */

/* One entry, whatever its stage; in the order of the index. */
struct item {
	size_t path; /* where in the text its path begins */
	const unsigned char *oid;
	uint32_t len;
	uint16_t mode;
	uint8_t stage;
	bool recorded;
};

struct raw_snapshot {
	struct snapshot base;
	struct repository *repository;
	struct index_file file;
	struct item *items;
	size_t count, cap;
	const char *text;  /* the paths, a NUL after each: the file itself, */
	struct buf packed; /* but for version 4 this */
};

static bool reserve(struct raw_snapshot *x)
{
	size_t cap = x->cap ? 2 * x->cap : 1024;
	struct item *grown;

	if (x->count < x->cap)
		return true;
	grown = realloc(x->items, cap * sizeof *grown);
	if (!grown)
		return false;
	x->items = grown;
	x->cap = cap;
	return true;
}

static bool is_in_file(const struct raw_snapshot *x, const char *path)
{
	return path > (const char *)x->file.map.bytes &&
	       path < (const char *)x->file.map.bytes + x->file.map.len;
}

static bool take(void *arg, const struct raw_entry *e)
{
	struct raw_snapshot *x = arg;
	struct item *item;

	if (e->len > UINT32_MAX || !reserve(x))
		return false;
	item = &x->items[x->count++];
	*item = (struct item){.oid = e->oid,
		.len = (uint32_t)e->len,
		.mode = (uint16_t)e->mode,
		.stage = (uint8_t)e->stage,
		.recorded = e->mode != MODE_GITLINK && !e->intent_to_add};
	if (is_in_file(x, e->path)) {
		item->path = (size_t)(e->path - (const char *)x->file.map.bytes);
		return true;
	}
	item->path = x->packed.len;
	buf_add(&x->packed, e->path, e->len + 1);
	return !x->packed.failed;
}

static const char *path_of(const struct raw_snapshot *x, const struct item *item)
{
	return x->text + item->path;
}

static void entry_from_item(
	struct entry *out, const struct raw_snapshot *x, const struct item *item)
{
	*out = (struct entry){
		.path = path_of(x, item), .len = item->len, .mode = item->mode, .oid = {{0}}};
	memcpy(out->oid.bytes, item->oid, SHA1_SIZE);
}

/* Of the items of one path, the one that stands for it (snapshot.h); NULL when none does.
 * Moves past them. */
static const struct item *next_path(const struct raw_snapshot *x, size_t *at)
{
	const struct item *first = &x->items[*at], *item = first, *chosen = NULL;

	do {
		if (item->stage != ANCESTOR && !chosen)
			chosen = item;
		(*at)++;
		item++;
	} while (first->stage > 0 && *at < x->count &&
		 strcmp(path_of(x, item), path_of(x, first)) == 0);
	return chosen && chosen->recorded ? chosen : NULL;
}

static int raw_each(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	struct raw_snapshot *x = (struct raw_snapshot *)s;
	const struct item *item;
	struct entry e;
	size_t at = 0;

	while (at < x->count) {
		item = next_path(x, &at);
		if (!item)
			continue;
		entry_from_item(&e, x, item);
		if (visit(arg, &e) < 0)
			return -1;
	}
	return 0;
}

/* The first item whose path is not less than `path`. */
static size_t search(const struct raw_snapshot *x, const char *path)
{
	size_t low = 0, high = x->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(path_of(x, &x->items[middle]), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct raw_snapshot *x, size_t at, const char *path)
{
	return at < x->count && strcmp(path_of(x, &x->items[at]), path) == 0;
}

static int raw_find(struct snapshot *s, const char *path, struct entry *out)
{
	struct raw_snapshot *x = (struct raw_snapshot *)s;
	size_t at = search(x, path);
	const struct item *item = is_at(x, at, path) ? next_path(x, &at) : NULL;

	if (!item)
		return 0;
	entry_from_item(out, x, item);
	out->path = path;
	return 1;
}

static int raw_names(struct snapshot *s, const char *path)
{
	struct raw_snapshot *x = (struct raw_snapshot *)s;
	struct buf dir = BUF_INIT;
	size_t at = search(x, path);
	int found;

	if (is_at(x, at, path))
		return 1;
	buf_adds(&dir, path);
	if (*path)
		buf_addc(&dir, '/');
	at = search(x, dir.ptr);
	found = at < x->count && strncmp(path_of(x, &x->items[at]), dir.ptr, dir.len) == 0;
	if (buf_failed(&dir) < 0)
		found = -1;
	buf_free(&dir);
	return found;
}

static int raw_size(struct snapshot *s, const struct entry *e, uint64_t *out)
{
	return object_blob_size(((struct raw_snapshot *)s)->repository, &e->oid, out);
}

static int raw_read(struct snapshot *s, const struct entry *e, snapshot_sink *sink, void *arg)
{
	return object_blob_read(((struct raw_snapshot *)s)->repository, &e->oid, sink, arg);
}

static void raw_free(struct snapshot *s)
{
	struct raw_snapshot *x = (struct raw_snapshot *)s;

	index_file_close(&x->file);
	buf_free(&x->packed);
	free(x->items);
	free(x);
}

static const struct snapshot_source raw_source = {
	raw_each,
	raw_find,
	raw_names,
	raw_size,
	raw_read,
	raw_free,
};

struct snapshot *snapshot_of_raw_index(struct repository *r)
{
	struct raw_snapshot *x = calloc(1, sizeof *x);
	bool good;

	if (!x)
		return NULL;
	x->base.source = &raw_source;
	x->repository = r;
	x->packed = (struct buf)BUF_INIT;
	if (r->oid_size != OID_SHA1 || !index_file_open(&x->file, r->index_path, OID_SHA1)) {
		raw_free(&x->base);
		return NULL;
	}
	good = raw_index_each(x->file.map.bytes, x->file.map.len, take, x);
	if (!index_file_is_whole(&x->file, good)) {
		raw_free(&x->base);
		return NULL;
	}
	x->text = x->packed.len ? x->packed.ptr : (const char *)x->file.map.bytes;
	return &x->base;
}
