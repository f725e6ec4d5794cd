/*
 * oidmap - from object ids to numbers: a hash table in one block, for millions of ids. An id is a
 * hash already, so its first bytes choose the slot.
 */
#ifndef PYCGUARD_OIDMAP_H
#define PYCGUARD_OIDMAP_H

#include "git/oid.h"

/** Zeros: empty. */
struct oidmap {
	struct oidmap_slot {
		struct oid oid;
		uint32_t value;
		bool used;
	} * slots;
	size_t cap, count; /* cap is a power of two, or 0 */
};

/** The number of an id: borrowed, until the next oidmap_set; NULL when it is not there. */
uint32_t *oidmap_get(const struct oidmap *map, const struct oid *oid);

/** Give an id a number. */
void oidmap_set(struct oidmap *map, const struct oid *oid, uint32_t value);

void oidmap_free(struct oidmap *map);

#endif
