/*
 * index_rows - every entry of an index, in its order, whoever has read it: we (index_walk.h) or,
 * where the file is of a kind that is not known here, git (index_plumbing.c).
 *
 * Not for others than snapshot_index.c.
 */
#ifndef PYCGUARD_INDEX_ROWS_H
#define PYCGUARD_INDEX_ROWS_H

#include "git/git.h"

struct index_row {
	size_t path; /* where in the bytes it is, with a NUL; its id is right before it */
	uint32_t len, mode;
	unsigned char stage;
	bool recorded; /* neither a gitlink nor intent-to-add */
	bool expanded; /* of a directory that a sparse index has as one entry */
};

/** Start with zeros, BUF_INIT and the repository. */
struct index_rows {
	struct repository *repository;
	struct index_row *items;
	size_t count;
	struct buf bytes;
};

/**
 * Add one, which must come after the last in order of path and stage.
 *
 * @param row its path and len are filled in here. @return 0; -1 recorded.
 */
int index_rows_add(struct index_rows *rows, struct index_row row, const unsigned char *oid,
	const char *path, size_t len);

const char *index_rows_path(const struct index_rows *rows, const struct index_row *row);

/** The first row whose path is not before this one; the count of all when there is none. */
size_t index_rows_from(const struct index_rows *rows, const char *path);

/** Ask git (git ls-files --stage). 0; -1 with the failure recorded. */
int index_rows_by_git(struct index_rows *rows);

/** Add what git said. 0; -1 with the failure recorded. */
int index_rows_take(struct index_rows *rows, const struct buf *text);

#endif
