#include "check/pathset.h"

void pathset_add(struct pathset *set, const char *path, size_t len)
{
	array_room(set->items, set->count);
	set->items[set->count++] = (struct pathset_item){memory_text(path, len), len};
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

bool pathset_holds(const struct pathset *set, const char *path, size_t len)
{
	struct pathset_item key = {(char *)path, len};

	while (set->count && !bsearch(&key, set->items, set->count, sizeof key, compare)) {
		if (key.len == 0)
			return false;
		key.len = path_base(path, key.len);
		key.len -= key.len > 0;
	}
	return set->count > 0;
}

void pathset_free(struct pathset *set)
{
	while (set->count > 0)
		free(set->items[--set->count].path);
	free(set->items);
	*set = (struct pathset){0};
}
