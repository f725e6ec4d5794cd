#include "range/changes.h"

#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "check/pathset.h"
#include "git/tree.h"
#include "python/bytecode.h"

enum { FEW = 3 };

/* A directory in the commit (the first cursor) and in each parent. */
struct level {
	size_t count;
	struct tree_cursor *cursors, few[FEW];
	/* Of the entry at hand in each; NULL where there is none. */
	const struct oid **below, *few_below[FEW];
	size_t descents;
	struct pathset sources; /* that a parent has and the commit has not */
};

static int read_directory(struct changes *c, const struct oid **oids, size_t count);

static bool in_cache(const struct changes *c)
{
	return c->cache_depth != 0;
}

static bool is_file(const struct tree_cursor *at)
{
	return at->mode != MODE_TREE;
}

/* Whether a built-in pattern could match the name, or one of the names in it: a tree that was made
 * by hand can hold `a/__pycache__`. */
static bool is_suspect(const struct tree_cursor *at)
{
	return bytecode_suspect(at->name, at->len) || memchr(at->name, '/', at->len);
}

/* The path of an entry of the directory being read. `*dir` is what to cut it back to. */
static int enter(struct changes *c, const struct tree_cursor *at, size_t *dir)
{
	*dir = c->path.len;
	buf_add(&c->path, at->name, at->len);
	return buf_failed(&c->path);
}

static int tell(struct changes *c, enum change change, const struct tree_cursor *at)
{
	struct policy_decision d;
	struct entry e;
	size_t dir;
	int status = 0;

	if (c->by_name && !in_cache(c) && !is_suspect(at))
		return 0;
	c->suspects++;
	if (enter(c, at, &dir) < 0)
		return -1;
	e = (struct entry){
		.path = c->path.ptr, .len = c->path.len, .mode = at->mode, .oid = at->oid};
	if (check_decide(&d, c->policy, c->matcher, &e, c->caseless) < 0)
		return -1;
	if (d.rejected)
		status = c->visit(c->arg, change, &e);
	buf_cut(&c->path, dir);
	return status;
}

static int below(struct changes *c, struct level *l, const struct tree_cursor *at)
{
	bool cache = is_suspect(at);
	size_t dir;
	int status;

	if (c->depth == SNAPSHOT_DEPTH_MAX)
		return error_set("directory '%.60s...' is more than %d levels deep", c->path.ptr,
			SNAPSHOT_DEPTH_MAX);
	if (enter(c, at, &dir) < 0)
		return -1;
	buf_addc(&c->path, '/');
	l->descents++;
	c->depth++;
	c->cache_depth += cache;
	status = buf_failed(&c->path) < 0 ? -1 : read_directory(c, l->below, l->count);
	c->cache_depth -= cache;
	c->depth--;
	buf_cut(&c->path, dir);
	return status;
}

static bool is_source(const struct tree_cursor *at)
{
	return at->len > 3 && memcmp(at->name + at->len - 3, ".py", 3) == 0 && is_file(at);
}

static int note_source(struct changes *c, struct level *l, const struct tree_cursor *at)
{
	size_t dir;
	int status;

	if (enter(c, at, &dir) < 0)
		return -1;
	status = pathset_add(&l->sources, c->path.ptr, c->path.len);
	buf_cut(&c->path, dir);
	return status;
}

static bool same_entry(const struct tree_cursor *a, const struct tree_cursor *b)
{
	return a->mode == b->mode && memcmp(&a->oid, &b->oid, sizeof a->oid) == 0;
}

/* An entry of the commit; the parents that have one of that name are in l->below. */
static int compare_entry(struct changes *c, struct level *l, const struct tree_cursor *first)
{
	bool known = false;
	size_t i;

	for (i = 1; i < l->count; i++) {
		if (!l->below[i])
			continue;
		if (same_entry(first, &l->cursors[i]))
			return 0;
		known = true;
	}
	if (first->mode == MODE_TREE)
		return below(c, l, first);
	return tell(c, known ? CHANGE_CHANGED : CHANGE_ADDED, first);
}

/* An entry that the commit has not. */
static int lost_entry(struct changes *c, struct level *l, const struct tree_cursor *first)
{
	bool everywhere = true;
	size_t i;

	for (i = 1; i < l->count; i++)
		everywhere = everywhere && l->below[i];
	if (l->cursors[0].object.type && is_source(first) && note_source(c, l, first) < 0)
		return -1;
	if (!everywhere)
		return 0;
	if (first->mode == MODE_TREE)
		return below(c, l, first);
	return tell(c, CHANGE_REMOVED, first);
}

/* Which cursors are at the first name of all; sets l->below for those. NULL when all are done. */
static const struct tree_cursor *first_entry(struct level *l)
{
	const struct tree_cursor *first = NULL;
	size_t i, at = 0;
	int order;

	for (i = 0; i < l->count; i++) {
		const struct tree_cursor *cursor = &l->cursors[i];

		l->below[i] = NULL;
		if (!cursor->name)
			continue;
		order = first ? tree_compare(cursor, first) : -1;
		if (order < 0) {
			while (at < i)
				l->below[at++] = NULL;
			first = cursor;
		}
		if (order <= 0)
			l->below[i] = &cursor->oid;
	}
	return first;
}

static int next_difference(struct level *l, const struct tree_cursor **first)
{
	if (l->count == 2 && tree_skip_alike(&l->cursors[0], &l->cursors[1]) < 0)
		return -1;
	*first = first_entry(l);
	return 0;
}

static int compare_directories(struct changes *c, struct level *l)
{
	const struct tree_cursor *first;
	int status = next_difference(l, &first);
	size_t i;

	while (status == 0 && first) {
		if (l->below[0])
			status = compare_entry(c, l, first);
		else
			status = lost_entry(c, l, first);
		for (i = 0; i < l->count && status == 0; i++)
			if (l->below[i])
				status = tree_next(&l->cursors[i]);
		if (status == 0)
			status = next_difference(l, &first);
	}
	return status;
}

/* Tells the entry if it is the bytecode of a source that is gone. */
static int tell_orphan(
	struct changes *c, const struct pathset *sources, const struct tree_cursor *at)
{
	struct bytecode_name name;
	struct buf source = BUF_INIT;
	size_t dir;
	bool orphaned;
	int status;

	if (!is_file(at) || !is_suspect(at))
		return 0;
	if (enter(c, at, &dir) < 0)
		return -1;
	bytecode_name(&name, c->path.ptr, c->path.len, c->caseless);
	orphaned =
		bytecode_source(&source, &name) && pathset_holds(sources, source.ptr, source.len);
	status = buf_failed(&source);
	buf_free(&source);
	buf_cut(&c->path, dir);
	return orphaned && status == 0 ? tell(c, CHANGE_ORPHANED, at) : status;
}

/* Looks through the directory, and through the __pycache__ in it, for what the sources leave. */
static int find_orphans(
	struct changes *c, const struct pathset *sources, const struct oid *tree, bool in_package)
{
	struct tree_cursor at;
	size_t dir;
	int status = tree_open(&at, c->repository, tree, c->trees);

	for (; status == 0 && at.name; status = status ? status : tree_next(&at)) {
		if (at.mode != MODE_TREE)
			status = tell_orphan(c, sources, &at);
		else if (in_package && is_suspect(&at)) {
			status = enter(c, &at, &dir);
			buf_addc(&c->path, '/');
			if (status == 0)
				status = find_orphans(c, sources, &at.oid, false);
			buf_cut(&c->path, dir);
		}
	}
	tree_close(&at);
	return status;
}

static int level_open(struct level *l, struct changes *c, const struct oid **oids, size_t count)
{
	size_t i;

	*l = (struct level){.count = count, .sources = PATHSET_INIT};
	l->cursors = count <= FEW ? l->few : calloc(count, sizeof *l->cursors);
	l->below = count <= FEW ? l->few_below : calloc(count, sizeof *l->below);
	if (!l->cursors || !l->below)
		return error_oom();
	for (i = 0; i < count; i++) {
		if (tree_open(&l->cursors[i], c->repository, oids[i], c->trees) < 0)
			return -1;
	}
	return 0;
}

static void level_close(struct level *l)
{
	size_t i;

	for (i = 0; l->cursors && i < l->count; i++)
		tree_close(&l->cursors[i]);
	if (l->cursors != l->few)
		free(l->cursors);
	if (l->below != l->few_below)
		free(l->below);
	pathset_free(&l->sources);
}

/* Half of each id is enough to know a pair of trees by. */
static struct oid pair_of(const struct oid **oids)
{
	struct oid pair = {{0}};

	if (oids[0])
		memcpy(pair.bytes, oids[0]->bytes, OID_MAX / 2);
	if (oids[1])
		memcpy(pair.bytes + OID_MAX / 2, oids[1]->bytes, OID_MAX / 2);
	return pair;
}

static int compare_level(struct changes *c, const struct oid **oids, size_t count, bool *branches)
{
	struct level l;
	int status = level_open(&l, c, oids, count);

	if (status == 0)
		status = compare_directories(c, &l);
	if (status == 0 && l.sources.count && oids[0]) {
		pathset_sort(&l.sources);
		status = find_orphans(c, &l.sources, oids[0], true);
	}
	*branches = l.descents > 1;
	level_close(&l);
	return status;
}

static int read_directory(struct changes *c, const struct oid **oids, size_t count)
{
	bool pair = count == 2 && c->by_name && !in_cache(c);
	size_t suspects = c->suspects;
	struct oid key;
	bool branches;

	if (pair) {
		key = pair_of(oids);
		if (oidmap_get(&c->clean, &key, NULL))
			return 0;
	}
	if (compare_level(c, oids, count, &branches) < 0)
		return -1;
	return pair && branches && c->suspects == suspects ? oidmap_set(&c->clean, &key, 0) : 0;
}

int changes_of(struct changes *c, const struct oid *tree, const struct oid *parents, size_t count)
{
	size_t i, n = count ? count + 1 : 2;
	const struct oid **oids = calloc(n, sizeof *oids);
	bool same = false;
	int status = 0;

	if (oids && !c->trees)
		c->trees = calloc(1, sizeof *c->trees);
	if (!oids || !c->trees) {
		free(oids);
		return error_oom();
	}
	if (c->asked != c->policy) {
		c->asked = c->policy;
		c->by_name = !c->policy->adds;
	}
	oids[0] = tree;
	for (i = 0; i < count; i++) {
		oids[i + 1] = &parents[i];
		same = same || memcmp(tree, &parents[i], sizeof *tree) == 0;
	}
	buf_clear(&c->path);
	if (!same)
		status = read_directory(c, oids, n);
	free(oids);
	return status;
}

void changes_release(struct changes *c)
{
	buf_free(&c->path);
	oidmap_free(&c->clean);
	if (c->trees)
		tree_cache_release(c->trees);
	free(c->trees);
}
