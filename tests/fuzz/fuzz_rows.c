/*
 * Input: what `git ls-files --stage --debug -z` says. If it is taken, the entries are what a plain
 * reading of each record gives, in the order of an index; a directory of a sparse index is one of
 * the records, and has no entries here, for its tree is empty.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory_odb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct repository repository = {.index_path = (char *)"index"};

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* What is read plainly, and the path visited before. */
struct reading {
	const char *at, *end, *before;
};

/* One record: false when it is no entry of a commit. */
static bool read_plainly(struct reading *r, unsigned *mode, char hex[41], const char **path)
{
	unsigned stage, flags;
	int n;

	require(r->at < r->end);
	require(sscanf(r->at, "%o %40[0-9a-f] %u%n", mode, hex, &stage, &n) == 3);
	require(r->at[n] == '\t' && stage <= 3);
	*path = r->at + n + 1;
	r->at = *path + strlen(*path) + 1;
	require(sscanf(strstr(r->at, "flags:"), "flags: %x", &flags) == 1);
	r->at = strchr(strstr(r->at, "flags:"), '\n') + 1;
	return *mode != MODE_TREE && *mode != MODE_GITLINK && !(flags & 0x20000000) && stage != 1;
}

static int visit(void *arg, const struct entry *e)
{
	struct reading *r = arg;
	unsigned mode;
	char hex[41];
	const char *path;

	while (!read_plainly(r, &mode, hex, &path) || strcmp(path, e->path) != 0)
		;
	require(strlen(path) == e->len && e->len > 0 && e->mode == mode);
	require(strcmp(hex, oid_hex(&e->oid, OID_SHA1)) == 0);
	require(!r->before || strcmp(r->before, path) < 0);
	r->before = path;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT;
	struct snapshot *s;

	if (!repository.odb)
		memory_odb_open(&repository);
	memory_odb_write(&repository, "", 0, GIT_OBJECT_TREE);
	buf_add(&text, data, size);
	if (repository_index(&s, &repository, &text) == 0) {
		struct reading r = {text.ptr, text.ptr + text.len, NULL};

		require(snapshot_each(s, visit, &r) == 0);
		snapshot_free(s);
	}
	buf_free(&text);
	memory_odb_clear();
	return 0;
}
