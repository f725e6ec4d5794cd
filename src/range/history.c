#include "range/history.h"

#include <stdlib.h>
#include <string.h>

#include "git/objects.h"
#include "range/store.h"

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

/* The events of one path, in order of the walk. False when the path is only removed. */
static bool fill_row(struct history_path *row, const struct scan_event **events, size_t count)
{
	size_t i;

	*row = (struct history_path){.path = events[0]->path,
		.len = events[0]->len,
		.added = HISTORY_NEVER,
		.removed = HISTORY_NEVER};
	for (i = 0; i < count; i++) {
		if (events[i]->change == CHANGE_REMOVED)
			row->removed = (int64_t)events[i]->commit;
		else if (row->added == HISTORY_NEVER)
			row->added = (int64_t)events[i]->commit;
		row->versions +=
			events[i]->change == CHANGE_ADDED || events[i]->change == CHANGE_CHANGED;
	}
	return row->added != HISTORY_NEVER;
}

static void add_row(
	struct history *h, const struct scan_event **events, size_t count, const struct walk *w)
{
	struct history_path *row = &h->items[h->count];

	if (!fill_row(row, events, count))
		return;
	h->count++;
	row->first = *walk_commit(w, (size_t)row->added);
	if (row->removed != HISTORY_NEVER)
		row->last = *walk_commit(w, (size_t)row->removed);
}

static size_t run_of_path(const struct scan_event **events, size_t count)
{
	size_t n = 1;

	while (n < count && strcmp(events[n]->path, events[0]->path) == 0)
		n++;
	return n;
}

static int compare_row(const void *key, const void *row)
{
	return strcmp(key, ((const struct history_path *)row)->path);
}

/* The blobs of the events, each once, and their numbers. */
struct blobs {
	struct oidmap numbers;
	struct oid *oids;
	uint64_t *sizes;
	uint32_t *owners; /* the row that counted it last, from 1 */
	size_t count;
};

static int list_blobs(struct blobs *b, const struct scan_events *events)
{
	size_t i;

	b->oids = calloc(events->count + 1, sizeof *b->oids);
	b->sizes = calloc(events->count + 1, sizeof *b->sizes);
	b->owners = calloc(events->count + 1, sizeof *b->owners);
	if (!b->oids || !b->sizes || !b->owners)
		return error_oom();
	for (i = 0; i < events->count; i++) {
		const struct scan_event *e = &events->items[i];

		if (e->change == CHANGE_REMOVED || oidmap_get(&b->numbers, &e->oid, NULL))
			continue;
		if (oidmap_set(&b->numbers, &e->oid, (uint32_t)b->count) < 0)
			return -1;
		b->oids[b->count++] = e->oid;
	}
	return 0;
}

static void count_bytes(struct history *h, struct blobs *b, const struct scan_event *e)
{
	struct history_path *row = bsearch(e->path, h->items, h->count, sizeof *row, compare_row);
	uint32_t number, owner = row ? (uint32_t)(row - h->items) + 1 : 0;

	if (!row || !oidmap_get(&b->numbers, &e->oid, &number) || b->owners[number] == owner)
		return;
	row->bytes += b->sizes[number];
	h->bytes += b->owners[number] ? 0 : b->sizes[number];
	b->owners[number] = owner;
}

static int add_sizes(struct history *h, const struct scan_event **sorted,
	const struct scan_events *events, const struct scan *s)
{
	struct blobs b = {.numbers = OIDMAP_INIT};
	size_t i;
	int status = list_blobs(&b, events);

	if (status == 0 && b.count)
		status = store_sizes(b.sizes, b.oids, b.count, s->repository);
	for (i = 0; status == 0 && i < events->count; i++)
		if (sorted[i]->change != CHANGE_REMOVED)
			count_bytes(h, &b, sorted[i]);
	oidmap_free(&b.numbers);
	free(b.oids);
	free(b.sizes);
	free(b.owners);
	return status;
}

/* The name in the line "author NAME <MAIL> ..." of the commit that adds it; "" without one. */
static int read_author(struct history_path *row, struct repository *r)
{
	static const char word[] = "\nauthor ";
	struct buf text = BUF_INIT;
	struct object o;
	char *name, *end;
	int status = object_read(&o, r, &row->first.id, OBJECT_COMMIT);

	if (status == 0)
		buf_add(&text, o.bytes, o.size);
	object_free(&o);
	if (status == 0)
		status = buf_failed(&text);
	name = strstr(text.ptr, word);
	end = strstr(text.ptr, "\n\n");
	name = name && (!end || name < end) ? name + strlen(word) : NULL;
	row->author =
		status == 0 ? strndup(name ? name : "", name ? strcspn(name, "<\n") : 0) : NULL;
	if (status == 0 && !row->author)
		error_oom();
	if (row->author && *row->author && (end = strrchr(row->author, ' ')) && !end[1])
		*end = '\0';
	buf_free(&text);
	return row->author ? 0 : -1;
}

static int add_rows(
	struct history *h, const struct scan_events *events, const struct scan *s, bool whole)
{
	const struct scan_event **sorted = sort_by_path(events);
	size_t i, n;
	int status = sorted ? 0 : -1;

	h->items = calloc(events->count + 1, sizeof *h->items);
	if (!h->items)
		status = error_oom();
	for (i = 0; status == 0 && i < events->count; i += n) {
		n = run_of_path(sorted + i, events->count - i);
		add_row(h, sorted + i, n, s->walk);
	}
	for (i = 0; status == 0 && whole && i < h->count; i++)
		status = read_author(&h->items[i], s->repository);
	if (status == 0 && whole)
		status = add_sizes(h, sorted, events, s);
	free(sorted);
	return status;
}

/* Asks the tip's tree for each path that no tip before has. */
static int look_in_tip(struct history *h, struct repository *r, const struct walk_commit *tip)
{
	struct snapshot *s;
	size_t i;
	int found = 0;

	if (snapshot_of_tree(&s, r, &tip->tree) < 0)
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

int history_build(
	struct history *out, const struct scan_events *events, const struct scan *s, bool whole)
{
	*out = (struct history)HISTORY_INIT;
	return add_rows(out, events, s, whole) < 0 ? -1 : look_in_tips(out, s);
}

const struct history_path *history_find(const struct history *h, const char *path)
{
	return bsearch(path, h->items, h->count, sizeof *h->items, compare_row);
}

void history_free(struct history *h)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		free(h->items[i].author);
	free(h->items);
	*h = (struct history)HISTORY_INIT;
}
