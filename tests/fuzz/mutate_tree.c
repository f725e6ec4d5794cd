/*
 * Changes two trees as trees: an entry of one, or its place, or which tree it is in; then the
 * length is made to fit again. One time in four it is bytes that change.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

enum { ENTRIES_MAX = 64, NAME_MAX_HERE = 100, ID = 20 };

struct entry {
	char mode[12];
	uint8_t name[NAME_MAX_HERE];
	size_t len;
	uint8_t id[ID];
	int second; /* of the second tree */
};

static struct entry entries[ENTRIES_MAX];
static size_t count;

/* Takes the entry at the front of a tree; how many bytes it was, 0 if it is none. */
static size_t read_entry(struct entry *e, const uint8_t *at, size_t left)
{
	const uint8_t *blank = memchr(at, ' ', left);
	const uint8_t *nul = blank ? memchr(blank, '\0', left - (size_t)(blank - at)) : NULL;
	size_t len = nul ? (size_t)(nul - blank) - 1 : 0;

	if (!nul || (size_t)(nul - at) + 1 + ID > left || len > NAME_MAX_HERE ||
		(size_t)(blank - at) >= sizeof e->mode)
		return 0;
	memset(e->mode, 0, sizeof e->mode);
	memcpy(e->mode, at, (size_t)(blank - at));
	memcpy(e->name, blank + 1, len);
	memcpy(e->id, nul + 1, ID);
	e->len = len;
	return (size_t)(nul - at) + 1 + ID;
}

static void read_trees(const uint8_t *data, size_t size)
{
	size_t len = (size_t)data[0] << 8 | data[1], at = 2, taken;

	for (count = 0; count < ENTRIES_MAX && at < size; at += taken) {
		entries[count].second = at >= len + 2;
		taken = read_entry(&entries[count], data + at, size - at);
		if (taken == 0)
			break;
		count++;
	}
}

static size_t write_tree(uint8_t *out, size_t at, size_t max, int second)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct entry *e = &entries[i];
		size_t mode = strlen(e->mode);

		if (e->second != second || max - at < mode + e->len + 2 + ID)
			continue;
		memcpy(out + at, e->mode, mode);
		out[at + mode] = ' ';
		memcpy(out + at + mode + 1, e->name, e->len);
		at += mode + 1 + e->len;
		out[at++] = '\0';
		memcpy(out + at, e->id, ID);
		at += ID;
	}
	return at;
}

static void change_entry(struct entry *e)
{
	static const char *const modes[] = {
		"100644", "100755", "120000", "160000", "40000", "40755", "100600", "0", "7777777"};
	uint8_t *nul;

	switch (rand() % 8) {
	case 0:
		strcpy(e->mode, modes[rand() % 9]);
		break;
	case 1:
		e->id[rand() % ID] ^= (uint8_t)(1 << rand() % 8);
		break;
	case 2:
		e->second = !e->second;
		break;
	case 3:
		if (count < ENTRIES_MAX) {
			entries[count] = *e;
			entries[count++].second = rand() % 2;
		}
		break;
	case 4:
		*e = entries[--count];
		break;
	default:
		e->len = LLVMFuzzerMutate(e->name, e->len, NAME_MAX_HERE);
		nul = memchr(e->name, '\0', e->len);
		e->len = nul ? (size_t)(nul - e->name) : e->len;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = memcmp(x->name, y->name, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size_t first, all;

	srand(seed);
	if (rand() % 4 == 0 || size < 2 || max_size < 2)
		return LLVMFuzzerMutate(data, size, max_size);
	read_trees(data, size);
	if (count == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	change_entry(&entries[(size_t)rand() % count]);
	if (rand() % 4)
		qsort(entries, count, sizeof *entries, by_name);
	first = write_tree(data, 2, max_size, 0);
	all = write_tree(data, first, max_size, 1);
	data[0] = (uint8_t)((first - 2) >> 8);
	data[1] = (uint8_t)(first - 2);
	return all;
}
