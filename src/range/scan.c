#include "range/scan.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/crew.h"
#include "git/objects.h"

/* Commits are handed out in chunks, so that all threads are busy to the end. One more is worth its
 * start for so many. */
enum { CHUNK = 8, WORTH = 128 };

/* What the threads share. */
struct shared {
	const struct scan *scan;
	struct worker *workers;
	size_t worker_count;
	pthread_mutex_t lock; /* of what the workers have yet to do */
	atomic_size_t done, events;
	atomic_bool failed;
};

struct worker {
	struct shared *shared;
	/* The commits that it has yet to do. Neighbours have most trees in common, and what one
	 * thread has read is no help to another: so each has a stretch of the history to itself,
	 * and takes from another's start only when its own is done. It begins at the end: in a pack
	 * the newest tree is whole, and an older one is what differs from the one after it. */
	size_t next, end;
	struct reader reader;
	struct changes changes;
	const struct walk_commit *commit; /* at hand */
	struct scan_events events;        /* of all its commits */
};

int reader_open(struct reader *out, const struct scan *s, struct repository *r)
{
	*out = (struct reader){.scan = s, .repository = r, .matcher = matcher_new()};
	return out->matcher ? 0 : -1;
}

void reader_close(struct reader *r)
{
	size_t i;

	for (i = 0; i < READER_POLICIES; i++)
		policy_free(r->policies[i].policy);
	matcher_free(r->matcher);
}

const struct policy *reader_policy(
	struct reader *r, const struct walk_commit *c, struct snapshot *commit)
{
	const struct scan *s = r->scan;
	struct reader_slot *slot;
	struct entry e = {0};
	int found;

	if (s->pinned)
		return s->pinned;
	found = snapshot_find(commit, policy_path, &e);
	for (slot = r->policies; found >= 0 && slot < r->policies + READER_POLICIES; slot++)
		if (slot->policy && slot->mode == e.mode &&
			memcmp(&slot->oid, &e.oid, sizeof e.oid) == 0)
			return slot->policy;
	slot = &r->policies[r->next++ % READER_POLICIES];
	policy_free(slot->policy);
	*slot = (struct reader_slot){.oid = e.oid, .mode = e.mode};
	if (found < 0 || policy_load_entry(&slot->policy, &s->files, commit, found ? &e : NULL,
				 s->caseless) < 0)
		error_prefix("commit '%s'", repository_hex(r->repository, &c->id));
	return slot->policy;
}

static int take_change(void *arg, enum change change, const struct entry *e)
{
	struct worker *w = arg;
	struct scan_events *events = &w->events;
	char *path;

	if (atomic_fetch_add(&w->shared->events, 1) >= SCAN_EVENTS_MAX)
		return error_set(
			"more than %d paths of these commits are rejected", SCAN_EVENTS_MAX);
	if (array_room(events->items, events->count) < 0)
		return -1;
	path = strdup(e->path);
	if (!path)
		return error_oom();
	events->items[events->count++] =
		(struct scan_event){path, e->len, w->commit, change, e->mode, e->oid};
	return 0;
}

static int find_tree(struct oid *out, struct reader *r, const struct walk_commit *c)
{
	size_t i = (size_t)(c - r->scan->walk->commits) % READER_TREES;

	if (r->trees[i].commit != c) {
		r->trees[i].commit = NULL;
		if (object_commit_tree(&r->trees[i].tree, r->repository, &c->id) != 0)
			return -1;
		r->trees[i].commit = c;
	}
	*out = r->trees[i].tree;
	return 0;
}

static int scan_commit(struct worker *w, const struct walk_commit *c)
{
	const struct scan *s = w->shared->scan;
	struct oid few[4], *trees = few;
	struct snapshot *commit = NULL;
	uint32_t i, count = c->parent_count + 1;
	int status = 0;

	if (count > sizeof few / sizeof *few)
		trees = malloc(count * sizeof *trees);
	if (!trees)
		return error_oom();
	for (i = 0; i < count && status == 0; i++)
		status = find_tree(&trees[i], &w->reader, i ? walk_parent(s->walk, c, i - 1) : c);
	w->changes.policy = s->pinned;
	if (status == 0 && !s->pinned &&
		(status = snapshot_of_tree(&commit, w->reader.repository, trees)) == 0) {
		w->changes.policy = reader_policy(&w->reader, c, commit);
		snapshot_free(commit);
	}
	w->commit = c;
	if (status == 0 && w->changes.policy)
		status = changes_of(&w->changes, trees, count);
	if (status < 0)
		error_prefix(
			"cannot look at commit '%s'", repository_hex(w->reader.repository, &c->id));
	if (trees != few)
		free(trees);
	return w->changes.policy ? status : -1;
}

/* Sets `*next` to the first of up to CHUNK commits, and tells how many they are. */
static size_t next_chunk(size_t *next, struct worker *w)
{
	struct shared *shared = w->shared;
	struct worker *other = w;
	size_t i, n;

	pthread_mutex_lock(&shared->lock);
	for (i = 0; i < shared->worker_count && other->next == other->end; i++)
		other = &shared->workers[i];
	n = other->end - other->next;
	if (n > CHUNK)
		n = CHUNK;
	*next = other == w ? w->end - n : other->next;
	if (other == w)
		w->end -= n;
	else
		other->next += n;
	pthread_mutex_unlock(&shared->lock);
	return n;
}

static int run_worker(struct worker *w, struct repository *r)
{
	struct shared *shared = w->shared;
	const struct scan *s = shared->scan;
	size_t next, n = 0, done;
	int status = reader_open(&w->reader, s, r);

	w->changes = (struct changes){.repository = r,
		.caseless = s->caseless,
		.matcher = w->reader.matcher,
		.visit = take_change,
		.arg = w,
		.path = BUF_INIT};
	while (status == 0 && !atomic_load(&shared->failed) && (n = next_chunk(&next, w))) {
		for (; n && status == 0; n--) {
			status = scan_commit(w, &s->walk->commits[next++]);
			done = atomic_fetch_add(&shared->done, 1);
			if (w == shared->workers && s->progress)
				progress_tick(s->progress, done + 1);
		}
	}
	changes_release(&w->changes);
	reader_close(&w->reader);
	return status;
}

/* The first has the repository that is open. */
static int work(struct crew *crew, void *arg, void *task)
{
	struct worker *w = arg;
	struct repository *own = NULL, *r = w->shared->scan->repository;
	int status = 0;

	(void)crew;
	(void)task;
	if (w != w->shared->workers) {
		status = repository_open(&own, w->shared->scan->env);
		r = own;
	}
	if (status == 0)
		status = run_worker(w, r);
	repository_free(own);
	if (status != 0)
		atomic_store(&w->shared->failed, true);
	return status ? -1 : 0;
}

static int compare_events(const void *a, const void *b)
{
	const struct scan_event *x = a, *y = b;
	int order;

	if (x->commit != y->commit)
		return x->commit < y->commit ? -1 : 1;
	order = strcmp(x->path, y->path);
	return order ? order : (int)x->change - (int)y->change;
}

/* Joins what all have found, in order. */
static int gather(struct scan_events *out, struct shared *shared)
{
	size_t i, total = atomic_load(&shared->events);
	int status = 0;

	out->items = malloc((total + 1) * sizeof *out->items);
	if (!out->items)
		status = error_oom();
	for (i = 0; i < shared->worker_count; i++) {
		struct scan_events *events = &shared->workers[i].events;

		if (status == 0 && events->count) {
			memcpy(out->items + out->count, events->items,
				events->count * sizeof *events->items);
			out->count += events->count;
			events->count = 0;
		}
		scan_events_free(events);
	}
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, compare_events);
	return status;
}

int scan_run(struct scan_events *out, const struct scan *s)
{
	size_t i, count = crew_size(), first = s->walk->first, total = s->walk->count - first;
	struct worker *workers = calloc(count, sizeof *workers);
	struct shared shared = {.scan = s,
		.workers = workers,
		.worker_count = count,
		.lock = PTHREAD_MUTEX_INITIALIZER};
	void *members[CREW_MAX];
	int status;

	*out = (struct scan_events){0};
	if (!workers)
		return error_oom();
	if (count > total / WORTH + 1)
		shared.worker_count = count = total / WORTH + 1;
	for (i = 0; i < count; i++) {
		workers[i].shared = &shared;
		workers[i].next = first + total * i / count;
		workers[i].end = first + total * (i + 1) / count;
		members[i] = &workers[i];
	}
	status = total ? crew_run(work, NULL, members, count) : 0;
	if (gather(out, &shared) < 0)
		status = -1;
	free(workers);
	return status;
}

void scan_events_free(struct scan_events *events)
{
	while (events->count > 0)
		free(events->items[--events->count].path);
	free(events->items);
	*events = (struct scan_events){0};
}
