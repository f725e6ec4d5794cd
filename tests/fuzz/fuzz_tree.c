/*
 * Input: two trees, the first as long as its first two bytes say. The id of an entry that is a tree
 * is made that of an object there is: an even first byte of it, of a small tree; an odd one, of the
 * second tree.
 *
 * Of each tree that is taken, libgit2 reads the same entries, gitlinks aside. And what the first
 * tree has, the second has not, and the policy rejects, is told as added or changed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "git/repository.h"
#include "range/changes.h"
#include "memory_odb.h"
#include "git/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct repository repository;
static git_repository *wrapped; /* the same objects, for libgit2 */
static struct policy *policy;
static struct matcher *matcher;
static struct oid small;

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void start(void)
{
	if (matcher)
		return;
	memory_odb_open(&repository);
	require(git_repository_wrap_odb(&wrapped, repository.odb) == 0);
	policy = policy_new(false);
	matcher = matcher_new();
	require(policy && matcher);
}

static struct oid write_small(void)
{
	static const char tree[] = "100644 m.py\0aaaaaaaaaaaaaaaaaaaa"
				   "100644 m.pyc\0bbbbbbbbbbbbbbbbbbbb";

	return memory_odb_write(&repository, tree, sizeof tree - 1, GIT_OBJECT_TREE);
}

/* Points what looks like an entry of a tree to a tree. */
static void mend_ids(unsigned char *bytes, size_t len, const struct oid *second)
{
	unsigned char *at = bytes, *end = bytes + len, *nul;

	for (; (nul = memchr(at, '\0', (size_t)(end - at))) && end - nul > GIT_OID_RAWSZ;
		at = nul + 1 + GIT_OID_RAWSZ) {
		const struct oid *to = nul[1] & 1 ? second : &small;

		if (mode_canonical((uint32_t)strtoul((char *)at, NULL, 8)) == MODE_TREE)
			memcpy(nul + 1, to->bytes, GIT_OID_RAWSZ);
	}
}

static struct oid write_tree(const uint8_t *data, size_t size, const struct oid *second)
{
	unsigned char *bytes = malloc(size + 1);
	struct oid id;

	require(bytes != NULL);
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	mend_ids(bytes, size, second);
	id = memory_odb_write(&repository, bytes, size, GIT_OBJECT_TREE);
	free(bytes);
	return id;
}

static void require_same(const struct tree_cursor *c, const git_tree_entry *te)
{
	require(te && strcmp(c->name, git_tree_entry_name(te)) == 0);
	require(c->len == strlen(c->name));
	require(c->mode == mode_canonical((uint32_t)git_tree_entry_filemode_raw(te)));
	require(memcmp(c->oid.bytes, git_tree_entry_id(te)->id, GIT_OID_RAWSZ) == 0);
	require((c->mode == MODE_TREE) == (git_tree_entry_type(te) == GIT_OBJECT_TREE));
}

static const git_tree_entry *next_of(const git_tree *tree, size_t *i)
{
	const git_tree_entry *te;

	do
		te = git_tree_entry_byindex(tree, (*i)++);
	while (te && mode_canonical((uint32_t)git_tree_entry_filemode_raw(te)) == MODE_GITLINK);
	return te;
}

/* Whether the tree is taken. libgit2 takes modes such as "+644", which git refuses. */
static bool check_tree(const struct oid *id)
{
	git_oid oid = oid_to_git(id, OID_SHA1);
	git_tree *tree = NULL;
	struct tree_cursor c;
	int status = tree_open(&c, &repository, id, NULL);
	bool theirs = git_tree_lookup(&tree, wrapped, &oid) == 0;
	size_t i = 0;

	for (; status == 0 && c.name; status = tree_next(&c))
		if (theirs)
			require_same(&c, next_of(tree, &i));
	require(!theirs || status < 0 || !next_of(tree, &i));
	tree_close(&c, NULL);
	git_tree_free(tree);
	return status == 0;
}

struct told {
	struct entry entries[64];
	size_t count;
};

static int note(void *arg, enum change change, const struct entry *e)
{
	struct told *told = arg;
	struct entry copy = *e;

	require(e->path[e->len] == '\0');
	if (change > CHANGE_CHANGED || told->count == sizeof told->entries / sizeof copy)
		return 0;
	copy.path = strdup(e->path);
	require(copy.path != NULL);
	told->entries[told->count++] = copy;
	return 0;
}

static bool has(const struct oid *id, const struct tree_cursor *wanted)
{
	struct tree_cursor c;
	bool found = false;

	require(tree_open(&c, &repository, id, NULL) == 0);
	for (; c.name && !found; require(tree_next(&c) == 0))
		found = c.mode == wanted->mode && strcmp(c.name, wanted->name) == 0 &&
			memcmp(&c.oid, &wanted->oid, sizeof c.oid) == 0;
	tree_close(&c, NULL);
	return found;
}

static bool is_told(const struct told *told, const struct tree_cursor *c)
{
	size_t i;

	for (i = 0; i < told->count; i++)
		if (strcmp(told->entries[i].path, c->name) == 0 &&
			memcmp(&told->entries[i].oid, &c->oid, sizeof c->oid) == 0)
			return true;
	return told->count == sizeof told->entries / sizeof *told->entries;
}

static void check_told(const struct told *told, const struct oid *first, const struct oid *second)
{
	struct policy_decision d;
	struct tree_cursor c;

	require(tree_open(&c, &repository, first, NULL) == 0);
	for (; c.name; require(tree_next(&c) == 0)) {
		if (c.mode == MODE_TREE || has(second, &c))
			continue;
		require(policy_decide(policy, matcher, c.name, c.len, &d) == 0);
		require(!d.rejected || is_told(told, &c));
	}
	tree_close(&c, NULL);
}

static void check_changes(const struct oid *first, const struct oid *second)
{
	struct told told = {.count = 0};
	struct changes changes = {.repository = &repository,
		.pinned = policy,
		.matcher = matcher_new(),
		.visit = note,
		.arg = &told,
		.path = BUF_INIT};
	const struct oid trees[] = {*first, *second};

	if (changes_of(&changes, trees, 2) == 0)
		check_told(&told, first, second);
	changes_release(&changes);
	while (told.count > 0)
		free((char *)told.entries[--told.count].path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len;
	struct oid first, second;
	bool taken;

	if (size < 2)
		return 0;
	start();
	len = (size_t)data[0] << 8 | data[1];
	data += 2;
	size -= 2;
	len = len < size ? len : size;
	small = write_small();
	second = write_tree(data + len, size - len, &small);
	first = write_tree(data, len, &second);
	taken = check_tree(&second);
	if (check_tree(&first) && taken)
		check_changes(&first, &second);
	memory_odb_clear();
	return 0;
}
