/*
 * tree - the entries of a raw tree object (mode in octal, ' ', name, NUL, the raw id), in its
 * order, parsed in place. Gitlinks are passed over: they are not part of a snapshot. Whoever makes
 * an object can put the entries out of order, twice, or with a slash in the name: so does git take
 * them.
 */
#ifndef PYCGUARD_TREE_H
#define PYCGUARD_TREE_H

#include "git/objects.h"

/** The mode of snapshot.h that git takes one in a tree for; what it does not know is a gitlink. */
uint32_t mode_canonical(uint32_t mode);

/** A place in a tree. `name` is NULL past the last entry. */
struct tree_cursor {
	struct object object;           /* none there: an empty tree */
	const char *start, *next, *end; /* of the entry here; of the one after it; of all */
	const char *name;               /* of the entry here, with a NUL after it */
	size_t len;
	uint32_t mode; /* as mode_canonical has it */
	struct oid oid;
	size_t oid_size;
};

enum { TREE_CACHE_SIZE = 4096, TREE_CACHE_WAYS = 4, TREE_CACHE_BYTES = 32 << 20 };

/** Trees to be opened once more: what a commit's parent has, the next commit has. So many at most,
 * and so many bytes of them, but the last one may be of any size. Start with zeros; object_free of
 * each slot is due. */
struct tree_cache {
	struct object slots[TREE_CACHE_SIZE];
	size_t bytes, hand; /* the slot to be emptied next when there are too many */
};

/** Open a tree at its first entry: without `id`, one that has none. One that is in `cache` is taken
 * out of it; NULL is allowed. 0; -1 with the failure recorded (missing, no tree, damaged). */
int tree_open(struct tree_cursor *c, struct repository *r, const struct oid *id,
	struct tree_cache *cache);

/** Go on to the next entry. 0; -1 with the failure recorded. */
int tree_next(struct tree_cursor *c);

/** Go on in both to the first entries that are not alike to the last byte: time goes here, for most
 * entries of a tree are its parent's, and one of the two is only compared. As tree_next. */
int tree_skip_alike(struct tree_cursor *a, struct tree_cursor *b);

/** Order of entries: by bytes, a directory's name as if a slash stood after it. <0, 0, >0. */
int tree_compare(const struct tree_cursor *a, const struct tree_cursor *b);

/** Forget the tree, or put it into `cache`, unless that is NULL. */
void tree_close(struct tree_cursor *c, struct tree_cache *cache);

#endif
