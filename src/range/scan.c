#include "range/scan.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/crew.h"
/* Commits are handed out in chunks, so that all threads are busy to the end. */
enum { CHUNK = 128 };

/* What the threads share. */
struct shared {
	const struct scan *scan;
	struct scan_events *chunks; /* what each gave */
	size_t chunk_count;
	struct worker *workers;
	size_t worker_count;
	pthread_mutex_t lock; /* of what the workers have yet to do */
	atomic_size_t done, events;
	atomic_bool failed;
};

struct worker {
	struct shared *shared;
	/* The chunks that it has yet to do. Neighbours have most trees in common, and what one
	 * thread has read is no help to another: so each has a stretch of the history to itself,
	 * and takes from another's end only when its own is done. */
	size_t next, end;
	struct policies policies;
	struct changes changes;
	struct scan_events *events; /* of the chunk at hand */
	size_t commit;
	bool is_first;
};

static int add(struct scan_events *events, const struct scan_event *e)
{
	if (array_room(events->items, events->count) < 0)
		return -1;
	events->items[events->count++] = *e;
	return 0;
}

static int take_change(void *arg, enum change change, const struct entry *e)
{
	struct worker *w = arg;
	struct scan_event event = {.len = e->len,
		.commit = w->commit,
		.change = change,
		.mode = e->mode,
		.oid = e->oid};

	if (atomic_fetch_add(&w->shared->events, 1) >= SCAN_EVENTS_MAX)
		return error_set(
			"more than %d paths of these commits are rejected", SCAN_EVENTS_MAX);
	event.path = strdup(e->path);
	if (!event.path)
		return error_oom();
	if (add(w->events, &event) < 0) {
		free(event.path);
		return -1;
	}
	return 0;
}

static int scan_commit(struct changes *c, const struct walk *w, const struct walk_commit *commit)
{
	struct oid few[4], *parents = few;
	uint32_t i;
	int status;

	if (commit->parent_count > sizeof few / sizeof *few) {
		parents = malloc(commit->parent_count * sizeof *parents);
		if (!parents)
			return error_oom();
	}
	for (i = 0; i < commit->parent_count; i++)
		parents[i] = walk_parent(w, commit, i)->tree;
	status = changes_of(c, &commit->tree, parents, commit->parent_count);
	if (status < 0)
		error_prefix(
			"cannot look at commit '%s'", repository_hex(c->repository, &commit->id));
	if (parents != few)
		free(parents);
	return status;
}

static int compare_paths(const void *a, const void *b)
{
	const struct scan_event *x = a, *y = b;
	int order;

	if (x->commit != y->commit)
		return x->commit < y->commit ? -1 : 1;
	order = strcmp(x->path, y->path);
	return order ? order : (int)x->change - (int)y->change;
}

static int run_chunk(struct worker *w, size_t number)
{
	const struct walk *walk = w->shared->scan->walk;
	size_t i = number * CHUNK, end = i + CHUNK;

	w->events = &w->shared->chunks[number];
	for (; i < end && i < walk_count(walk); i++) {
		const struct walk_commit *commit = walk_commit(walk, i);

		w->commit = i;
		w->changes.policy = policies_of(&w->policies, commit);
		if (!w->changes.policy || scan_commit(&w->changes, walk, commit) < 0)
			return -1;
		atomic_fetch_add(&w->shared->done, 1);
		if (w->is_first && w->shared->scan->progress)
			progress_tick(w->shared->scan->progress, atomic_load(&w->shared->done));
	}
	if (w->events->count)
		qsort(w->events->items, w->events->count, sizeof *w->events->items, compare_paths);
	return 0;
}

/* From the start of one's own share, from the end of another's. */
static bool next_chunk(size_t *number, struct worker *w)
{
	struct shared *shared = w->shared;
	struct worker *other = w;
	size_t i;

	pthread_mutex_lock(&shared->lock);
	for (i = 0; i < shared->worker_count && other->next == other->end; i++)
		other = &shared->workers[i];
	i = other->end - other->next;
	if (i)
		*number = other == w ? w->next++ : --other->end;
	pthread_mutex_unlock(&shared->lock);
	return i > 0;
}

static int run_chunks(struct worker *w)
{
	size_t number;

	while (!atomic_load(&w->shared->failed) && next_chunk(&number, w))
		if (run_chunk(w, number) < 0)
			return -1;
	return 0;
}

/* `r` is the thread's own, for libgit2 lets only one thread at a time use a repository. */
static int run_worker(struct worker *w, struct repository *r)
{
	const struct scan *s = w->shared->scan;
	int status = -1;

	w->policies = (struct policies){
		.repository = r, .pinned = s->pinned, .files = &s->files, .caseless = s->caseless};
	w->changes = (struct changes){.repository = r,
		.caseless = s->caseless,
		.matcher = matcher_new(),
		.visit = take_change,
		.arg = w,
		.path = BUF_INIT,
		.clean = OIDMAP_INIT};
	if (w->changes.matcher)
		status = run_chunks(w);
	matcher_free(w->changes.matcher);
	changes_release(&w->changes);
	policies_release(&w->policies);
	return status;
}

/* The first has the repository that is open. */
static int work(struct crew *crew, void *arg, void *task)
{
	struct worker *w = arg;
	const struct scan *s = w->shared->scan;
	struct repository *r = NULL;
	int status = -1;

	(void)crew;
	(void)task;
	if (w->is_first) {
		status = run_worker(w, s->repository);
	} else if (repository_open(&r, s->env) == 0) {
		status = run_worker(w, r);
	}
	repository_free(r);
	if (status < 0)
		atomic_store(&w->shared->failed, true);
	return status;
}

static int run_all(struct shared *shared)
{
	struct worker *workers = shared->workers;
	void *members[CREW_MAX];
	size_t i, count = shared->worker_count;

	for (i = 0; i < count; i++) {
		workers[i] = (struct worker){.shared = shared,
			.next = shared->chunk_count * i / count,
			.end = shared->chunk_count * (i + 1) / count,
			.is_first = i == 0};
		members[i] = &workers[i];
	}
	return crew_run(work, NULL, members, count);
}

/* Joins the chunks' events in order; each is emptied as it is taken. */
static int gather(struct scan_events *out, struct shared *shared)
{
	size_t i, j;
	int status = 0;

	for (i = 0; i < shared->chunk_count; i++) {
		struct scan_events *events = &shared->chunks[i];

		for (j = 0; j < events->count && status == 0; j++) {
			status = add(out, &events->items[j]);
			if (status == 0)
				events->items[j].path = NULL;
		}
		scan_events_free(events);
	}
	return status;
}

int scan_run(struct scan_events *out, const struct scan *s)
{
	struct worker workers[CREW_MAX];
	struct shared shared = {.scan = s,
		.chunk_count = (walk_count(s->walk) + CHUNK - 1) / CHUNK,
		.workers = workers,
		.lock = PTHREAD_MUTEX_INITIALIZER};
	int status;

	*out = (struct scan_events)SCAN_EVENTS_INIT;
	if (shared.chunk_count == 0)
		return 0;
	shared.chunks = calloc(shared.chunk_count, sizeof *shared.chunks);
	if (!shared.chunks)
		return error_oom();
	shared.worker_count = crew_size();
	if (shared.worker_count > shared.chunk_count)
		shared.worker_count = shared.chunk_count;
	status = run_all(&shared);
	if (gather(out, &shared) < 0)
		status = -1;
	free(shared.chunks);
	return status;
}

void scan_events_free(struct scan_events *events)
{
	size_t i;

	for (i = 0; i < events->count; i++)
		free(events->items[i].path);
	free(events->items);
	*events = (struct scan_events)SCAN_EVENTS_INIT;
}
