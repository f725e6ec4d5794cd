#include "git/repository.h"
#include "git/tree.h"

enum { KEPT = 64 };

struct place {
	const char *name; /* in the tree */
	size_t len;
	uint32_t mode;
	struct oid oid;
};

/* A tree of which one name after the other is asked. */
struct directory {
	struct object object;
	struct place *places; /* sorted for bsearch, however damaged the tree */
	size_t count;
};

struct tree_snapshot {
	struct snapshot base;
	struct oid tree;
	struct directory kept[KEPT]; /* looked into of late, by their ids */
};

/* Visits what is below one tree, so many levels down; `path` is the way to it. */
static int walk_tree(struct repository *r, const struct oid *id, struct buf *path, int depth,
	snapshot_visit *visit, void *arg)
{
	size_t dir = path->len;
	struct tree_cursor at;
	int status;

	if (depth == SNAPSHOT_DEPTH_MAX)
		return error_set("directory '%.60s...' is more than %d levels deep", path->ptr,
			SNAPSHOT_DEPTH_MAX);
	status = tree_open(&at, r, id, NULL);
	while (status == 0 && at.name) {
		buf_addf(path, at.mode == MODE_TREE ? "%s/" : "%s", at.name);
		const struct entry e = {
			.path = path->ptr, .len = path->len, .mode = at.mode, .oid = at.oid};
		status = at.mode == MODE_TREE ? walk_tree(r, &at.oid, path, depth + 1, visit, arg) :
						visit(arg, &e);
		buf_cut(path, dir);
		if (status >= 0)
			status = tree_next(&at);
	}
	tree_close(&at, NULL);
	return status;
}

static int tree_each(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	struct buf path = BUF_INIT;
	int status =
		walk_tree(s->repository, &((struct tree_snapshot *)s)->tree, &path, 0, visit, arg);

	buf_free(&path);
	return status;
}

/* git would have an entry of each name; a damaged tree may have a file and a directory of one. */
static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = path_compare(x->name, x->len, y->name, y->len);

	return order ? order : (x->mode == MODE_TREE) - (y->mode == MODE_TREE);
}

static void close_directory(struct directory *d)
{
	object_free(&d->object);
	free(d->places);
	*d = (struct directory){0};
}

/* NULL with the failure recorded. Borrowed until the next is opened. */
static const struct directory *open_directory(struct tree_snapshot *t, const struct oid *id)
{
	struct directory *d = &t->kept[id->bytes[0] % KEPT];
	struct tree_cursor at;
	int status;

	if (d->object.type && memcmp(&d->object.id, id, sizeof *id) == 0)
		return d;
	close_directory(d);
	status = tree_open(&at, t->base.repository, id, NULL);
	for (; status == 0 && at.name; status = tree_next(&at)) {
		array_room(d->places, d->count);
		d->places[d->count++] = (struct place){at.name, at.len, at.mode, at.oid};
	}
	d->object = at.object;
	if (status < 0) {
		close_directory(d);
		return NULL;
	}
	if (d->count)
		qsort(d->places, d->count, sizeof *d->places, compare_places);
	return d;
}

static const struct place *look_up(
	const struct directory *d, const char *name, size_t len, uint32_t mode)
{
	const struct place key = {.name = name, .len = len, .mode = mode};

	return d->count ? bsearch(&key, d->places, d->count, sizeof key, compare_places) : NULL;
}

/* Goes into the directory that `*name`, a path, is in, and leaves the last component there. 1; 0
 * when there is none; -1 recorded. */
static int enter(const struct directory **out, struct tree_snapshot *t, const char **name)
{
	const struct place *p;
	struct oid id = t->tree;
	const char *slash;

	while ((*out = open_directory(t, &id)) != NULL) {
		slash = strchr(*name, '/');
		if (!slash)
			return 1;
		p = look_up(*out, *name, (size_t)(slash - *name), MODE_TREE);
		if (!p)
			return 0;
		id = p->oid;
		*name = slash + 1;
	}
	return -1;
}

static int tree_find(struct snapshot *s, const char *path, struct entry *out)
{
	struct tree_snapshot *t = (struct tree_snapshot *)s;
	const struct place *p = NULL;
	const struct directory *d;
	const char *name = path;
	int found = enter(&d, t, &name);

	if (found == 1)
		p = look_up(d, name, strlen(name), MODE_FILE);
	if (p)
		*out = (struct entry){
			.path = path, .len = strlen(path), .mode = p->mode, .oid = p->oid};
	return found < 0 ? -1 : p != NULL;
}

static int tree_beside(struct snapshot *s, const char *prefix, snapshot_visit *visit, void *arg)
{
	struct tree_snapshot *t = (struct tree_snapshot *)s;
	const struct directory *d;
	struct buf path = BUF_INIT;
	const char *name = prefix;
	size_t i;
	int found = enter(&d, t, &name), status = found < 0 ? -1 : 0;

	for (i = 0; found == 1 && status == 0 && i < d->count; i++) {
		const struct place *p = &d->places[i];

		if (p->mode == MODE_TREE || strncmp(p->name, name, strlen(name)) != 0)
			continue;
		buf_clear(&path);
		buf_addf(&path, "%.*s%s", (int)(name - prefix), prefix, p->name);
		const struct entry e = {
			.path = path.ptr, .len = path.len, .mode = p->mode, .oid = p->oid};

		status = visit(arg, &e);
	}
	buf_free(&path);
	return status;
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
	tree_each, tree_find, tree_beside, NULL, tree_free};

struct snapshot *snapshot_of_tree(struct repository *r, const struct oid *tree)
{
	struct tree_snapshot *t = memory_new(1, sizeof *t);

	t->base = (struct snapshot){.source = &tree_source, .repository = r};
	t->tree = *tree;
	return &t->base;
}

int snapshot_of_commit(struct snapshot **out, struct repository *r, const struct oid *commit)
{
	struct oid tree;
	int status = object_commit_tree(&tree, r, commit);

	*out = status == 0 ? snapshot_of_tree(r, &tree) : NULL;
	return status == 0 ? 0 : -1;
}
