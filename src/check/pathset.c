#include "check/pathset.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/path.h"

int pathset_add(struct pathset *set, const char *path, size_t len)
{
	char *copy;

	if (array_room(set->items, set->count) < 0)
		return -1;
	copy = strndup(path, len);
	if (!copy)
		return error_oom();
	set->items[set->count++] = (struct pathset_item){copy, len};
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct pathset_item *x = a, *y = b;

	return path_compare(x->path, x->len, y->path, y->len);
}

void pathset_sort(struct pathset *set)
{
	if (set->count)
		qsort(set->items, set->count, sizeof *set->items, compare);
}

static bool has(const struct pathset *set, const char *path, size_t len)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct pathset_item *item = &set->items[middle];
		int order = path_compare(path, len, item->path, item->len);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

bool pathset_holds(const struct pathset *set, const char *path, size_t len)
{
	if (set->count == 0)
		return false;
	while (!has(set, path, len)) {
		if (len == 0)
			return false;
		len = path_base(path, len);
		len = len ? len - 1 : 0;
	}
	return true;
}

void pathset_free(struct pathset *set)
{
	while (set->count > 0)
		free(set->items[--set->count].path);
	free(set->items);
	*set = (struct pathset)PATHSET_INIT;
}
