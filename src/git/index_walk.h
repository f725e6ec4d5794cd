/*
 * index_walk - the entries of an index file, one after another, as they are in memory. Pure; the
 * one reader of the format (gitformat-index(5)), for the screen and for the snapshot of the index.
 *
 * As in git, nothing is verified that the format does not need: neither the checksum nor the order
 * of the entries.
 */
#ifndef PYCGUARD_INDEX_WALK_H
#define PYCGUARD_INDEX_WALK_H

#include "base/base.h"

struct index_entry {
	const char *path;          /* borrowed until the next call; path[len] is NUL */
	size_t len, shared;        /* its first `shared` bytes are those of the path before */
	const unsigned char *stat; /* for index_entry_is_file */
	const unsigned char *oid;
	uint32_t mode; /* one of snapshot.h's, and no tree */
	unsigned stage;
	bool intent_to_add;
};

struct index_walk {
	struct index_entry entry; /* the one here */
	const unsigned char *at, *end;
	size_t oid_size;
	uint32_t version, left;
	struct buf path; /* of the entry, in version 4 */
};

/** Begin; index_walk_end is due whatever is returned. `bytes` are borrowed until then,
 * `oid_size` is that of the repository. False when this is no header of an index. */
bool index_walk_begin(
	struct index_walk *w, const unsigned char *bytes, size_t len, size_t oid_size);

/** Go on to the next entry. 1; 0 when there are no more, and what follows them changes nothing; -1,
 * with nothing recorded, for what is damaged, or not known here: ask git. */
int index_walk_next(struct index_walk *w);

void index_walk_end(struct index_walk *w);

/** Whether what the entry says of its file holds for this one: git then takes it for unchanged,
 * if it is older than the index. */
bool index_entry_is_file(const struct index_entry *e, const struct stat *st);

#endif
