#include "raw_index.h"

#include <string.h>
#include <strings.h>

#include "big_endian.h"
#include "buf.h"
#include "path.h"
#include "sha1.h"
#include "snapshot.h"

enum {
	HEADER_SIZE = 12,
	MODE_AT = 24,
	OID_AT = 40,
	FLAGS_AT = 60,
	FIXED_SIZE = 62,
	EXTENSION_HEADER_SIZE = 8,
	FLAG_EXTENDED = 0x4000,
	STAGE_SHIFT = 12,
	LENGTH_MASK = 0xfff,
	EXTENDED_INTENT_TO_ADD = 0x2000,
	EXTENDED_KNOWN = 0x6000,
};

struct cursor {
	const unsigned char *at, *end; /* `end`: where the checksum begins */
	uint32_t version;
	struct raw_entry entry;
	size_t shared;   /* so many bytes its path begins with as the path before does */
	int order;       /* of the path before against it */
	struct buf path; /* of the entry, in version 4; in the others it is in place */
};

static size_t left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

/* How many bytes two paths, each with a NUL after `max` bytes or more, begin with alike. */
static size_t count_shared(const char *a, const char *b, size_t max)
{
	size_t n = 0;
	uint64_t x, y;

	for (; n + sizeof x <= max; n += sizeof x) {
		memcpy(&x, a + n, sizeof x);
		memcpy(&y, b + n, sizeof y);
		if (x != y)
			break;
	}
	while (n < max && a[n] == b[n])
		n++;
	return n;
}

/* Holds what a path goes on with after `kept` bytes of the path before against that. */
static void compare(struct cursor *c, const char *rest, size_t kept, size_t len)
{
	const char *last = c->entry.path + kept;
	size_t n = count_shared(last, rest, (len < c->entry.len ? len : c->entry.len) - kept);

	c->shared = kept + n;
	c->order = (unsigned char)last[n] - (unsigned char)rest[n];
}

/* The path of an entry of version 2 or 3, and its NULs; one within is found later. */
static bool read_path(struct cursor *c, const unsigned char *start, size_t len)
{
	size_t size, padding, at = (size_t)(c->at - start);

	if (len == LENGTH_MASK) {
		len = strnlen((const char *)c->at, left(c));
		if (len < LENGTH_MASK)
			return false;
	}
	size = (at + len + 8) & ~(size_t)7;
	padding = size - at - len;
	if ((size_t)(c->end - start) < size || get_be64(start + size - 8) << (64 - 8 * padding))
		return false;
	compare(c, (const char *)c->at, 0, len);
	c->entry.path = (const char *)c->at;
	c->entry.len = len;
	c->at = start + size;
	return true;
}

/* A number as version 4 writes it; one too large for any path is refused. */
static bool read_number(struct cursor *c, size_t *out)
{
	size_t n = 0;
	unsigned char byte;

	do {
		if (c->at == c->end || n > UINT32_MAX)
			return false;
		byte = *c->at++;
		n = (n << 7) + (byte & 0x7f) + (byte & 0x80 ? 1 : 0);
	} while (byte & 0x80);
	*out = n;
	return true;
}

/* The path of an entry of version 4. libgit2 reads none that is very long. */
static bool read_packed_path(struct cursor *c, size_t len)
{
	size_t cut, kept, rest;

	if (!read_number(c, &cut) || cut > c->path.len)
		return false;
	kept = c->path.len - cut;
	if (len == LENGTH_MASK || len < kept)
		return false;
	rest = len - kept;
	if (left(c) <= rest || c->at[rest] != '\0')
		return false;
	compare(c, (const char *)c->at, kept, len);
	buf_cut(&c->path, kept);
	buf_add(&c->path, c->at, rest);
	c->at += rest + 1;
	c->entry.path = c->path.ptr;
	c->entry.len = len;
	return !c->path.failed;
}

static bool read_flags(struct cursor *c, unsigned flags)
{
	unsigned extended = 0;

	c->entry.stage = flags >> STAGE_SHIFT & 3;
	if (flags & FLAG_EXTENDED) {
		if (c->version < 3 || left(c) < 2)
			return false;
		extended = get_be16(c->at);
		c->at += 2;
	}
	c->entry.intent_to_add = extended & EXTENDED_INTENT_TO_ADD;
	return !(extended & ~(unsigned)EXTENDED_KNOWN);
}

static bool is_known_mode(uint32_t mode)
{
	return mode == MODE_FILE || mode == MODE_EXECUTABLE || mode == MODE_LINK ||
	       mode == MODE_GITLINK;
}

static bool is_ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_high_byte(const char *s, size_t len)
{
	while (len > 0)
		if ((unsigned char)s[--len] >= 0x80)
			return true;
	return false;
}

/* A component with a dot in front: ".", "..", or what may be ".git" to some file system, which can
 * take no notice of blanks, of what follows a colon, of characters without width. */
static bool is_odd_dot_name(const char *s, size_t len, bool is_link)
{
	if (len == 1 || (len == 2 && s[1] == '.') || has_high_byte(s, len))
		return true;
	return strncasecmp(s, ".git", 4) == 0 && (is_link || len == 4 || !is_ascii_letter(s[4]));
}

static bool is_odd_component(const char *s, size_t len, bool is_link)
{
	if (len == 0)
		return true;
	switch (*s) {
	case '.':
		return is_odd_dot_name(s, len, is_link);
	case 'g':
	case 'G':
		return strncasecmp(s, "git~", 4) == 0 || (is_link && memchr(s, '~', len));
	case '\xe2': /* the characters without width begin with these */
	case '\xef':
		return true;
	default:
		return false;
	}
}

/* Finds the components, from `fresh` on, of a path that has no NUL and no slash between that and
 * `from`. */
static bool has_good_components(struct raw_entry *e, size_t from, bool is_link)
{
	const char *at = e->path + from, *end = e->path + e->len, *name = e->path + e->fresh;

	for (; at < end; at++) {
		if ((unsigned char)*at > '/')
			continue;
		if (*at == '\0')
			return false;
		if (*at != '/')
			continue;
		if (is_odd_component(name, (size_t)(at - name), is_link))
			return false;
		name = at + 1;
	}
	e->base = (size_t)(name - e->path);
	return !is_odd_component(name, (size_t)(end - name), is_link);
}

/* libgit2 refuses an index with a path that is not of a work tree, or that is .git's; as links the
 * names of git's own files too. A directory that the path before was in is known to be good. */
static bool is_good_path(struct cursor *c)
{
	struct raw_entry *e = &c->entry;

	e->fresh = e->base; /* of the path before */
	if (e->fresh > c->shared)
		e->fresh = path_base(e->path, c->shared);
	if (!has_good_components(e, c->shared, false))
		return false;
	if (e->mode != MODE_LINK)
		return true;
	e->fresh = 0;
	return has_good_components(e, 0, true);
}

static bool read_entry(struct cursor *c)
{
	const unsigned char *start = c->at;
	unsigned flags, last_stage = c->entry.stage;
	size_t len;

	if (left(c) < FIXED_SIZE)
		return false;
	c->at += FIXED_SIZE;
	c->entry.oid = start + OID_AT;
	c->entry.mode = get_be32(start + MODE_AT);
	flags = get_be16(start + FLAGS_AT);
	len = flags & LENGTH_MASK;
	if (!is_known_mode(c->entry.mode) || !read_flags(c, flags) || len == 0)
		return false;
	if (!(c->version == 4 ? read_packed_path(c, len) : read_path(c, start, len)))
		return false;
	if (c->order > 0 || (c->order == 0 && (last_stage == 0 || last_stage >= c->entry.stage)))
		return false;
	return is_good_path(c);
}

/* A decimal number, -1 the least, and the byte after it. */
static bool read_decimal(struct cursor *c, char after, long *out)
{
	bool negative = left(c) > 0 && *c->at == '-';
	long n = 0;
	int digits = 0;

	for (c->at += negative; left(c) > 0 && *c->at >= '0' && *c->at <= '9'; digits++)
		if ((n = n * 10 + *c->at++ - '0') > INT32_MAX)
			return false;
	*out = negative ? -n : n;
	return digits > 0 && *out >= -1 && left(c) > 0 && *c->at++ == (unsigned char)after;
}

/* The cached trees: each its name, how many entries it covers (-1: not valid, and then no object
 * id) and how many trees are straight below it, which follow. */
static bool read_trees(struct cursor *c)
{
	const unsigned char *nul;
	long missing = 1, covered, below;

	for (; missing > 0 && left(c) > 0; missing += below - 1) {
		nul = memchr(c->at, '\0', left(c));
		if (!nul)
			return false;
		c->at = nul + 1;
		if (!read_decimal(c, ' ', &covered) || !read_decimal(c, '\n', &below) || below < 0)
			return false;
		if (covered >= 0 && left(c) < SHA1_SIZE)
			return false;
		c->at += covered >= 0 ? SHA1_SIZE : 0;
	}
	return missing == 0 && left(c) == 0;
}

static bool read_extension(struct cursor *c)
{
	static const char passed_over[] = "UNTR FSMN EOIE IEOT";
	char name[5] = "";
	struct cursor body;
	size_t size;

	if (left(c) < EXTENSION_HEADER_SIZE)
		return false;
	memcpy(name, c->at, 4);
	size = get_be32(c->at + 4);
	c->at += EXTENSION_HEADER_SIZE;
	if (left(c) < size)
		return false;
	body = (struct cursor){.at = c->at, .end = c->at + size};
	c->at += size;
	if (strcmp(name, "TREE") == 0)
		return read_trees(&body);
	return strlen(name) == 4 && !strchr(name, ' ') && strstr(passed_over, name);
}

static bool read_header(struct cursor *c, uint32_t *count)
{
	if (left(c) < HEADER_SIZE || memcmp(c->at, "DIRC", 4) != 0)
		return false;
	c->version = get_be32(c->at + 4);
	*count = get_be32(c->at + 8);
	c->at += HEADER_SIZE;
	return c->version >= 2 && c->version <= 4;
}

bool raw_index_each(const unsigned char *bytes, size_t len, raw_visit *visit, void *arg)
{
	struct cursor c = {.at = bytes, .entry = {.path = ""}, .path = BUF_INIT};
	uint32_t count;
	bool good;

	if (len < SHA1_SIZE)
		return false;
	c.end = bytes + len - SHA1_SIZE;
	good = read_header(&c, &count);
	for (; good && count > 0; count--)
		good = read_entry(&c) && visit(arg, &c.entry);
	while (good && left(&c) > 0)
		good = read_extension(&c);
	buf_free(&c.path);
	return good;
}

bool raw_index_sum_fits(const unsigned char *bytes, size_t len, const atomic_bool *stop)
{
	static const unsigned char none[SHA1_SIZE];
	unsigned char sum[SHA1_SIZE];

	if (len < SHA1_SIZE)
		return false;
	bytes += len - SHA1_SIZE;
	return memcmp(bytes, none, SHA1_SIZE) == 0 ||
	       (sha1_unless(sum, bytes - (len - SHA1_SIZE), len - SHA1_SIZE, stop) &&
		       memcmp(sum, bytes, SHA1_SIZE) == 0);
}
