#include "index_rows.h"

#include <stdlib.h>
#include <string.h>

/* git refuses an index out of order, and a search by halves would miss entries of it. */
static int check_order(
	const struct index_rows *rows, const struct index_row *last, const struct index_row *row)
{
	int order = strcmp(last->path, row->path);

	if (order < 0 || (order == 0 && last->stage > 0 && last->stage < row->stage))
		return 0;
	return error_set("cannot read index '%s': entries out of order at '%s'",
		rows->repository->index_path, row->path);
}

int index_rows_add(struct index_rows *rows, const struct index_row *row)
{
	size_t cap = rows->cap ? 2 * rows->cap : 256;
	struct index_row *grown;

	if (rows->count && check_order(rows, &rows->items[rows->count - 1], row) < 0)
		return -1;
	if (rows->count == rows->cap) {
		grown = realloc(rows->items, cap * sizeof *grown);
		if (!grown)
			return error_oom();
		rows->items = grown;
		rows->cap = cap;
	}
	rows->items[rows->count++] = *row;
	return 0;
}

void index_rows_free(struct index_rows *rows)
{
	struct index_row_bytes *next;

	for (; rows->expanded; rows->expanded = next) {
		next = rows->expanded->next;
		free(rows->expanded);
	}
	free(rows->items);
	buf_free(&rows->text);
	git_index_free(rows->index);
}
