#include "walk_private.h"

#include <stdlib.h>

enum { REACHED = SHOWN | HIDDEN | LEFT | RIGHT, SLOP = 5 };

static bool younger(const struct walk *w, uint32_t a, uint32_t b)
{
	return w->commits[a].time > w->commits[b].time;
}

static bool is_shown(const struct walk_commit *c)
{
	return !(c->flags & HIDDEN);
}

static int enqueue(struct walk *w, uint32_t number)
{
	void *items = w->queue;
	size_t i, above;

	if (walk_reserve(&items, &w->queue_cap, w->queued, sizeof *w->queue) < 0)
		return -1;
	w->queue = items;
	for (i = w->queued++; i > 0 && younger(w, number, w->queue[above = (i - 1) / 2]); i = above)
		w->queue[i] = w->queue[above];
	w->queue[i] = number;
	w->commits[number].flags |= QUEUED;
	w->shown_queued += is_shown(&w->commits[number]);
	return 0;
}

static uint32_t dequeue(struct walk *w)
{
	uint32_t first = w->queue[0], last = w->queue[--w->queued];
	size_t i = 0, below;

	while ((below = 2 * i + 1) < w->queued) {
		if (below + 1 < w->queued && younger(w, w->queue[below + 1], w->queue[below]))
			below++;
		if (!younger(w, w->queue[below], last))
			break;
		w->queue[i] = w->queue[below];
		i = below;
	}
	w->queue[i] = last;
	w->commits[first].flags &= ~(unsigned)QUEUED;
	w->shown_queued -= is_shown(&w->commits[first]);
	return first;
}

/* Adds flags to a commit; true when that told something new. */
static bool mark(struct walk *w, uint32_t number, unsigned flags)
{
	struct walk_commit *c = &w->commits[number];
	unsigned before = c->flags;

	c->flags |= flags & REACHED;
	if ((c->flags & LEFT) && (c->flags & RIGHT))
		c->flags |= HIDDEN;
	if ((c->flags & QUEUED) && (c->flags & HIDDEN) && !(before & HIDDEN))
		w->shown_queued--;
	return c->flags != before;
}

/* What is learnt of a commit late holds for all above it that have been passed already. */
static int spread(struct walk *w, uint32_t number)
{
	uint32_t *stack = NULL, i;
	size_t count = 0, cap = 0;
	int status = 0;
	void *items;

	for (;;) {
		const struct walk_commit *c = &w->commits[number];

		for (i = 0; status == 0 && i < c->parent_count; i++) {
			uint32_t parent = w->links[c->first_link + i];

			if (!mark(w, parent, c->flags) || !(w->commits[parent].flags & PARSED) ||
				(w->commits[parent].flags & QUEUED))
				continue;
			items = stack;
			status = walk_reserve(&items, &cap, count, sizeof *stack);
			stack = items;
			if (status == 0)
				stack[count++] = parent;
		}
		if (status < 0 || count == 0)
			break;
		number = stack[--count];
	}
	free(stack);
	return status;
}

/* A parent of a hidden commit may be missing, as in git: it would hide nothing that is here. */
static int visit_parent(struct walk *w, uint32_t number, uint32_t parent)
{
	unsigned flags = w->commits[number].flags;
	int status;

	if (w->commits[parent].flags & PARSED) {
		if (mark(w, parent, flags) && !(w->commits[parent].flags & QUEUED))
			return spread(w, parent);
		return 0;
	}
	mark(w, parent, flags);
	if (w->commits[parent].flags & MISSING)
		status = 1;
	else
		status = walk_read(w, parent);
	if (status == 1 && (flags & HIDDEN)) {
		w->commits[parent].flags |= MISSING;
		return 0;
	}
	return status == 0 ? enqueue(w, parent) : -1;
}

static int visit(struct walk *w, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < w->commits[number].parent_count; i++)
		if (visit_parent(w, number, w->links[w->commits[number].first_link + i]) < 0)
			return -1;
	return 0;
}

/* Nothing that is left in the queue can hide what is shown, if clocks are about right. */
static bool is_settled(const struct walk *w, int64_t oldest, int *slop)
{
	if (w->shown_queued || w->commits[w->queue[0]].time >= oldest) {
		*slop = SLOP;
		return false;
	}
	return --*slop < 0;
}

static int limit(struct walk *w)
{
	int64_t oldest = INT64_MAX;
	int slop = SLOP;

	while (w->queued && !is_settled(w, oldest, &slop)) {
		uint32_t number = dequeue(w);

		if (is_shown(&w->commits[number]) && w->commits[number].time < oldest)
			oldest = w->commits[number].time;
		if (visit(w, number) < 0)
			return -1;
	}
	return 0;
}

struct frame {
	uint32_t number, next_parent;
};

static int push_frame(
	struct frame **stack, size_t *count, size_t *cap, struct walk *w, uint32_t number)
{
	void *items = *stack;

	if (walk_reserve(&items, cap, *count, sizeof **stack) < 0)
		return -1;
	*stack = items;
	(*stack)[(*count)++] = (struct frame){number, 0};
	w->commits[number].flags |= PLACED;
	return 0;
}

static int refuse_cut(const struct walk *w, const struct walk_commit *c)
{
	return error_set("this clone is shallow: it lacks the parents of commit '%s', so what that "
			 "commit did cannot be told (git fetch --unshallow gets them)",
		repository_hex(w->repository, &c->id));
}

/* Parents before children: a commit is placed when all its shown parents are. */
static int place_from(struct walk *w, uint32_t tip)
{
	struct frame *stack = NULL;
	size_t count = 0, cap = 0;
	int status = push_frame(&stack, &count, &cap, w, tip);

	while (status == 0 && count) {
		struct frame *top = &stack[count - 1];
		const struct walk_commit *c = &w->commits[top->number];

		if (top->next_parent < c->parent_count) {
			uint32_t parent = w->links[c->first_link + top->next_parent++];

			if (is_shown(&w->commits[parent]) && !(w->commits[parent].flags & PLACED))
				status = push_frame(&stack, &count, &cap, w, parent);
			continue;
		}
		if (c->flags & CUT)
			status = refuse_cut(w, c);
		w->order[w->order_count++] = top->number;
		count--;
	}
	free(stack);
	return status;
}

/* The trees of hidden parents are needed too; the walk may have stopped before it read them. */
static int read_parents(struct walk *w)
{
	size_t i;
	uint32_t j;

	for (i = 0; i < w->order_count; i++) {
		for (j = 0; j < w->commits[w->order[i]].parent_count; j++)
			if (walk_read(w, w->links[w->commits[w->order[i]].first_link + j]) != 0)
				return -1;
	}
	return 0;
}

int walk_run(struct walk *w)
{
	size_t i, kept = 0;

	if (limit(w) < 0)
		return -1;
	w->order = calloc(w->count + 1, sizeof *w->order);
	if (!w->order)
		return error_oom();
	for (i = 0; i < w->tip_count; i++) {
		if (!is_shown(&w->commits[w->tips[i]]))
			continue;
		w->tips[kept++] = w->tips[i];
		if (!(w->commits[w->tips[i]].flags & PLACED) && place_from(w, w->tips[i]) < 0)
			return -1;
	}
	w->tip_count = kept;
	return read_parents(w);
}

int walk_start(struct walk *w, const struct oid *id, unsigned flags)
{
	void *items = w->tips;
	uint32_t number;

	if (walk_number(&number, w, id) < 0 || walk_read(w, number) != 0)
		return -1;
	if (!(flags & HIDDEN) && !(w->commits[number].flags & SHOWN)) {
		if (walk_reserve(&items, &w->tip_cap, w->tip_count, sizeof *w->tips) < 0)
			return -1;
		w->tips = items;
		w->tips[w->tip_count++] = number;
	}
	if (!(flags & HIDDEN))
		flags |= SHOWN;
	mark(w, number, flags);
	return w->commits[number].flags & QUEUED ? 0 : enqueue(w, number);
}

int walk_new(struct walk **out, struct repository *r)
{
	struct walk *w = calloc(1, sizeof *w);

	*out = NULL;
	if (!w)
		return error_oom();
	w->repository = r;
	if (walk_read_shallow(w) < 0) {
		walk_free(w);
		return -1;
	}
	*out = w;
	return 0;
}

void walk_free(struct walk *w)
{
	if (!w)
		return;
	oidmap_free(&w->numbers);
	oidmap_free(&w->shallow);
	free(w->commits);
	free(w->links);
	free(w->queue);
	free(w->tips);
	free(w->order);
	free(w);
}

size_t walk_count(const struct walk *w)
{
	return w->order_count;
}

const struct walk_commit *walk_commit(const struct walk *w, size_t i)
{
	return &w->commits[w->order[i]];
}

const struct walk_commit *walk_parent(const struct walk *w, const struct walk_commit *c, uint32_t i)
{
	return &w->commits[w->links[c->first_link + i]];
}

size_t walk_tip_count(const struct walk *w)
{
	return w->tip_count;
}

const struct walk_commit *walk_tip(const struct walk *w, size_t i)
{
	return &w->commits[w->tips[i]];
}
