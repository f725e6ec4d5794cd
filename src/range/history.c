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
	oidmap_set(&c->rows, &e->oid, row);
	return 0;
}

static int add_costs(
	struct history *h, const struct scan_event **sorted, size_t count, struct repository *r)
{
	static const char *const args[] = {
		"cat-file", "--batch-check=%(objectsize:disk)", "--buffer", NULL};
	struct costs c = {h, h->items, sorted, sorted, {0}};
	struct buf input = BUF_INIT;
	size_t i;
	int status = 0;

	for (i = 0; i < count; i++)
		if (sorted[i]->change != CHANGE_REMOVED) {
			buf_addf(&input, "%s\n", repository_hex(r, &sorted[i]->oid));
			*c.end++ = sorted[i];
		}
	if (input.len)
		status = walk_ask(r, args, &input, take_cost, &c);
	if (status == 0 && c.next < c.end)
		status = error_set("git says too little");
	buf_free(&input);
	oidmap_free(&c.rows);
	return status < 0 ? error_prefix("cannot tell how large the files of the history are") : 0;
}

/* What git says of commits, three lines each. */
struct words {
	struct walk *walk;
	struct walk_commit *commit; /* at hand; NULL: the next one is to be named */
};

static int take_words(void *arg, char *line)
{
	static const char word[] = "commit ";
	struct words *w = arg;
	const uint32_t *number = NULL;
	struct oid id;

	if (w->commit && !w->commit->author) {
		w->commit->author = memory_string(line);
	} else if (w->commit) {
		w->commit->subject = memory_string(line);
		w->commit = NULL;
	} else {
		if (strncmp(line, word, strlen(word)) == 0 &&
			oid_parse(&id, line + strlen(word), w->walk->repository->oid_size))
			number = oidmap_get(&w->walk->numbers, &id);
		if (!number)
			return error_set("git rev-list says '%.200s'", line);
		w->commit = &w->walk->commits[*number];
	}
	return 0;
}

int history_words(struct walk *w, const struct scan_events *events)
{
	static const char *const args[] = {"rev-list", "--no-walk=unsorted", "--encoding=UTF-8",
		"--format=%an%n%s", "--stdin", NULL};
	struct words words = {w, NULL};
	struct buf input = BUF_INIT;
	size_t i, next = 0;
	int status = 0;

	for (i = w->first; i < w->count; i++) {
		bool wanted = w->commits[i].is_tip;

		for (; next < events->count && events->items[next].commit == &w->commits[i]; next++)
			wanted = true;
		if (wanted)
			buf_addf(&input, "%s\n", repository_hex(w->repository, &w->commits[i].id));
	}
	if (input.len)
		status = walk_ask(w->repository, args, &input, take_words, &words);
	buf_free(&input);
	return status < 0 ? error_prefix("cannot read the commits") : 0;
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

int history_build(struct history *out, const struct scan_events *events, const struct scan *s)
{
	const struct scan_event **sorted = memory_new(events->count, sizeof *sorted);
	size_t i, n;
	int status;

	*out = (struct history){.items = memory_new(events->count, sizeof *out->items)};
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
	status = events->count ? history_words(s->walk, events) : 0;
	if (status == 0 && s->in_history)
		status = add_costs(out, sorted, events->count, s->repository);
	free(sorted);
	return status < 0 ? -1 : look_in_tips(out, s);
}

void history_free(struct history *h)
{
	free(h->items);
	*h = (struct history){0};
}
