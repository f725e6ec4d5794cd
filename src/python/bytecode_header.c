#include "python/bytecode.h"

enum layout { HEADER_MTIME, HEADER_SIZE, HEADER_FLAGS };

enum { FLAG_HASH = 1, FLAG_CHECKED = 2 };

struct magic {
	unsigned version;
	uint16_t first, last, released;
	enum layout layout;
};

static const struct magic magics[] = {
#define MAGIC(major, minor, first, last, released, layout)                                         \
	{BYTECODE_VERSION(major, minor), first, last, released, layout},
#include "python/magic.def"
#undef MAGIC
};

static uint16_t get16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const unsigned char *p)
{
	return (uint32_t)get16(p) | (uint32_t)get16(p + 2) << 16;
}

void bytecode_header(struct bytecode_header *out, const void *bytes, size_t len)
{
	static const size_t sizes[] = {
		[HEADER_MTIME] = 8, [HEADER_SIZE] = 12, [HEADER_FLAGS] = BYTECODE_HEADER_MAX};
	const struct magic *magic = magics, *end = magics + sizeof magics / sizeof *magics;
	const unsigned char *p = bytes;

	*out = (struct bytecode_header){.magic = MAGIC_NONE};
	if (len < 4 || p[2] != '\r' || p[3] != '\n')
		return;
	out->number = get16(p);
	while (magic < end && (out->number < magic->first || out->number > magic->last))
		magic++;
	out->magic = magic < end ? MAGIC_KNOWN : MAGIC_FOREIGN;
	if (magic == end)
		return;
	out->version = magic->version;
	out->prerelease = out->number < magic->released;
	out->complete = len >= sizes[magic->layout];
	if (!out->complete)
		return;
	p += 4;
	if (magic->layout == HEADER_FLAGS) {
		out->flags = get32(p);
		out->reserved = (out->flags & ~(uint32_t)(FLAG_HASH | FLAG_CHECKED)) != 0;
		p += 4;
	}
	if (out->reserved)
		return;
	if (out->flags & FLAG_HASH) {
		out->invalidation = out->flags & FLAG_CHECKED ? INVALIDATION_CHECKED_HASH :
								INVALIDATION_UNCHECKED_HASH;
		memcpy(out->hash, p, sizeof out->hash);
		return;
	}
	out->invalidation = INVALIDATION_TIMESTAMP;
	out->mtime = get32(p);
	out->has_size = magic->layout != HEADER_MTIME;
	if (out->has_size)
		out->size = get32(p + 4);
}

const char *bytecode_invalidation_name(enum bytecode_invalidation i)
{
	static const char *const names[] = {
		[INVALIDATION_UNKNOWN] = NULL,
		[INVALIDATION_TIMESTAMP] = "timestamp",
		[INVALIDATION_CHECKED_HASH] = "checked-hash",
		[INVALIDATION_UNCHECKED_HASH] = "unchecked-hash",
	};

	return names[i];
}

bool bytecode_fits_size(const struct bytecode_header *h, uint64_t source_size)
{
	return h->has_size && h->size == (uint32_t)source_size;
}

bool bytecode_fits_mtime(const struct bytecode_header *h, int64_t seconds, long nanoseconds)
{
	const int64_t exact = (int64_t)1 << 53;

	if (h->invalidation != INVALIDATION_TIMESTAMP)
		return false;
	if (h->version < BYTECODE_VERSION(3, 3))
		return h->mtime <= INT32_MAX && h->mtime == (uint32_t)seconds;
	/* What int(os.stat(path).st_mtime) is: the float of the seconds can round up. */
	if (seconds >= -exact && seconds <= exact)
		seconds = (int64_t)((double)seconds + 1e-9 * (double)nanoseconds);
	if (h->version < BYTECODE_VERSION(3, 7))
		return seconds == (int64_t)h->mtime;
	return h->mtime == (uint32_t)seconds;
}
