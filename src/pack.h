/*
 * pack - one pack of an object directory: its index and its objects as they are stored, mapped.
 *
 * Whatever is unusual, damaged or cut is answered by "none", never by bytes from somewhere else.
 *
 * An index, version 2 (gitformat-pack(5)); all numbers big endian, N the length of an id:
 *
 *     "\377tOc", version u32 (2)
 *     256 times u32      how many ids begin with a byte up to this one
 *     per object         its id, N bytes, in rising order
 *     per object         a check sum, u32 (not used)
 *     per object         where it is in the pack, u32; if bit 31 is set, the rest is a number of:
 *     per large offset   where it is in the pack, u64
 *     the hash that the pack ends with, and that of all before
 *
 * A pack: "PACK", version u32 (2 or 3), count u32, the objects, the hash of all before. An object:
 *
 *     1 more follows, 3 type, 4 size; then 7 more bits of the size a byte, the lowest first, and
 *                        bit 7: more follows
 *     type 6             how many bytes before this object its base begins, 7 bits a byte, the
 *                        highest first, where each byte but the last has bit 7 and counts one more
 *     type 7             the id of its base, which is in the same pack
 *     a zlib stream      the object or, of type 6 and 7, its difference from the base (delta.h)
 */
#ifndef PYCGUARD_PACK_H
#define PYCGUARD_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inflate.h"
#include "io.h"

struct pack {
	struct io_map index, data;
	size_t id_size;
	uint32_t count;
	/* Tables of the index. */
	const unsigned char *ids, *offsets, *large;
	size_t large_count;
};

enum pack_type {
	PACK_COMMIT = 1,
	PACK_TREE,
	PACK_BLOB,
	PACK_TAG,
	PACK_DELTA_OFFSET = 6,
	PACK_DELTA_ID
};

/** An object as it is stored. */
struct pack_entry {
	enum pack_type type;
	size_t size;   /* of what the stream gives */
	size_t stream; /* where it begins in the pack */
	size_t base;   /* where the base begins; 0: it has none */
};

/** Larger ones are not read: no commit or tree of people's making is. */
enum { PACK_SIZE_MAX = 64 << 20 };

/**
 * @param p     for pack_close if true is returned
 * @param index path of the file PACK.idx, beside which is PACK.pack
 * @return false when this is no pack that can be read here
 */
bool pack_open(struct pack *p, const char *index, size_t id_size);

/** Where the object with an id begins; 0 when it is not in this pack. */
size_t pack_find(const struct pack *p, const unsigned char *id);

/** The object that begins `at`. False when there is none that can be read. */
bool pack_entry(struct pack_entry *out, const struct pack *p, size_t at);

/** Inflate the e->size bytes of its stream. False when it does not give them. */
bool pack_inflate(
	unsigned char *out, const struct pack *p, const struct pack_entry *e, struct inflater *i);

void pack_close(struct pack *p);

#endif
