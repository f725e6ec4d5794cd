#include "git/git.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "git/tree.h"

enum { KEPT = 64 };

/* Where an entry is in its tree: at the name, which the id follows. */
struct place {
	const char *name;
	uint32_t mode;
};

/* A tree of which one name after the other is asked. */
struct directory {
	struct object object;
	struct place *places; /* sorted for bsearch, however damaged the tree */
	size_t count;
};

struct tree_snapshot {
	struct snapshot base;
	struct repository *repository;
	struct oid tree;
	struct directory kept[KEPT]; /* looked into of late, by their ids */
};

/* Visits what is below one tree; `path` is the way to it. */
struct walk {
	struct repository *repository;
	snapshot_visit *visit;
	void *arg;
	struct buf path;
	size_t depth;
};

static int walk_tree(struct walk *w, const struct oid *id);

static int walk_entry(struct walk *w, const struct tree_cursor *at)
{
	size_t dir = w->path.len;
	struct entry e = {.mode = at->mode, .oid = at->oid};
	int status;

	buf_add(&w->path, at->name, at->len);
	if (at->mode == MODE_TREE)
		buf_addc(&w->path, '/');
	status = buf_failed(&w->path);
	if (status == 0 && at->mode == MODE_TREE) {
		status = walk_tree(w, &at->oid);
	} else if (status == 0) {
		e.path = w->path.ptr;
		e.len = w->path.len;
		status = w->visit(w->arg, &e);
	}
	buf_cut(&w->path, dir);
	return status;
}

static int walk_tree(struct walk *w, const struct oid *id)
{
	struct tree_cursor at;
	int status;

	if (w->depth == SNAPSHOT_DEPTH_MAX)
		return error_set("directory '%.60s...' is more than %d levels deep", w->path.ptr,
			SNAPSHOT_DEPTH_MAX);
	w->depth++;
	status = tree_open(&at, w->repository, id, NULL);
	for (; status == 0 && at.name; status = status < 0 ? -1 : tree_next(&at))
		status = walk_entry(w, &at);
	tree_close(&at);
	w->depth--;
	return status;
}

static int tree_each(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	struct tree_snapshot *t = (struct tree_snapshot *)s;
	struct walk w = {t->repository, visit, arg, BUF_INIT, 0};
	int status = walk_tree(&w, &t->tree);

	buf_free(&w.path);
	return status;
}

static bool is_tree(const struct place *p)
{
	return p->mode == MODE_TREE;
}

/* git would have an entry of each name; a damaged tree may have a file and a directory of one. */
static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (int)is_tree(x) - (int)is_tree(y);
}

static int add_place(struct directory *d, const struct tree_cursor *at)
{
	if (array_room(d->places, d->count) < 0)
		return -1;
	d->places[d->count++] = (struct place){at->name, at->mode};
	return 0;
}

static void close_directory(struct directory *d)
{
	object_free(&d->object);
	free(d->places);
	*d = (struct directory){0};
}

static int read_directory(struct directory *d, struct repository *r, const struct oid *id)
{
	struct tree_cursor at;
	int status = tree_open(&at, r, id, NULL);

	for (; status == 0 && at.name; status = status < 0 ? -1 : tree_next(&at))
		status = add_place(d, &at);
	if (status == 0) {
		d->object = at.object;
		at.object = (struct object){0};
		if (d->count)
			qsort(d->places, d->count, sizeof *d->places, compare_places);
	}
	tree_close(&at);
	if (status < 0)
		close_directory(d);
	return status;
}

/* NULL with the failure recorded. Borrowed until the next is opened. */
static const struct directory *open_directory(struct tree_snapshot *t, const struct oid *id)
{
	struct directory *d = &t->kept[id->bytes[0] % KEPT];

	if (d->object.type && memcmp(&d->object.id, id, sizeof *id) == 0)
		return d;
	close_directory(d);
	return read_directory(d, t->repository, id) < 0 ? NULL : d;
}

/* 1 when the tree has the name; 0 when not, -1 recorded. */
static int look_up(struct entry *out, struct tree_snapshot *t, const struct oid *id,
	const char *name, uint32_t mode)
{
	const struct place key = {name, mode}, *found;
	const struct directory *d = open_directory(t, id);

	if (!d)
		return -1;
	found = d->count ? bsearch(&key, d->places, d->count, sizeof key, compare_places) : NULL;
	if (!found)
		return 0;
	*out = (struct entry){.mode = found->mode};
	memcpy(out->oid.bytes, found->name + strlen(found->name) + 1, t->repository->oid_size);
	return 1;
}

static int descend(struct oid *id, struct tree_snapshot *t, const char *name, size_t len)
{
	char *dir = strndup(name, len);
	struct entry e;
	int found;

	if (!dir)
		return error_oom();
	found = look_up(&e, t, id, dir, MODE_TREE);
	free(dir);
	if (found == 1)
		*id = e.oid;
	return found;
}

/* The directory that a path is in. 1; 0 when it is not there; -1 recorded. */
static int find_directory(
	struct oid *id, const char **name, struct tree_snapshot *t, const char *path)
{
	const char *slash;
	int found = 1;

	*id = t->tree;
	for (*name = path; found == 1 && (slash = strchr(*name, '/')); *name = slash + 1)
		found = descend(id, t, *name, (size_t)(slash - *name));
	return found;
}

static int tree_find(struct snapshot *s, const char *path, struct entry *out)
{
	struct tree_snapshot *t = (struct tree_snapshot *)s;
	const char *name;
	struct oid id;
	int found = find_directory(&id, &name, t, path);

	if (found == 1)
		found = look_up(out, t, &id, name, MODE_FILE);
	if (found == 1) {
		out->path = path;
		out->len = strlen(path);
	}
	return found;
}

static int tree_beside(struct snapshot *s, const char *prefix, snapshot_visit *visit, void *arg)
{
	struct tree_snapshot *t = (struct tree_snapshot *)s;
	const struct directory *d = NULL;
	struct buf path = BUF_INIT;
	struct entry e;
	const char *name;
	struct oid id;
	size_t i;
	int status = find_directory(&id, &name, t, prefix);

	if (status == 1) {
		d = open_directory(t, &id);
		status = d ? 0 : -1;
	}
	for (i = 0; status == 0 && d && i < d->count; i++) {
		const struct place *at = &d->places[i];

		if (is_tree(at) || strncmp(at->name, name, strlen(name)) != 0)
			continue;
		buf_clear(&path);
		buf_add(&path, prefix, (size_t)(name - prefix));
		buf_adds(&path, at->name);
		e = (struct entry){.path = path.ptr, .len = path.len, .mode = at->mode};
		memcpy(e.oid.bytes, at->name + strlen(at->name) + 1, t->repository->oid_size);
		status = buf_failed(&path) < 0 ? -1 : visit(arg, &e);
	}
	buf_free(&path);
	return status;
}

static int tree_converts(struct snapshot *s, const char *path)
{
	return repository_converts(((struct tree_snapshot *)s)->repository, path);
}

static int tree_names(struct snapshot *s, const char *path)
{
	struct entry e;

	return *path ? tree_find(s, path, &e) : 1;
}

static int tree_size(struct snapshot *s, const struct entry *e, uint64_t *out)
{
	return object_blob_size(((struct tree_snapshot *)s)->repository, &e->oid, out);
}

static int tree_read(struct snapshot *s, const struct entry *e, snapshot_sink *sink, void *arg)
{
	return object_blob_read(((struct tree_snapshot *)s)->repository, &e->oid, sink, arg);
}

static void tree_free(struct snapshot *s)
{
	struct tree_snapshot *t = (struct tree_snapshot *)s;
	size_t i;

	for (i = 0; i < KEPT; i++)
		close_directory(&t->kept[i]);
	free(t);
}

static const struct snapshot_source tree_source = {
	tree_each,
	tree_find,
	tree_names,
	tree_beside,
	tree_converts,
	tree_size,
	tree_read,
	tree_free,
};

int snapshot_of_tree(struct snapshot **out, struct repository *r, const struct oid *tree)
{
	struct tree_snapshot *t = calloc(1, sizeof *t);

	*out = NULL;
	if (!t)
		return error_oom();
	t->base.source = &tree_source;
	t->repository = r;
	t->tree = *tree;
	*out = &t->base;
	return 0;
}

int snapshot_of_commit(struct snapshot **out, struct repository *r, const struct oid *commit)
{
	struct oid tree;

	*out = NULL;
	return object_commit_tree(&tree, r, commit) == 0 ? snapshot_of_tree(out, r, &tree) : -1;
}
