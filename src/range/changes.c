#include "range/changes.h"

#include "check/check.h"
#include "check/pathset.h"
#include "git/tree.h"
#include "python/bytecode.h"

/* A commit that changes no more directories than these does not need to know which were alike. */
enum { FEW = 1000 };

/* A directory in the commit, or in one of its parents. */
struct side {
	struct tree_cursor at;
	bool here; /* it has the name at hand */
};

/* Whether a built-in pattern could match the name, or one of the names in it: a tree that was made
 * by hand can hold `a/__pycache__`. */
static bool is_suspect(const struct tree_cursor *at)
{
	return bytecode_suspect(at->name, at->len) || memchr(at->name, '/', at->len);
}

static int tell(struct changes *c, enum change change, const struct tree_cursor *at)
{
	const struct check check = {.policy = c->policy, .caseless = c->caseless};
	struct policy_decision d;
	struct entry e;
	size_t dir = c->path.len;
	int status;

	if (c->by_name && !c->cache_depth && !is_suspect(at))
		return 0;
	c->suspects++;
	buf_add(&c->path, at->name, at->len);
	e = (struct entry){
		.path = c->path.ptr, .len = c->path.len, .mode = at->mode, .oid = at->oid};
	status = check_decide(&d, &check, c->matcher, &e);
	if (status == 0 && d.rejected)
		status = c->visit(c->arg, change, &e);
	buf_cut(&c->path, dir);
	return status;
}

/* Looks through the directory, and through the __pycache__ in it, for what the sources leave. */
static int find_orphans(
	struct changes *c, const struct pathset *sources, const struct oid *tree, bool in_package)
{
	struct tree_cursor at;
	struct bytecode_name name;
	struct buf source = BUF_INIT;
	size_t dir = c->path.len;
	bool orphaned;
	int status = tree_open(&at, c->repository, tree, c->trees);

	for (; status == 0 && at.name; status = status ? status : tree_next(&at)) {
		if (!is_suspect(&at))
			continue;
		buf_add(&c->path, at.name, at.len);
		if (at.mode == MODE_TREE) {
			buf_addc(&c->path, '/');
			if (in_package)
				status = find_orphans(c, sources, &at.oid, false);
			buf_cut(&c->path, dir);
			continue;
		}
		bytecode_name(&name, c->path.ptr, c->path.len, c->caseless);
		buf_clear(&source);
		orphaned = bytecode_source(&source, &name) &&
			   pathset_holds(sources, source.ptr, source.len);
		buf_cut(&c->path, dir);
		if (orphaned)
			status = tell(c, CHANGE_ORPHANED, &at);
	}
	buf_free(&source);
	tree_close(&at, NULL);
	return status;
}

static int read_directory(struct changes *c, const struct side *above, size_t count);

/* The first name of all, and who has it; NULL when all are done. */
static const struct tree_cursor *first_name(struct side *sides, size_t count)
{
	const struct tree_cursor *first = NULL;
	size_t i, from = 0;
	int order;

	for (i = 0; i < count; i++) {
		const struct tree_cursor *at = &sides[i].at;

		order = !at->name ? 1 : first ? tree_compare(at, first) : -1;
		sides[i].here = order <= 0;
		if (order < 0) {
			first = at;
			while (from < i)
				sides[from++].here = false;
		}
	}
	return first;
}

/* What the commit did to the name `at`, and to all below it. */
static int compare_name(struct changes *c, struct side *sides, size_t count,
	const struct tree_cursor *at, struct pathset *gone)
{
	bool anywhere = false, everywhere = true, same = false, here = sides[0].here;
	size_t i, dir = c->path.len;
	int status;

	for (i = 1; i < count; i++) {
		const struct tree_cursor *parent = &sides[i].at;

		anywhere = anywhere || sides[i].here;
		everywhere = everywhere && sides[i].here;
		same = same || (sides[i].here && parent->mode == at->mode &&
				       memcmp(&parent->oid, &at->oid, sizeof at->oid) == 0);
	}
	if (here && same)
		return 0;
	/* A source may have any suffix, or none: its caches are known by what is before a dot. */
	if (!here && !c->no_orphans && sides[0].at.object.type && at->mode != MODE_TREE)
		for (i = 1; i <= at->len; i++)
			if (i == at->len || at->name[i] == '.') {
				buf_addf(&c->path, "%.*s.py", (int)i, at->name);
				pathset_add(gone, c->path.ptr, c->path.len);
				buf_cut(&c->path, dir);
			}
	if (!here && !everywhere)
		return 0;
	if (at->mode == MODE_TREE) {
		bool cache = is_suspect(at);

		if (c->depth == SNAPSHOT_DEPTH_MAX)
			return error_set("directory '%.60s...' is more than %d levels deep",
				c->path.ptr, SNAPSHOT_DEPTH_MAX);
		buf_add(&c->path, at->name, at->len);
		buf_addc(&c->path, '/');
		c->depth++;
		c->cache_depth += cache;
		status = read_directory(c, sides, count);
		c->cache_depth -= cache;
		c->depth--;
		buf_cut(&c->path, dir);
		return status;
	}
	return tell(c, !here ? CHANGE_REMOVED : anywhere ? CHANGE_CHANGED : CHANGE_ADDED, at);
}

static int compare(struct changes *c, struct side *sides, size_t count)
{
	struct pathset gone = {0}; /* sources that a parent has and the commit has not */
	const struct tree_cursor *at;
	size_t i;
	int status = 0;

	while (status == 0) {
		if (count == 2 && tree_skip_alike(&sides[0].at, &sides[1].at) < 0)
			status = -1;
		at = status == 0 ? first_name(sides, count) : NULL;
		if (!at)
			break;
		status = compare_name(c, sides, count, at, &gone);
		for (i = 0; i < count && status == 0; i++)
			if (sides[i].here)
				status = tree_next(&sides[i].at);
	}
	if (status == 0 && gone.count) {
		pathset_sort(&gone);
		status = find_orphans(c, &gone, &sides[0].at.object.id, true);
	}
	pathset_free(&gone);
	return status;
}

/* Of the name at hand in each of the sides above. */
static int read_directory(struct changes *c, const struct side *above, size_t count)
{
	struct side few[3], *sides = count <= 3 ? few : memory_new(count, sizeof *sides);
	bool pair = ++c->directories > FEW && count == 2 && c->by_name && !c->cache_depth;
	size_t i, opened = 0, suspects = c->suspects;
	struct oid key = {{0}};
	int status = 0;

	/* Half of each id is enough to know a pair of trees by. */
	for (i = 0; pair && i < 2; i++)
		if (above[i].here)
			memcpy(key.bytes + i * OID_MAX / 2, above[i].at.oid.bytes, OID_MAX / 2);
	if (pair && oidmap_get(&c->clean, &key))
		return 0;
	for (; opened < count && status == 0; opened++)
		status = tree_open(&sides[opened].at, c->repository,
			above[opened].here ? &above[opened].at.oid : NULL, c->trees);
	if (status == 0)
		status = compare(c, sides, count);
	if (status == 0 && pair && c->suspects == suspects)
		oidmap_set(&c->clean, &key, 0);
	tree_close(&sides[0].at, NULL);
	while (opened > 1)
		tree_close(&sides[--opened].at, c->trees);
	if (sides != few)
		free(sides);
	return status;
}

const struct policy *changes_policy(struct changes *c, struct snapshot *commit)
{
	struct entry e = {0};

	if (c->pinned)
		return c->pinned;
	if (snapshot_find(commit, policy_path, &e) < 0)
		return NULL;
	if (!c->own || c->own_mode != e.mode || memcmp(&c->own_id, &e.oid, sizeof e.oid) != 0) {
		policy_free(c->own);
		c->own_id = e.oid;
		c->own_mode = e.mode;
		c->own = policy_load(c->files, commit, NULL, c->caseless);
	}
	return c->own;
}

int changes_of(struct changes *c, const struct oid *trees, size_t count)
{
	size_t i, n = count < 2 ? 2 : count;
	struct snapshot *commit;
	struct side *roots;
	bool same = false;
	int status;

	for (i = 1; i < count; i++)
		same = same || memcmp(trees, &trees[i], sizeof *trees) == 0;
	if (same)
		return 0;
	c->policy = c->pinned;
	if (!c->pinned) {
		commit = snapshot_of_tree(c->repository, trees);
		c->policy = changes_policy(c, commit);
		snapshot_free(commit);
	}
	if (!c->policy)
		return -1;
	c->by_name = !c->policy->adds;
	c->directories = 0;
	oidmap_free(&c->clean);
	roots = memory_new(n, sizeof *roots);
	if (!c->trees)
		c->trees = memory_new(1, sizeof *c->trees);
	for (i = 0; i < count; i++) {
		roots[i].here = true;
		roots[i].at.oid = trees[i];
	}
	status = read_directory(c, roots, n);
	free(roots);
	return status;
}

void changes_release(struct changes *c)
{
	policy_free(c->own);
	matcher_free(c->matcher);
	buf_free(&c->path);
	oidmap_free(&c->clean);
	if (c->trees)
		for (size_t i = 0; i < TREE_CACHE_SIZE; i++)
			object_free(&c->trees->slots[i]);
	free(c->trees);
}
