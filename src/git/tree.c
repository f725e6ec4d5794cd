#include "git/tree.h"

#include "git/repository.h"

uint32_t mode_canonical(uint32_t mode)
{
	enum { KIND = 0170000, KIND_FILE = 0100000, EXECUTABLE_BY_OWNER = 0100 };

	switch (mode & KIND) {
	case KIND_FILE:
		return mode & EXECUTABLE_BY_OWNER ? MODE_EXECUTABLE : MODE_FILE;
	case MODE_LINK:
	case MODE_TREE:
		return mode & KIND;
	default:
		return MODE_GITLINK;
	}
}

static int parse_entry(struct tree_cursor *c)
{
	const char *at = c->next, *nul;

	c->start = at;
	c->mode = 0;
	for (; at < c->end && *at >= '0' && *at <= '7' && c->mode <= 0177777; at++)
		c->mode = c->mode << 3 | (uint32_t)(*at - '0');
	nul = at > c->start && at < c->end && *at == ' ' ? memchr(at, '\0', (size_t)(c->end - at)) :
							   NULL;
	if (!nul || nul == at + 1 || (size_t)(c->end - nul) <= c->oid_size)
		return error_set("tree '%s' is damaged", oid_hex(&c->object.id, c->oid_size));
	c->mode = mode_canonical(c->mode);
	c->name = at + 1;
	c->len = (size_t)(nul - c->name);
	if (c->oid_size == OID_SHA1) /* a constant: no call */
		memcpy(c->oid.bytes, nul + 1, OID_SHA1);
	else
		memcpy(c->oid.bytes, nul + 1, OID_SHA256);
	c->next = nul + 1 + c->oid_size;
	return 0;
}

int tree_next(struct tree_cursor *c)
{
	do {
		c->name = NULL;
		if (c->next == c->end)
			return 0;
		if (parse_entry(c) < 0)
			return -1;
	} while (c->mode == MODE_GITLINK);
	return 0;
}

int tree_skip_alike(struct tree_cursor *a, struct tree_cursor *b)
{
	const char *from = a->start;
	size_t left, other, alike, done = 0;

	if (!a->name || !b->name)
		return 0;
	left = (size_t)(a->end - from);
	other = (size_t)(b->end - b->start);
	alike = path_shared(from, b->start, left < other ? left : other);
	while (a->name && (size_t)(a->next - from) <= alike) {
		done = (size_t)(a->next - from);
		if (tree_next(a) < 0)
			return -1;
	}
	if (!done)
		return 0;
	b->next = b->start + done;
	return tree_next(b);
}

/* Of the few slots where a tree may be, the one that it is in, or else one to put it in. */
static struct object *find_slot(struct tree_cache *cache, const struct oid *id)
{
	struct object *slot, *found;
	uint32_t hash, i;

	memcpy(&hash, id->bytes, sizeof hash);
	found = &cache->slots[hash % TREE_CACHE_SIZE];
	for (i = 0; i < TREE_CACHE_WAYS; i++) {
		slot = &cache->slots[(hash + i) % TREE_CACHE_SIZE];
		if (slot->type && memcmp(&slot->id, id, sizeof *id) == 0)
			return slot;
		if (!slot->type)
			found = slot;
	}
	return found;
}

int tree_open(
	struct tree_cursor *c, struct repository *r, const struct oid *id, struct tree_cache *cache)
{
	struct object *slot;

	*c = (struct tree_cursor){.oid_size = r->oid_size};
	if (!id)
		return 0;
	slot = cache ? find_slot(cache, id) : NULL;
	if (slot && slot->type && memcmp(&slot->id, id, sizeof *id) == 0) {
		c->object = *slot;
		cache->bytes -= slot->size;
		*slot = (struct object){0};
	} else if (object_read(&c->object, r, id, OBJECT_TREE, true) != 0) {
		return -1;
	}
	c->next = c->object.bytes;
	c->end = c->next + c->object.size;
	return tree_next(c);
}

int tree_compare(const struct tree_cursor *a, const struct tree_cursor *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->name, b->name, n);
	char x, y;

	if (order)
		return order;
	x = a->name[n] ? a->name[n] : a->mode == MODE_TREE ? '/' : '\0';
	y = b->name[n] ? b->name[n] : b->mode == MODE_TREE ? '/' : '\0';
	return (unsigned char)x - (unsigned char)y;
}

void tree_close(struct tree_cursor *c, struct tree_cache *cache)
{
	struct object *slot = cache ? find_slot(cache, &c->object.id) : NULL, *old = slot;

	if (!slot || !c->object.type) {
		object_free(&c->object);
	} else {
		do {
			cache->bytes -= old->size;
			object_free(old);
			old = &cache->slots[cache->hand++ % TREE_CACHE_SIZE];
		} while (cache->bytes && cache->bytes + c->object.size > TREE_CACHE_BYTES);
		*slot = c->object;
		cache->bytes += slot->size;
	}
	*c = (struct tree_cursor){0};
}
