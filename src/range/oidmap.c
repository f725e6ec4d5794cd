#include "range/oidmap.h"

static struct oidmap_slot *find(struct oidmap_slot *slots, size_t cap, const struct oid *oid)
{
	uint64_t hash;
	size_t i;

	memcpy(&hash, oid->bytes, sizeof hash);
	for (i = (size_t)hash & (cap - 1); slots[i].used; i = (i + 1) & (cap - 1))
		if (memcmp(&slots[i].oid, oid, sizeof *oid) == 0)
			break;
	return &slots[i];
}

uint32_t *oidmap_get(const struct oidmap *map, const struct oid *oid)
{
	struct oidmap_slot *slot = map->cap ? find(map->slots, map->cap, oid) : NULL;

	return slot && slot->used ? &slot->value : NULL;
}

void oidmap_set(struct oidmap *map, const struct oid *oid, uint32_t value)
{
	struct oidmap_slot *slot;

	if (map->count >= map->cap / 2) {
		size_t cap = map->cap ? 2 * map->cap : 1024, i;
		struct oidmap_slot *slots = memory_new(cap, sizeof *slots);

		for (i = 0; i < map->cap; i++)
			if (map->slots[i].used)
				*find(slots, cap, &map->slots[i].oid) = map->slots[i];
		free(map->slots);
		map->slots = slots;
		map->cap = cap;
	}
	slot = find(map->slots, map->cap, oid);
	map->count += !slot->used;
	*slot = (struct oidmap_slot){*oid, value, true};
}

void oidmap_free(struct oidmap *map)
{
	free(map->slots);
	*map = (struct oidmap){0};
}
