/*
 * Input: the length of an index, two bytes, little endian; the index; the pack. The index is made
 * to end with the pack's hash, so that the pair is taken. Each object that the index names is read,
 * forwards and backwards, and one alone: nothing may crash, and what was read before changes no
 * answer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "packs.h"

enum { ID = 20, IDS = 8 + 4 * 256, OBJECTS_MAX = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[] = "/tmp/pycguard-fuzz.XXXXXX";
static char objects[64], index_path[128], pack_path[128];

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void clean_up(void)
{
	unlink(index_path);
	unlink(pack_path);
	snprintf(pack_path, sizeof pack_path, "%s/pack", directory);
	rmdir(pack_path);
	rmdir(directory);
}

static void set_up(void)
{
	if (*objects)
		return;
	require(mkdtemp(directory) != NULL);
	snprintf(objects, sizeof objects, "%s/", directory);
	snprintf(pack_path, sizeof pack_path, "%s/pack", directory);
	require(mkdir(pack_path, 0700) == 0);
	snprintf(index_path, sizeof index_path, "%s/pack/pack-1.idx", directory);
	snprintf(pack_path, sizeof pack_path, "%s/pack/pack-1.pack", directory);
	require(atexit(clean_up) == 0);
}

static void write_file(const char *path, const uint8_t *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	require(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

static struct packed *read_alone(const uint8_t *id)
{
	struct packs *packs = packs_open(objects, ID);
	struct packed *o;

	require(packs != NULL);
	o = packs_read(packs, id);
	packs_close(packs);
	return o;
}

static void require_same(const struct packed *a, const struct packed *b)
{
	require(!a == !b);
	if (a)
		require(a->type == b->type && a->size == b->size && a->bytes[a->size] == '\0' &&
			memcmp(a->bytes, b->bytes, a->size) == 0);
}

static void read_all(struct packs *packs, const uint8_t *ids, size_t count)
{
	struct packed *forwards[OBJECTS_MAX], *other;
	size_t i;

	for (i = 0; i < count; i++)
		forwards[i] = packs_read(packs, ids + ID * i);
	for (i = count; i-- > 0;) {
		other = packs_read(packs, ids + ID * i);
		require_same(forwards[i], other);
		packed_release(other);
	}
	if (count) {
		other = read_alone(ids + ID * (count / 2));
		require_same(forwards[count / 2], other);
		packed_release(other);
	}
	for (i = 0; i < count; i++)
		packed_release(forwards[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = size < 2 ? 0 : (size_t)(data[0] | data[1] << 8), count;
	struct packs *packs;
	uint8_t *bytes;

	if (len < IDS + 2 * ID || size - 2 < len + ID)
		return 0;
	set_up();
	bytes = malloc(len);
	require(bytes != NULL);
	memcpy(bytes, data + 2, len);
	memcpy(bytes + len - 2 * ID, data + size - ID, ID);
	write_file(index_path, bytes, len);
	write_file(pack_path, data + 2 + len, size - 2 - len);
	packs = packs_open(objects, ID);
	if (packs) {
		count = (len - IDS - 2 * ID) / ID;
		read_all(packs, bytes + IDS, count < OBJECTS_MAX ? count : OBJECTS_MAX);
		packs_close(packs);
	}
	free(bytes);
	return 0;
}
