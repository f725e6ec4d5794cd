/*
 * index_walk - the entries of an index file, one after another, as they lie in memory. Pure; the
 * one reader of the format, for the screen and for the snapshot of the index.
 *
 * The format (gitformat-index(5)); all numbers big endian:
 *
 *     header     "DIRC", version u32 (2, 3 or 4), how many entries u32
 *     entry      ctime sec u32, nsec u32; mtime sec u32, nsec u32; dev, ino, mode, uid, gid, size
 *     u32
 *                object id, 20 or 32 bytes
 *                flags u16        1 assume-valid, 1 extended, 2 stage, 12 length of the path (or
 *                4095) if extended (from version 3)
 *                  flags u16      1 reserved, 1 skip-worktree, 1 intent-to-add, 13 zero
 *                version 2, 3     path, then 1 to 8 NULs up to a multiple of 8 bytes of the entry
 *                version 4        how many bytes to cut off the end of the path before, as a number
 *                                 of 7 bits a byte, the highest first, where each byte but the last
 *                                 has bit 7 and counts one more; then what follows the rest, NUL
 *     extension  4 letters, size u32, that many bytes; unless the first is a capital, whoever does
 *                not know it must not read the index (link: split, sdir: sparse)
 *     checksum   as long as an id
 *
 * As in git, nothing is verified that the format does not need: neither the checksum nor the order
 * of the entries.
 */
#ifndef PYCGUARD_INDEX_WALK_H
#define PYCGUARD_INDEX_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/buf.h"

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

/**
 * @param bytes    borrowed until index_walk_end, which is due whatever is returned
 * @param oid_size of the ids of its repository, in bytes
 * @return false when this is no header of an index
 */
bool index_walk_begin(
	struct index_walk *w, const unsigned char *bytes, size_t len, size_t oid_size);

/**
 * Go on to the next entry.
 *
 * @return 1; 0 when there are no more, and what follows them changes nothing; -1, with nothing
 *         recorded, when there is something that is not known here, is damaged, or memory is gone:
 *         ask git
 */
int index_walk_next(struct index_walk *w);

void index_walk_end(struct index_walk *w);

/** Whether what the entry says of its file holds for this one: git then takes it for unchanged,
 * if it is older than the index. */
bool index_entry_is_file(const struct index_entry *e, const struct stat *st);

#endif
