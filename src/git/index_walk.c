#include "git/index_walk.h"

#include "git/snapshot.h"

enum {
	HEADER_SIZE = 12,
	MODE_AT = 24,
	OID_AT = 40,
	EXTENSION_HEADER_SIZE = 8,
	FLAG_EXTENDED = 0x4000,
	STAGE_SHIFT = 12,
	LENGTH_MASK = 0xfff,
	EXTENDED_INTENT_TO_ADD = 0x2000,
	EXTENDED_KNOWN = 0x6000, /* skip-worktree as well */
};

/* All numbers are big endian. */
static unsigned get_be16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get_be32(const unsigned char *p)
{
	return (uint32_t)get_be16(p) << 16 | get_be16(p + 2);
}

static size_t bytes_left(const struct index_walk *w)
{
	return (size_t)(w->end - w->at);
}

bool index_walk_begin(struct index_walk *w, const unsigned char *bytes, size_t len, size_t oid_size)
{
	*w = (struct index_walk){.entry = {.path = ""}, .oid_size = oid_size, .path = BUF_INIT};
	if (len < HEADER_SIZE + oid_size || memcmp(bytes, "DIRC", 4) != 0)
		return false;
	w->version = get_be32(bytes + 4);
	w->left = get_be32(bytes + 8);
	w->at = bytes + HEADER_SIZE;
	w->end = bytes + len - oid_size;
	return w->version >= 2 && w->version <= 4;
}

/* Up to version 3: the path, then 1 to 8 NULs up to a multiple of 8 bytes of the entry. */
static bool read_path(struct index_walk *w, const unsigned char *start, size_t len)
{
	struct index_entry *e = &w->entry;
	const char *path = (const char *)w->at;
	size_t size;

	if (len == LENGTH_MASK)
		len = strnlen(path, bytes_left(w));
	size = ((size_t)(w->at - start) + len + 8) & ~(size_t)7;
	if (len == 0 || (size_t)(w->end - start) < size)
		return false;
	e->shared = path_shared(e->path, path, len < e->len ? len : e->len);
	e->path = path;
	e->len = len;
	w->at = start + size;
	return memchr(path + e->shared, '\0', len - e->shared + 1) == path + len;
}

/* In version 4: how many bytes to cut off the path before, then what follows the rest, and a NUL.
 * The number has 7 bits a byte, the highest first; each byte but the last has bit 7, and counts one
 * more. */
static bool read_packed_path(struct index_walk *w, size_t len)
{
	size_t cut = 0, kept, rest;
	unsigned char byte;

	do {
		if (w->at == w->end || cut > UINT32_MAX)
			return false;
		byte = *w->at++;
		cut = (cut << 7) + (byte & 0x7f) + (byte & 0x80 ? 1 : 0);
	} while (byte & 0x80);
	if (cut > w->path.len)
		return false;
	kept = w->path.len - cut;
	rest = strnlen((const char *)w->at, bytes_left(w));
	if (rest == bytes_left(w) || (len == LENGTH_MASK ? kept + rest < len : kept + rest != len))
		return false;
	buf_cut(&w->path, kept);
	buf_add(&w->path, w->at, rest);
	w->at += rest + 1;
	w->entry.path = w->path.ptr;
	w->entry.len = w->path.len;
	w->entry.shared = kept;
	return true;
}

/* 40 bytes of what stat(2) said, the id, flags and, if these say so, from version 3 on more flags;
 * then the path. */
static bool read_entry(struct index_walk *w)
{
	const unsigned char *start = w->at;
	size_t fixed = OID_AT + w->oid_size + 2;
	struct index_entry *e = &w->entry;
	unsigned flags, extended = 0;

	if (bytes_left(w) < fixed + 2)
		return false;
	w->at += fixed;
	e->stat = start;
	e->mode = get_be32(start + MODE_AT);
	e->oid = start + OID_AT;
	flags = get_be16(w->at - 2);
	e->stage = flags >> STAGE_SHIFT & 3;
	if (flags & FLAG_EXTENDED) {
		extended = w->version < 3 ? ~0U : get_be16(w->at);
		w->at += 2;
	}
	e->intent_to_add = extended & EXTENDED_INTENT_TO_ADD;
	if (extended & ~(unsigned)EXTENDED_KNOWN ||
		(e->mode != MODE_FILE && e->mode != MODE_EXECUTABLE && e->mode != MODE_LINK &&
			e->mode != MODE_GITLINK))
		return false;
	flags &= LENGTH_MASK;
	return flags && (w->version == 4 ? read_packed_path(w, flags) : read_path(w, start, flags));
}

int index_walk_next(struct index_walk *w)
{
	size_t size;

	if (w->left > 0) {
		w->left--;
		return read_entry(w) ? 1 : -1;
	}
	/* Unless an extension's name begins with a capital, whoever does not know it must not
	 * read the index (link: split, sdir: sparse). */
	while (bytes_left(w) >= EXTENSION_HEADER_SIZE && *w->at >= 'A' && *w->at <= 'Z') {
		size = get_be32(w->at + 4);
		w->at += EXTENSION_HEADER_SIZE;
		if (size > bytes_left(w))
			return -1;
		w->at += size;
	}
	return w->at == w->end ? 0 : -1;
}

void index_walk_end(struct index_walk *w)
{
	buf_free(&w->path);
}

bool index_entry_is_file(const struct index_entry *e, const struct stat *st)
{
	enum { DEVICE = 4, MODE = 6 };
	const uint64_t words[] = {(uint64_t)st->st_ctim.tv_sec, (uint64_t)st->st_ctim.tv_nsec,
		(uint64_t)st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec, DEVICE, st->st_ino,
		MODE, st->st_uid, st->st_gid, (uint64_t)st->st_size};
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (i != DEVICE && i != MODE && get_be32(e->stat + 4 * i) != (uint32_t)words[i])
			return false;
	return true;
}
