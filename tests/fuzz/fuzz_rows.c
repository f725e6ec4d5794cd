/*
 * Input: what `git ls-files --stage -z` says. If it is taken, the rows are what a plain reading of
 * each record gives, in the order of an index; a directory of a sparse index is one of the records,
 * and has no rows here, for its tree is empty.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "git/index_rows.h"
#include "memory_odb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct repository repository = {.index_path = (char *)"index"};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void require_same(const struct index_rows *rows, const struct index_row *row, unsigned mode,
	const char *hex, const char *rest)
{
	const char *path = index_rows_path(rows, row);
	struct oid id;

	require(oid_parse(&id, hex, OID_SHA1) && memcmp(path - OID_SHA1, id.bytes, OID_SHA1) == 0);
	require(row->mode == mode && row->stage == rest[0] - '0' && rest[1] == '\t');
	require(strcmp(path, rest + 2) == 0 && strlen(path) == row->len && row->len > 0);
	require(row->recorded == (mode != MODE_GITLINK) && !row->expanded);
}

static void compare(const struct index_rows *rows, const char *text, size_t len)
{
	size_t i = 0, at;
	char hex[41];
	unsigned mode;
	int n;

	for (at = 0; at < len; at += strlen(text + at) + 1) {
		require(sscanf(text + at, "%o %40[0-9a-fA-F] %n", &mode, hex, &n) == 2);
		if (mode == MODE_TREE)
			continue;
		require(i < rows->count);
		require_same(rows, &rows->items[i++], mode, hex, text + at + n);
	}
	require(i == rows->count);
}

static void check_order(const struct index_rows *rows)
{
	size_t i;

	for (i = 1; i < rows->count; i++) {
		const struct index_row *a = &rows->items[i - 1], *b = a + 1;
		int order = strcmp(index_rows_path(rows, a), index_rows_path(rows, b));

		require(order < 0 || (order == 0 && a->stage < b->stage));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct index_rows rows = {.repository = &repository, .bytes = BUF_INIT};
	struct buf text = BUF_INIT;

	if (!repository.odb)
		memory_odb_open(&repository);
	memory_odb_write(&repository, "", 0, GIT_OBJECT_TREE);
	buf_add(&text, data, size);
	require(!text.failed);
	if (index_rows_take(&rows, &text) == 0) {
		compare(&rows, text.ptr, text.len);
		check_order(&rows);
	}
	free(rows.items);
	buf_free(&rows.bytes);
	buf_free(&text);
	memory_odb_clear();
	return 0;
}
