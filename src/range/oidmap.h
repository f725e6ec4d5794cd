/*
 * oidmap - from object ids to numbers: a hash table in one block, for millions of ids.
 *
 * An object id is a hash already, so its first bytes choose the slot.
 */
#ifndef PYCGUARD_OIDMAP_H
#define PYCGUARD_OIDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "git/oid.h"

struct oidmap_slot;

struct oidmap {
	struct oidmap_slot *slots;
	size_t cap, count; /* cap is a power of two, or 0 */
};

#define OIDMAP_INIT                                                                                \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

/** The number of `oid`. False when it is not there; `value` may be NULL. */
bool oidmap_get(const struct oidmap *map, const struct oid *oid, uint32_t *value);

/** Give an id a number. 0; -1 with the failure recorded. */
int oidmap_set(struct oidmap *map, const struct oid *oid, uint32_t value);

void oidmap_free(struct oidmap *map);

#endif
