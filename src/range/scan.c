#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#define _DARWIN_C_SOURCE
#include "range/scan.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/crew.h"
#include "base/signals.h"
#include "git/objects.h"

/* For so many commits one more process is worth its start. */
enum { WORTH = 128 };

/* What the processes share. */
struct shared {
	/* The commits that each has yet to do, the last one first: the number of the first in the
	 * upper half, that of the one after the last in the lower. Neighbours have most trees in
	 * common, and what one process has read is no help to another: so each has a stretch of the
	 * history to itself, and when that is done, the older half of another's. */
	_Atomic uint64_t left[CREW_MAX];
	atomic_size_t done, events;
	atomic_bool failed;
};

struct worker {
	const struct scan *scan;
	struct shared *shared;
	size_t number;
	pid_t pid; /* 0: this process */
	int fd;    /* what that one writes */
	struct changes changes;
	const struct walk_commit *commit; /* at hand */
	struct buf found;                 /* events without a path, each with its path after it */
};

void scan_open(struct changes *out, const struct scan *s, struct repository *r)
{
	*out = (struct changes){.repository = r,
		.pinned = s->pinned,
		.files = &s->files,
		.caseless = s->caseless,
		.no_orphans = s->in_history,
		.matcher = matcher_new(),
		.path = BUF_INIT};
}

static int take_change(void *arg, enum change change, const struct entry *e)
{
	struct worker *w = arg;
	const struct scan_event event = {NULL, w->commit, change, e->mode, e->oid};

	if (atomic_fetch_add(&w->shared->events, 1) >= SCAN_EVENTS_MAX)
		return error_set(
			"more than %d paths of these commits are rejected", SCAN_EVENTS_MAX);
	buf_add(&w->found, &event, sizeof event);
	buf_add(&w->found, e->path, e->len + 1);
	return 0;
}

static int scan_commit(struct worker *w, const struct walk_commit *c)
{
	uint32_t i, count = c->parent_count + 1;
	struct oid *trees = memory_new(count, sizeof *trees);
	int status;

	trees[0] = c->tree;
	for (i = 1; i < count; i++)
		trees[i] = walk_parent(w->scan->walk, c, i - 1)->tree;
	w->commit = c;
	status = changes_of(&w->changes, trees, count);
	if (status != 0)
		error_prefix("cannot look at commit '%s'",
			repository_hex(w->changes.repository, &c->id));
	free(trees);
	return status ? -1 : 0;
}

static size_t length(uint64_t stretch)
{
	return (size_t)((stretch & UINT32_MAX) - (stretch >> 32));
}

/* The commit to do now; NULL: there is nothing to do. */
static const struct walk_commit *next_commit(struct worker *w)
{
	_Atomic uint64_t *left = w->shared->left, *own = &left[w->number], *most;
	uint64_t stretch, half;
	size_t i;

	while (!atomic_load(&w->shared->failed)) {
		stretch = atomic_load(own);
		if (length(stretch) && atomic_compare_exchange_strong(own, &stretch, stretch - 1))
			return &w->scan->walk->commits[(stretch & UINT32_MAX) - 1];
		if (length(stretch))
			continue;
		for (most = own, i = 0; i < CREW_MAX; i++)
			if (length(atomic_load(&left[i])) > length(atomic_load(most)))
				most = &left[i];
		stretch = atomic_load(most);
		half = (length(stretch) + 1) / 2;
		if (!half)
			break;
		if (atomic_compare_exchange_strong(most, &stretch, stretch + (half << 32)))
			atomic_store(own, (stretch >> 32 << 32) + (stretch >> 32) + half);
	}
	return NULL;
}

static int work(struct worker *w)
{
	const struct scan *s = w->scan;
	const struct walk_commit *c;
	size_t done;
	int status = 0;

	scan_open(&w->changes, s, s->repository);
	w->changes.visit = take_change;
	w->changes.arg = w;
	while (status == 0 && (c = next_commit(w))) {
		status = scan_commit(w, c);
		done = atomic_fetch_add(&w->shared->done, 1) + 1;
		if (w->number == 0 && s->progress)
			progress_tick(s->progress, done);
	}
	if (status != 0)
		atomic_store(&w->shared->failed, true);
	changes_release(&w->changes);
	return status;
}

/* What this process, which was started to work, writes to the one that reads it. */
static int channel;

static void fail(const char *reason)
{
	io_write_all(channel, reason, strlen(reason));
	_exit(1);
}

/* Without a process, the others do its commits. */
static void start(struct worker *w)
{
	struct repository *r = w->scan->repository;
	int ends[2];

	if (pipe(ends) < 0)
		return;
	w->pid = fcntl(ends[1], F_SETFD, FD_CLOEXEC) < 0 ? -1 : fork();
	if (w->pid == 0) {
		channel = ends[1];
		fatal_by(fail);
		deadline_watch();
		r->headers = r->contents = r->attributes = (struct exec){0}; /* the other's */
		if (work(w) < 0)
			fail(error_message());
		_exit(io_write_all(channel, w->found.ptr, w->found.len) < 0 ? 2 : 0);
	}
	close(ends[1]);
	w->fd = ends[0];
	if (w->pid < 0) {
		close(ends[0]);
		w->pid = 0;
	}
}

/* Reads what a process has found, and waits for its end. 0; -1 recorded. */
static int collect(struct worker *w)
{
	int status = io_read_all(&w->found, w->fd, SIZE_MAX), code;

	if (status < 0)
		error_os(errno, "cannot read what is found in commits");
	close(w->fd);
	while (waitpid(w->pid, &code, 0) < 0)
		if (errno != EINTR)
			return error_os(errno, "cannot wait for a process");
	if (status < 0 || code == 0)
		return status;
	return WIFEXITED(code) && WEXITSTATUS(code) == 1 ?
		       error_set("%s", w->found.ptr) :
		       error_set("cannot look at commits: a process for some of them ended early");
}

static void add_events(struct scan_events *out, const struct buf *found)
{
	const char *at = found->ptr, *end = at + found->len;
	struct scan_event *e;

	for (; at < end; at += strlen(at) + 1) {
		array_room(out->items, out->count);
		e = &out->items[out->count++];
		memcpy(e, at, sizeof *e);
		at += sizeof *e;
		e->path = memory_string(at);
	}
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
	struct worker workers[CREW_MAX] = {{0}}, *w;
	struct shared *shared;
	int status;

	*out = (struct scan_events){0};
#ifdef __GLIBC__
	mallopt(M_MXFAST, 0); /* or each large block that is freed has it gather all small ones */
#endif
	shared = mmap(
		NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return error_os(errno, "cannot share memory with a process");
	if (count > total / WORTH + 1)
		count = total / WORTH + 1;
	for (i = 0; i < count; i++)
		atomic_init(&shared->left[i], (uint64_t)(first + total * i / count) << 32 |
						      (first + total * (i + 1) / count));
	for (i = 0; i < count; i++) {
		workers[i] = (struct worker){
			.scan = s, .shared = shared, .number = i, .found = BUF_INIT};
		if (i)
			start(&workers[i]);
	}
	status = work(&workers[0]);
	for (w = workers; w < workers + count; w++) {
		if (w->pid && collect(w) < 0)
			status = -1;
		if (status == 0)
			add_events(out, &w->found);
		buf_free(&w->found);
	}
	munmap(shared, sizeof *shared);
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, compare_events);
	return status < 0 ? -1 : 0;
}

void scan_events_free(struct scan_events *events)
{
	while (events->count > 0)
		free(events->items[--events->count].path);
	free(events->items);
	*events = (struct scan_events){0};
}
