#include "packs.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "delta.h"

/* Longer chains git does not make. */
enum { CHAIN_MAX = 4096 };

/* Objects are kept by where they begin, for what one is a difference from, others are, too. */
enum { SLOTS = 16384, KEPT_MAX = 32 << 20 };

struct slot {
	size_t at;
	uint32_t pack;
	struct packed *object;
};

/* An object that waits for its base. */
struct link {
	size_t at;
	struct pack_entry entry;
};

struct packs {
	struct pack *items;
	size_t count, cap;
	size_t last; /* the one in which an object was found */
	struct inflater *inflater;
	struct link *chain;
	unsigned char *delta; /* room for one inflated */
	size_t delta_cap;
	size_t kept, hand; /* bytes in the slots; the slot to be emptied next */
	struct slot slots[SLOTS];
};

static bool add_pack(struct packs *p, const char *path, size_t id_size)
{
	size_t cap = p->cap ? 2 * p->cap : 8;
	struct pack *grown;

	if (p->count == p->cap) {
		grown = realloc(p->items, cap * sizeof *grown);
		if (!grown)
			return false;
		p->items = grown;
		p->cap = cap;
	}
	p->count += pack_open(&p->items[p->count], path, id_size);
	return true;
}

static bool is_index(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".idx") == 0;
}

static bool add_packs(struct packs *p, DIR *dir, struct buf *path, size_t id_size)
{
	size_t len = path->len;
	const struct dirent *entry;

	while ((entry = readdir(dir))) {
		if (!is_index(entry->d_name))
			continue;
		buf_cut(path, len);
		buf_adds(path, entry->d_name);
		if (buf_failed(path) < 0 || !add_pack(p, path->ptr, id_size))
			return false;
	}
	return true;
}

static bool find_packs(struct packs *p, const char *objects, size_t id_size)
{
	struct buf path = BUF_INIT;
	bool done = false;
	DIR *dir;

	buf_adds(&path, objects);
	buf_adds(&path, "pack/");
	dir = buf_failed(&path) == 0 ? opendir(path.ptr) : NULL;
	if (dir) {
		done = add_packs(p, dir, &path, id_size);
		closedir(dir);
	}
	buf_free(&path);
	return done;
}

struct packs *packs_open(const char *objects, size_t id_size)
{
	struct packs *p = calloc(1, sizeof *p);

	if (p) {
		p->inflater = inflater_new();
		p->chain = malloc(CHAIN_MAX * sizeof *p->chain);
	}
	if (p && p->inflater && p->chain && find_packs(p, objects, id_size) && p->count)
		return p;
	packs_close(p);
	return NULL;
}

static struct slot *slot_of(struct packs *p, size_t pack, size_t at)
{
	uint64_t hash = ((uint64_t)at + pack) * 0x9e3779b97f4a7c15;

	return &p->slots[hash >> 32 & (SLOTS - 1)];
}

static struct packed *recall(struct packs *p, size_t pack, size_t at)
{
	const struct slot *s = slot_of(p, pack, at);

	return s->at == at && s->pack == pack ? packed_share(s->object) : NULL;
}

static void drop(struct packs *p, struct slot *s)
{
	if (s->object)
		p->kept -= s->object->size;
	packed_release(s->object);
	s->object = NULL;
}

static void keep(struct packs *p, size_t pack, size_t at, struct packed *o)
{
	struct slot *s = slot_of(p, pack, at);

	if (o->size > KEPT_MAX / 2)
		return;
	drop(p, s);
	*s = (struct slot){at, (uint32_t)pack, packed_share(o)};
	for (p->kept += o->size; p->kept > KEPT_MAX; p->hand++)
		drop(p, &p->slots[p->hand % SLOTS]);
}

static struct packed *packed_new(size_t size, enum pack_type type)
{
	struct packed *o = size <= PACK_SIZE_MAX ? malloc(sizeof *o + size + 1) : NULL;

	if (!o)
		return NULL;
	*o = (struct packed){.count = 1, .type = type, .size = size};
	o->bytes[size] = '\0';
	return o;
}

static struct packed *read_whole(struct packs *p, size_t pack, const struct pack_entry *e)
{
	struct packed *o;

	if (e->type != PACK_COMMIT && e->type != PACK_TREE)
		return NULL;
	o = packed_new(e->size, e->type);
	if (!o || pack_inflate(o->bytes, &p->items[pack], e, p->inflater))
		return o;
	packed_release(o);
	return NULL;
}

static bool read_delta(struct bytes *out, struct packs *p, size_t pack, const struct pack_entry *e)
{
	unsigned char *grown;

	if (p->delta_cap < e->size) {
		grown = realloc(p->delta, e->size);
		if (!grown)
			return false;
		p->delta = grown;
		p->delta_cap = e->size;
	}
	*out = (struct bytes){p->delta, e->size};
	return e->size && pack_inflate(p->delta, &p->items[pack], e, p->inflater);
}

static struct packed *patch(
	struct packs *p, size_t pack, const struct pack_entry *e, const struct packed *base)
{
	size_t base_size, size;
	struct bytes delta;
	struct packed *o;

	if (!read_delta(&delta, p, pack, e) || !delta_sizes(&base_size, &size, &delta) ||
		base_size != base->size)
		return NULL;
	o = packed_new(size, base->type);
	if (!o || delta_apply(o->bytes, size, (struct bytes){base->bytes, base->size}, delta))
		return o;
	packed_release(o);
	return NULL;
}

/* Goes down the bases to one that is kept or whole, and puts together all above it. */
static struct packed *read_at(struct packs *p, size_t pack, size_t at)
{
	struct packed *o, *base;
	struct link *l;
	size_t n = 0;

	while (!(o = recall(p, pack, at))) {
		l = &p->chain[n++];
		l->at = at;
		if (n == CHAIN_MAX || !pack_entry(&l->entry, &p->items[pack], at))
			return NULL;
		at = l->entry.base;
		if (!at)
			break;
	}
	while (n) {
		l = &p->chain[--n];
		base = o;
		o = base ? patch(p, pack, &l->entry, base) : read_whole(p, pack, &l->entry);
		packed_release(base);
		if (!o)
			return NULL;
		if (o->type == PACK_TREE || n || l->entry.base)
			keep(p, pack, l->at, o);
	}
	return o;
}

struct packed *packs_read(struct packs *p, const unsigned char *id)
{
	size_t i, pack, at;

	for (i = 0; i < p->count; i++) {
		pack = (p->last + i) % p->count;
		at = pack_find(&p->items[pack], id);
		if (!at)
			continue;
		p->last = pack;
		return read_at(p, pack, at);
	}
	return NULL;
}

struct packed *packed_share(struct packed *o)
{
	if (o)
		o->count++;
	return o;
}

void packed_release(struct packed *o)
{
	if (o && --o->count == 0)
		free(o);
}

void packs_close(struct packs *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < SLOTS; i++)
		packed_release(p->slots[i].object);
	for (i = 0; i < p->count; i++)
		pack_close(&p->items[i]);
	inflater_free(p->inflater);
	free(p->items);
	free(p->chain);
	free(p->delta);
	free(p);
}
