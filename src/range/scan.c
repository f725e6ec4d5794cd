#include "range/scan.h"

#include <pthread.h>

#include "base/crew.h"
#include "git/objects.h"

/* For so many commits one more thread is worth its start. */
enum { WORTH = 128 };

/* What the threads share; `lock` is of all that changes. */
struct shared {
	const struct scan *scan;
	struct worker *workers;
	size_t worker_count, done;
	struct scan_events *events;
	bool failed;
	pthread_mutex_t lock;
};

struct worker {
	struct shared *shared;
	/* The commits that it has yet to do, the last one first. Neighbours have most trees in
	 * common, and what one thread has read is no help to another: so each has a stretch of the
	 * history to itself, and when that is done, the older half of another's. */
	size_t first, end;
	size_t done; /* by all, as far as is known */
	struct changes changes;
	const struct walk_commit *commit; /* at hand */
};

void scan_open(struct changes *out, const struct scan *s, struct repository *r)
{
	*out = (struct changes){.repository = r,
		.pinned = s->pinned,
		.files = &s->files,
		.caseless = s->caseless,
		.matcher = memory_or_end(matcher_new()),
		.path = BUF_INIT};
}

static int take_change(void *arg, enum change change, const struct entry *e)
{
	struct worker *w = arg;
	struct shared *shared = w->shared;
	struct scan_events *events = shared->events;
	int status = 0;

	pthread_mutex_lock(&shared->lock);
	if (events->count >= SCAN_EVENTS_MAX)
		status = error_set(
			"more than %d paths of these commits are rejected", SCAN_EVENTS_MAX);
	else {
		array_room(events->items, events->count);
		events->items[events->count++] = (struct scan_event){
			memory_string(e->path), w->commit, change, e->mode, e->oid};
	}
	pthread_mutex_unlock(&shared->lock);
	return status;
}

static int scan_commit(struct worker *w, const struct walk_commit *c)
{
	uint32_t i, count = c->parent_count + 1;
	struct oid *trees = memory_new(count, sizeof *trees);
	int status;

	trees[0] = c->tree;
	for (i = 1; i < count; i++)
		trees[i] = walk_parent(w->shared->scan->walk, c, i - 1)->tree;
	w->commit = c;
	status = changes_of(&w->changes, trees, count);
	if (status != 0)
		error_prefix("cannot look at commit '%s'",
			repository_hex(w->changes.repository, &c->id));
	free(trees);
	return status ? -1 : 0;
}

/* The commit to do now, after one that ended with `status`; NULL: there is nothing to do. */
static const struct walk_commit *next_commit(struct worker *w, int status)
{
	struct shared *shared = w->shared;
	struct worker *most = w;
	size_t i;
	bool some;

	pthread_mutex_lock(&shared->lock);
	shared->failed = shared->failed || status != 0;
	for (i = 0; i < shared->worker_count && w->first == w->end; i++)
		if (shared->workers[i].end - shared->workers[i].first > most->end - most->first)
			most = &shared->workers[i];
	if (most != w) {
		w->first = most->first;
		w->end = most->first += (most->end - most->first + 1) / 2;
	}
	some = !shared->failed && w->first < w->end;
	w->end -= some;
	w->done = shared->done += some;
	i = w->end;
	pthread_mutex_unlock(&shared->lock);
	return some ? &shared->scan->walk->commits[i] : NULL;
}

/* The first has the repository that is open. */
static int work(struct crew *crew, void *arg, void *task)
{
	struct worker *w = arg;
	struct shared *shared = w->shared;
	const struct scan *s = shared->scan;
	struct repository *own = NULL, *r = s->repository;
	const struct walk_commit *c;
	int status = 0;

	(void)crew;
	(void)task;
	if (w != shared->workers) {
		status = repository_open(&own, s->env, NULL);
		r = own;
	}
	scan_open(&w->changes, s, r);
	w->changes.visit = take_change;
	w->changes.arg = w;
	while ((c = next_commit(w, status))) {
		status = scan_commit(w, c);
		if (w == shared->workers && s->progress)
			progress_tick(s->progress, w->done);
	}
	changes_release(&w->changes);
	repository_free(own);
	return status ? -1 : 0;
}

static int compare_events(const void *a, const void *b)
{
	const struct scan_event *x = a, *y = b;
	int order = (x->commit > y->commit) - (x->commit < y->commit);

	order = order ? order : strcmp(x->path, y->path);
	return order ? order : (int)x->change - (int)y->change;
}

int scan_run(struct scan_events *out, const struct scan *s)
{
	size_t i, first = s->walk->first, total = s->walk->count - first, count = crew_size();
	struct shared shared = {.scan = s, .events = out, .lock = PTHREAD_MUTEX_INITIALIZER};
	void *members[CREW_MAX];
	int status;

	*out = (struct scan_events){0};
	if (count > total / WORTH + 1)
		count = total / WORTH + 1;
	shared.worker_count = count;
	shared.workers = memory_new(count, sizeof *shared.workers);
	for (i = 0; i < count; i++) {
		shared.workers[i].shared = &shared;
		shared.workers[i].first = first + total * i / count;
		shared.workers[i].end = first + total * (i + 1) / count;
		members[i] = &shared.workers[i];
	}
	status = total ? crew_run(work, NULL, members, count) : 0;
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, compare_events);
	free(shared.workers);
	return status;
}

void scan_events_free(struct scan_events *events)
{
	while (events->count > 0)
		free(events->items[--events->count].path);
	free(events->items);
	*events = (struct scan_events){0};
}
