#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "git.h"

static int by_path(const void *a, const void *b)
{
	const struct scan_event *x = *(const struct scan_event *const *)a;
	const struct scan_event *y = *(const struct scan_event *const *)b;
	int order = strcmp(x->path, y->path);

	if (order || x->commit == y->commit)
		return order;
	return x->commit < y->commit ? -1 : 1;
}

static const struct scan_event **sort_by_path(const struct scan_events *events)
{
	const struct scan_event **sorted = malloc((events->count + 1) * sizeof *sorted);
	size_t i;

	if (!sorted) {
		error_oom();
		return NULL;
	}
	for (i = 0; i < events->count; i++)
		sorted[i] = &events->items[i];
	qsort(sorted, events->count, sizeof *sorted, by_path);
	return sorted;
}

static int add_bytes(struct history *h, struct history_path *row, struct oidmap *seen,
	struct repository *r, const struct scan_event *e)
{
	uint32_t owner, number = (uint32_t)(row - h->items);
	bool known = oidmap_get(seen, &e->oid, &owner);
	uint64_t size;

	if (known && owner == number)
		return 0;
	if (git_blob_size(r, &e->oid, &size) < 0)
		return error_prefix("cannot size '%s'", e->path);
	row->bytes += size;
	h->bytes += known ? 0 : size;
	return oidmap_set(seen, &e->oid, number);
}

/* The events of one path, in order of the walk. False when the path is only removed. */
static bool fill_row(struct history_path *row, const struct scan_event **events, size_t count)
{
	size_t i;

	*row = (struct history_path){.path = events[0]->path, .len = events[0]->len,
		.added = HISTORY_NEVER, .removed = HISTORY_NEVER};
	for (i = 0; i < count; i++) {
		if (events[i]->change == CHANGE_REMOVED)
			row->removed = (int64_t)events[i]->commit;
		else if (row->added == HISTORY_NEVER)
			row->added = (int64_t)events[i]->commit;
		row->versions += events[i]->change == CHANGE_ADDED || events[i]->change == CHANGE_CHANGED;
	}
	return row->added != HISTORY_NEVER;
}

static int add_row(struct history *h, const struct scan_event **events, size_t count,
	const struct walk *w, struct oidmap *seen, struct repository *sized)
{
	struct history_path *row = &h->items[h->count];
	size_t i;

	if (!fill_row(row, events, count))
		return 0;
	h->count++;
	row->first = *walk_commit(w, (size_t)row->added);
	if (row->removed != HISTORY_NEVER)
		row->last = *walk_commit(w, (size_t)row->removed);
	for (i = 0; sized && i < count; i++)
		if (events[i]->change != CHANGE_REMOVED &&
		    add_bytes(h, row, seen, sized, events[i]) < 0)
			return -1;
	return 0;
}

static size_t run_of_path(const struct scan_event **events, size_t count)
{
	size_t n = 1;

	while (n < count && strcmp(events[n]->path, events[0]->path) == 0)
		n++;
	return n;
}

static int add_rows(struct history *h, const struct scan_events *events, const struct scan *s,
	bool sizes)
{
	const struct scan_event **sorted = sort_by_path(events);
	struct oidmap seen = OIDMAP_INIT;
	size_t i, n;
	int status = 0;

	h->items = calloc(events->count + 1, sizeof *h->items);
	if (!h->items)
		status = error_oom();
	if (!sorted)
		status = -1;
	for (i = 0; status == 0 && i < events->count; i += n) {
		n = run_of_path(sorted + i, events->count - i);
		status = add_row(h, sorted + i, n, s->walk, &seen, sizes ? s->repository : NULL);
	}
	free(sorted);
	oidmap_free(&seen);
	return status;
}

/* Asks the tip's tree for each path that no tip before has. */
static int look_in_tip(struct history *h, struct repository *r, const struct walk_commit *tip)
{
	git_oid id = oid_to_git(&tip->id);
	struct snapshot *s;
	size_t i;
	int found = 0;

	if (snapshot_of_commit(&s, r, &id) < 0)
		return -1;
	for (i = 0; i < h->count && found >= 0; i++) {
		if (h->items[i].there)
			continue;
		found = snapshot_find(s, h->items[i].path, NULL);
		h->items[i].there = found == 1;
	}
	snapshot_free(s);
	return found < 0 ? -1 : 0;
}

static int look_in_tips(struct history *h, const struct scan *s)
{
	struct oidmap seen = OIDMAP_INIT;
	size_t i;
	int status = 0;

	for (i = 0; h->count && i < walk_tip_count(s->walk) && status == 0; i++) {
		const struct walk_commit *tip = walk_tip(s->walk, i);

		if (oidmap_get(&seen, &tip->tree, NULL))
			continue;
		status = oidmap_set(&seen, &tip->tree, 0);
		if (status == 0)
			status = look_in_tip(h, s->repository, tip);
	}
	oidmap_free(&seen);
	return status;
}

int history_build(struct history *out, const struct scan_events *events, const struct scan *s,
	bool sizes)
{
	*out = (struct history)HISTORY_INIT;
	return add_rows(out, events, s, sizes) < 0 ? -1 : look_in_tips(out, s);
}

static int compare_row(const void *key, const void *row)
{
	return strcmp(key, ((const struct history_path *)row)->path);
}

const struct history_path *history_find(const struct history *h, const char *path)
{
	return bsearch(path, h->items, h->count, sizeof *h->items, compare_row);
}

void history_free(struct history *h)
{
	free(h->items);
	*h = (struct history)HISTORY_INIT;
}
