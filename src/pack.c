#include "pack.h"

#include <string.h>

#include "big_endian.h"
#include "buf.h"

enum { FAN_OUT = 8, IDS = FAN_OUT + 4 * 256, HEADER = 12 };

static bool parse_index(struct pack *p)
{
	const unsigned char *at = p->index.bytes;
	size_t rest, i, n = p->id_size;

	if (p->index.len < IDS + 2 * n || memcmp(at, "\377tOc\0\0\0\2", FAN_OUT) != 0)
		return false;
	for (i = FAN_OUT + 4; i < IDS; i += 4)
		if (get_be32(at + i) < get_be32(at + i - 4))
			return false;
	p->count = get_be32(at + IDS - 4);
	rest = p->index.len - IDS - 2 * n;
	if (rest / (n + 8) < p->count)
		return false;
	rest -= p->count * (n + 8);
	p->ids = at + IDS;
	p->offsets = p->ids + p->count * (n + 4);
	p->large = p->offsets + (size_t)p->count * 4;
	p->large_count = rest / 8;
	return rest % 8 == 0;
}

/* The pack is the one of its index when both have the same hash, as it is for git. */
static bool parse_pack(const struct pack *p)
{
	const unsigned char *at = p->data.bytes;
	size_t n = p->id_size;

	return p->data.len > HEADER + n && memcmp(at, "PACK", 4) == 0 &&
	       (get_be32(at + 4) == 2 || get_be32(at + 4) == 3) && get_be32(at + 8) == p->count &&
	       memcmp(at + p->data.len - n, p->index.bytes + p->index.len - 2 * n, n) == 0;
}

bool pack_open(struct pack *p, const char *index, size_t id_size)
{
	struct buf path = BUF_INIT;
	bool usable;

	*p = (struct pack){.id_size = id_size};
	buf_add(&path, index, strlen(index) - strlen("idx"));
	buf_adds(&path, "pack");
	usable = buf_failed(&path) == 0 && io_map(&p->index, index) && parse_index(p) &&
		 io_map(&p->data, path.ptr) && parse_pack(p);
	buf_free(&path);
	if (!usable)
		pack_close(p);
	return usable;
}

/* The first of the ids, from `low` and before `high`, that does not begin with less than `key`. Ids
 * are spread evenly, so it is near to where it should be: a touch or two of memory, where halving
 * takes one a bit. */
static size_t search(const unsigned char *ids, size_t n, size_t low, size_t high, uint64_t key)
{
	/* The first byte is that of all. */
	size_t guess = low + (size_t)((key << 8 >> 32) * (high - low) >> 32), step = 8;

	if (low < high && get_be64(ids + n * guess) < key) {
		for (low = guess + 1; high - low > step && get_be64(ids + n * (low + step)) < key;
			step *= 2)
			low += step + 1;
		high = high - low > step ? low + step : high;
	} else if (low < high) {
		for (high = guess; high - low > step && get_be64(ids + n * (high - step)) >= key;
			step *= 2)
			high -= step;
		low = high - low > step ? high - step + 1 : low;
	}
	while (low < high) {
		guess = low + (high - low) / 2;
		if (get_be64(ids + n * guess) < key)
			low = guess + 1;
		else
			high = guess;
	}
	return low;
}

size_t pack_find(const struct pack *p, const unsigned char *id)
{
	const unsigned char *fan_out = p->index.bytes + FAN_OUT + 4 * id[0];
	size_t n = p->id_size, end = get_be32(fan_out), i;
	uint32_t at;

	i = search(p->ids, n, id[0] ? get_be32(fan_out - 4) : 0, end, get_be64(id));
	while (i < end && memcmp(p->ids + n * i, id, n) < 0)
		i++;
	if (i == end || memcmp(p->ids + n * i, id, n) != 0)
		return 0;
	at = get_be32(p->offsets + 4 * i);
	if (!(at >> 31))
		return at;
	at &= 0x7fffffff;
	if (at >= p->large_count || get_be64(p->large + 8 * (size_t)at) > SIZE_MAX)
		return 0;
	return (size_t)get_be64(p->large + 8 * (size_t)at);
}

/* Type and size; moves *at past them. */
static bool read_size(struct pack_entry *out, const struct pack *p, size_t *at)
{
	size_t end = p->data.len - p->id_size;
	unsigned byte = p->data.bytes[(*at)++], shift;

	out->type = byte >> 4 & 7;
	out->size = byte & 15;
	for (shift = 4; byte & 128; shift += 7) {
		if (*at == end || shift > 25)
			return false;
		byte = p->data.bytes[(*at)++];
		out->size |= (size_t)(byte & 127) << shift;
	}
	return out->size <= PACK_SIZE_MAX;
}

static size_t base_by_id(const struct pack *p, size_t *at)
{
	const unsigned char *id = p->data.bytes + *at;

	if (p->data.len - p->id_size - *at < p->id_size)
		return 0;
	*at += p->id_size;
	return pack_find(p, id);
}

static size_t base_by_offset(const struct pack *p, size_t object, size_t *at)
{
	size_t end = p->data.len - p->id_size, back = 0;
	unsigned byte;

	do {
		if (*at == end || back >= SIZE_MAX >> 8)
			return 0;
		byte = p->data.bytes[(*at)++];
		back = back << 7 | (byte & 127);
		back += byte >> 7;
	} while (byte & 128);
	return back > 0 && back < object ? object - back : 0;
}

bool pack_entry(struct pack_entry *out, const struct pack *p, size_t at)
{
	size_t object = at;

	if (at < HEADER || at >= p->data.len - p->id_size || !read_size(out, p, &at))
		return false;
	out->base = 0;
	if (out->type == PACK_DELTA_OFFSET)
		out->base = base_by_offset(p, object, &at);
	else if (out->type == PACK_DELTA_ID)
		out->base = base_by_id(p, &at);
	else if (out->type < PACK_COMMIT || out->type > PACK_TAG)
		return false;
	out->stream = at;
	return out->type <= PACK_TAG || out->base != 0;
}

bool pack_inflate(
	unsigned char *out, const struct pack *p, const struct pack_entry *e, struct inflater *i)
{
	size_t end = p->data.len - p->id_size;

	return inflater_run(i, out, e->size, p->data.bytes + e->stream, end - e->stream);
}

void pack_close(struct pack *p)
{
	io_unmap(&p->index);
	io_unmap(&p->data);
}
