/*
 * raw_index - walks the bytes of an index file, in place, without libgit2. Pure.
 *
 * The format (gitformat-index(5)); all numbers big endian:
 *
 *     header     "DIRC", version u32 (2, 3 or 4), how many entries u32
 *     entry      ctime sec u32, nsec u32; mtime sec u32, nsec u32; dev, ino, mode, uid, gid, size
 *     u32
 *                object id, 20 bytes
 *                flags u16        1 assume-valid, 1 extended, 2 stage, 12 length of the path (or
 *                4095) if extended (from version 3)
 *                  flags u16      1 reserved, 1 skip-worktree, 1 intent-to-add, 13 zero
 *                version 2, 3     path, then 1 to 8 NULs up to a multiple of 8 bytes of the entry
 *                version 4        how many bytes to cut off the end of the path before, as a number
 *                                 of 7 bits a byte, the highest first, where each byte but the last
 *                                 has bit 7 and counts one more; then what follows the rest, NUL
 *     extension  4 letters, size u32, that many bytes; lower case: cannot be passed over
 *     checksum   SHA-1 of all before it, 20 bytes; zero where index.skipHash says so
 *
 * Entries are in strictly rising order of path, as bytes, and stage.
 */
#ifndef PYCGUARD_RAW_INDEX_H
#define PYCGUARD_RAW_INDEX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct raw_entry {
	const char *path; /* borrowed until the visit ends; path[len] is NUL */
	size_t len;
	size_t base;  /* where its last component begins */
	size_t fresh; /* where the first begins that is not a directory of the entry before too */
	const unsigned char *oid; /* 20 bytes */
	uint32_t mode;
	unsigned stage;
	bool intent_to_add;
};

/** Told each entry. True to go on, false to stop. */
typedef bool raw_visit(void *arg, const struct raw_entry *e);

/**
 * Walk every entry, and then the extensions to the last byte.
 *
 * @return true only when every visit went on and every byte is as git and libgit2 both would have
 *         it: no bit, mode, extension or order that is not above or that has a meaning of its own,
 *         no path that is not one of a work tree.
 *         Extensions taken: TREE (looked through), UNTR, FSMN, EOIE, IEOT (passed over). The
 *         checksum is not looked at: ask raw_index_sum_fits. False as well when memory is gone.
 */
bool raw_index_each(const unsigned char *bytes, size_t len, raw_visit *visit, void *arg);

/**
 * Whether the last 20 bytes are the SHA-1 of those before, or zero; false as well once `*stop` is
 * true.
 */
bool raw_index_sum_fits(const unsigned char *bytes, size_t len, const atomic_bool *stop);

#endif
