#include "range/history.h"

/* What git says that blobs cost on disk, in the order of the events that it was asked for. */
struct costs {
	struct history *history;
	struct history_path *row;
	const struct scan_event **next, **end;
	struct oidmap rows; /* of each blob, the row that counted it last, from 1 */
};

static int by_path(const void *a, const void *b)
{
	const struct scan_event *x = *(const struct scan_event *const *)a;
	const struct scan_event *y = *(const struct scan_event *const *)b;
	int order = strcmp(x->path, y->path);

	return order ? order : (x->commit > y->commit) - (x->commit < y->commit);
}

/* A number a line; for a missing blob git writes words. */
static int take_cost(void *arg, char *line)
{
	struct costs *c = arg;
	size_t digits = strspn(line, "0123456789");
	const struct scan_event *e;
	const uint32_t *counted;
	uint64_t bytes;
	uint32_t row;

	if (c->next == c->end || digits == 0 || digits > 19 || line[digits])
		return error_set("git says '%.200s'", line);
	e = *c->next++;
	while (strcmp(c->row->path, e->path) != 0)
		c->row++;
	bytes = strtoull(line, NULL, 10);
	row = (uint32_t)(c->row - c->history->items) + 1;
	counted = oidmap_get(&c->rows, &e->oid);
	if (counted && *counted == row)
		return 0;
	c->row->bytes += bytes;
	c->history->bytes += counted ? 0 : bytes;
	return oidmap_set(&c->rows, &e->oid, row);
}

static int add_costs(
	struct history *h, const struct scan_event **sorted, size_t count, struct repository *r)
{
	static const char *const args[] = {
		"cat-file", "--batch-check=%(objectsize:disk)", "--buffer", NULL};
	struct costs c = {h, h->items, sorted, sorted, {0}};
	struct buf input = BUF_INIT;
	size_t i;
	int status;

	for (i = 0; i < count; i++)
		if (sorted[i]->change != CHANGE_REMOVED) {
			buf_addf(&input, "%s\n", repository_hex(r, &sorted[i]->oid));
			*c.end++ = sorted[i];
		}
	status = buf_failed(&input);
	if (status == 0 && input.len)
		status = walk_ask(r, args, &input, take_cost, &c);
	if (status == 0 && c.next < c.end)
		status = error_set("git says too little");
	buf_free(&input);
	oidmap_free(&c.rows);
	return status < 0 ? error_prefix("cannot tell what the files of the history cost") : 0;
}

/* The name in the line "author NAME <MAIL> ..." of the commit that adds it; "" without one. */
static int read_author(struct history_path *row, struct repository *r)
{
	static const char word[] = "\nauthor ";
	struct buf text = BUF_INIT;
	const char *name, *end;
	size_t len = 0;
	int status = walk_text(&text, r, row->first);

	name = strstr(text.ptr, word);
	end = strstr(text.ptr, "\n\n");
	if (name && (!end || name < end)) {
		name += strlen(word);
		len = strcspn(name, "<\n");
		len -= len && name[len - 1] == ' ';
	}
	row->author = status == 0 ? strndup(name ? name : "", len) : NULL;
	if (status == 0 && !row->author)
		status = error_oom();
	buf_free(&text);
	return status;
}

/* Asks the tree of each tip for each path that no tip before has. */
static int look_in_tips(struct history *h, const struct scan *s)
{
	const struct walk_commit *tip = s->walk->commits + s->walk->first;
	const struct walk_commit *end = s->walk->commits + s->walk->count;
	struct snapshot *tree;
	struct history_path *row;
	int found = 0;

	for (; h->count && tip < end && found >= 0; tip++) {
		if (!tip->is_tip)
			continue;
		found = snapshot_of_commit(&tree, s->repository, &tip->id);
		for (row = h->items; row < h->items + h->count && found >= 0; row++)
			if (!row->there && (found = snapshot_find(tree, row->path, NULL)) == 1)
				row->there = true;
		snapshot_free(tree);
	}
	return found < 0 ? -1 : 0;
}

int history_build(
	struct history *out, const struct scan_events *events, const struct scan *s, bool whole)
{
	const struct scan_event **sorted = malloc((events->count + 1) * sizeof *sorted);
	size_t i, n;
	int status = 0;

	*out = (struct history){.items = calloc(events->count + 1, sizeof *out->items)};
	if (!sorted || !out->items) {
		free(sorted);
		return error_oom();
	}
	for (i = 0; i < events->count; i++)
		sorted[i] = &events->items[i];
	qsort(sorted, events->count, sizeof *sorted, by_path);
	for (i = 0; i < events->count; i += n) {
		struct history_path *row = &out->items[out->count];

		*row = (struct history_path){
			.path = sorted[i]->path, .len = strlen(sorted[i]->path)};
		for (n = 0; i + n < events->count && !strcmp(sorted[i + n]->path, row->path); n++) {
			const struct scan_event *e = sorted[i + n];

			if (e->change == CHANGE_REMOVED)
				row->last = e->commit;
			else if (!row->first)
				row->first = e->commit;
			row->versions += e->change == CHANGE_ADDED || e->change == CHANGE_CHANGED;
		}
		out->count += row->first != NULL; /* it may be removed only */
	}
	for (i = 0; status == 0 && whole && i < out->count; i++)
		status = read_author(&out->items[i], s->repository);
	if (status == 0 && whole)
		status = add_costs(out, sorted, events->count, s->repository);
	free(sorted);
	return status < 0 ? -1 : look_in_tips(out, s);
}

void history_free(struct history *h)
{
	while (h->items && h->count > 0)
		free(h->items[--h->count].author);
	free(h->items);
	*h = (struct history){0};
}
