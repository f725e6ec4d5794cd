/*
 * Changes an index as an index: a path, a mode, a flag, the order, the version, an extension; and
 * then counts, lengths, padding and prefixes are made to fit again, so that what is read is seldom
 * refused for these alone. One time in four it is bytes that change.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

enum {
	HEADER = 12,
	FIXED = 62,
	MODE_AT = 24,
	FLAGS_AT = 60,
	ENTRIES_MAX = 64,
	PATH_MAX_HERE = 300
};

struct entry {
	uint8_t fixed[FIXED];
	uint8_t extended[2];
	uint8_t path[PATH_MAX_HERE];
	size_t len;
};

struct index {
	unsigned version;
	struct entry entries[ENTRIES_MAX];
	size_t count;
	uint8_t rest[4096];
	size_t rest_len;
};

static int is_extended(const struct entry *e)
{
	return e->fixed[FLAGS_AT] & 0x40;
}

/* Reads an entry of version 2 or 3; version 4 is written here, never read. */
static size_t read_entry(struct entry *e, const uint8_t *at, size_t left)
{
	size_t head = FIXED, len;
	const uint8_t *nul;

	if (left < FIXED + 2)
		return 0;
	memcpy(e->fixed, at, FIXED);
	memset(e->extended, 0, 2);
	if (is_extended(e)) {
		memcpy(e->extended, at + FIXED, 2);
		head += 2;
	}
	nul = memchr(at + head, '\0', left - head);
	len = nul ? (size_t)(nul - at) - head : 0;
	if (!nul || len > PATH_MAX_HERE)
		return 0;
	memcpy(e->path, at + head, len);
	e->len = len;
	len = (head + len) / 8 * 8 + 8;
	return len <= left ? len : 0;
}

static int read_index(struct index *x, const uint8_t *data, size_t size)
{
	size_t at = HEADER, taken, count;

	if (size < HEADER || memcmp(data, "DIRC", 4) != 0 || (data[7] != 2 && data[7] != 3))
		return 0;
	x->version = data[7];
	count = (size_t)data[10] << 8 | data[11];
	for (x->count = 0; x->count < count && x->count < ENTRIES_MAX; x->count++, at += taken) {
		taken = read_entry(&x->entries[x->count], data + at, size - at);
		if (taken == 0)
			return 0;
	}
	x->rest_len = size - at < sizeof x->rest ? size - at : sizeof x->rest;
	memcpy(x->rest, data + at, x->rest_len);
	return 1;
}

static size_t put(uint8_t *out, size_t at, size_t max, const void *bytes, size_t len)
{
	if (at < max)
		memcpy(out + at, bytes, len < max - at ? len : max - at);
	return at + len;
}

static size_t put_packed(
	uint8_t *out, size_t at, size_t max, const struct entry *last, const struct entry *e)
{
	size_t shared = 0, cut;
	uint8_t number[2];

	while (last && shared < last->len && shared < e->len &&
		last->path[shared] == e->path[shared])
		shared++;
	cut = last ? last->len - shared : 0;
	if (cut >= 128) {
		number[0] = (uint8_t)(0x80 | ((cut >> 7) - 1));
		at = put(out, at, max, number, 1);
	}
	number[0] = cut & 0x7f;
	at = put(out, at, max, number, 1);
	at = put(out, at, max, e->path + shared, e->len - shared);
	return put(out, at, max, "", 1);
}

static size_t put_entry(uint8_t *out, size_t at, size_t max, const struct index *x, size_t i)
{
	static const uint8_t nuls[8];
	struct entry e = x->entries[i];
	size_t start = at;

	if (x->version == 2)
		e.fixed[FLAGS_AT] &= (uint8_t)~0x40;
	e.fixed[FLAGS_AT] = (uint8_t)((e.fixed[FLAGS_AT] & 0xf0) | e.len >> 8);
	e.fixed[FLAGS_AT + 1] = (uint8_t)e.len;
	at = put(out, at, max, e.fixed, FIXED);
	if (is_extended(&e))
		at = put(out, at, max, e.extended, 2);
	if (x->version == 4)
		return put_packed(out, at, max, i ? &x->entries[i - 1] : NULL, &e);
	at = put(out, at, max, e.path, e.len);
	return put(out, at, max, nuls, 8 - (at - start) % 8);
}

static size_t write_index(uint8_t *out, size_t max, const struct index *x)
{
	uint8_t header[HEADER] = {
		'D', 'I', 'R', 'C', 0, 0, 0, (uint8_t)x->version, 0, 0, 0, (uint8_t)x->count};
	size_t at = put(out, 0, max, header, HEADER), i;

	for (i = 0; i < x->count; i++)
		at = put_entry(out, at, max, x, i);
	at = put(out, at, max, x->rest, x->rest_len);
	return at < max ? at : max;
}

static int by_path(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = memcmp(x->path, y->path, x->len < y->len ? x->len : y->len);

	if (order == 0)
		order = (x->len > y->len) - (x->len < y->len);
	return order ? order : (x->fixed[FLAGS_AT] & 0x30) - (y->fixed[FLAGS_AT] & 0x30);
}

static void change_path(struct entry *e)
{
	uint8_t *nul;

	e->len = LLVMFuzzerMutate(e->path, e->len, PATH_MAX_HERE);
	nul = memchr(e->path, '\0', e->len);
	if (nul)
		e->len = (size_t)(nul - e->path);
}

static void change_entry(struct index *x, struct entry *e, unsigned seed)
{
	static const uint8_t modes[][2] = {
		{0x81, 0xa4}, {0x81, 0xed}, {0xa0, 0x00}, {0xe0, 0x00}, {0x40, 0x00}, {0x81, 0xb4}};

	switch (seed % 8) {
	case 0:
		memcpy(e->fixed + MODE_AT + 2, modes[seed / 8 % 6], 2);
		break;
	case 1:
		e->fixed[FLAGS_AT] ^= (uint8_t)(0x10 << seed / 8 % 4);
		break;
	case 2:
		e->extended[0] ^= (uint8_t)(1 << seed / 8 % 8);
		e->fixed[FLAGS_AT] |= 0x40;
		x->version = 3;
		break;
	case 3:
		if (x->count < ENTRIES_MAX)
			x->entries[x->count++] = *e;
		break;
	case 4:
		*e = x->entries[--x->count];
		break;
	default:
		change_path(e);
	}
}

static void change_extension(struct index *x)
{
	size_t size;

	if (x->rest_len < 8) {
		x->rest_len = LLVMFuzzerMutate(x->rest, x->rest_len, sizeof x->rest);
		return;
	}
	size = LLVMFuzzerMutate(x->rest + 8, x->rest_len - 8, sizeof x->rest - 8);
	x->rest_len = size + 8;
	x->rest[4] = x->rest[5] = 0;
	x->rest[6] = (uint8_t)(size >> 8);
	x->rest[7] = (uint8_t)size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	static struct index x;

	srand(seed);
	if (rand() % 4 == 0 || !read_index(&x, data, size) || x.count == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	if (rand() % 8 == 0)
		change_extension(&x);
	else
		change_entry(&x, &x.entries[(size_t)rand() % x.count], (unsigned)rand());
	if (rand() % 8)
		qsort(x.entries, x.count, sizeof *x.entries, by_path);
	if (rand() % 16 == 0)
		x.version = 2 + (unsigned)rand() % 3;
	return write_index(data, max_size, &x);
}
