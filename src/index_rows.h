/*
 * index_rows - every entry of an index, in its order, whoever has read it: libgit2
 * (index_libgit2.c) or, where libgit2 refuses, git (index_plumbing.c).
 *
 * Not for others than snapshot_index.c.
 */
#ifndef PYCGUARD_INDEX_ROWS_H
#define PYCGUARD_INDEX_ROWS_H

#include "git.h"

struct index_row {
	const char *path;
	const unsigned char *oid; /* raw */
	uint32_t mode;
	unsigned char stage;
	bool recorded; /* neither a gitlink nor intent-to-add */
	bool expanded; /* of a directory that a sparse index has as one entry */
};

/** The bytes of an expanded row. */
struct index_row_bytes {
	struct index_row_bytes *next;
	char bytes[];
};

/** Start with zeros and the repository. Paths and ids lie in what it was read from. */
struct index_rows {
	struct repository *repository;
	struct index_row *items;
	size_t count, cap;
	git_index *index;
	struct buf text;
	struct index_row_bytes *expanded;
};

/** Add one, which must come after the last in order of path and stage. 0; -1 recorded. */
int index_rows_add(struct index_rows *rows, const struct index_row *row);

void index_rows_free(struct index_rows *rows);

/** Read the file. 0; 2 when git may know better, -1 when not, both with the failure recorded. */
int index_rows_by_libgit2(struct index_rows *rows);

/** Ask git (git ls-files --stage). 0; -1 with the failure recorded. */
int index_rows_by_git(struct index_rows *rows);

/** Read what git said: `rows->text`, which is changed and must stay. 0; -1 with the failure
 * recorded. */
int index_rows_take(struct index_rows *rows);

#endif
