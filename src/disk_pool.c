#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crew.h"
#include "disk_private.h"
#include "error.h"

/* Directories wait with their descriptors open: a few, so that there is always one to take. */
enum { WAITING_MAX = 16 };

struct task {
	int fd;
	dev_t device;
	char *path;
};

struct disk_pool {
	struct disk_snapshot *disk;
	snapshot_visit *visit;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct task waiting[WAITING_MAX];
	atomic_size_t count; /* of these; changed under the lock */
	size_t busy;         /* threads that can still offer some */
	bool stop;
};

struct worker {
	struct disk_pool *pool;
	void *arg;
	bool is_first;
};

bool disk_pool_offer(struct disk_pool *pool, int fd, dev_t device, const struct buf *path)
{
	struct task task = {fd, device, NULL};
	bool taken = false;

	if (atomic_load_explicit(&pool->count, memory_order_relaxed) == WAITING_MAX)
		return false;
	task.path = strdup(path->ptr);
	if (!task.path)
		return false;
	pthread_mutex_lock(&pool->lock);
	if (pool->count < WAITING_MAX) {
		pool->waiting[pool->count++] = task;
		pthread_cond_signal(&pool->changed);
		taken = true;
	}
	pthread_mutex_unlock(&pool->lock);
	if (!taken)
		free(task.path);
	return taken;
}

/* Waits until there is something to do; false when nothing will be any more. */
static bool take_task(struct task *out, struct disk_pool *pool)
{
	bool taken;

	pthread_mutex_lock(&pool->lock);
	while (!pool->count && pool->busy && !pool->stop)
		pthread_cond_wait(&pool->changed, &pool->lock);
	taken = pool->count && !pool->stop;
	if (taken) {
		*out = pool->waiting[--pool->count];
		pool->busy++;
	}
	pthread_mutex_unlock(&pool->lock);
	return taken;
}

static void end_task(struct disk_pool *pool, int status)
{
	pthread_mutex_lock(&pool->lock);
	pool->busy--;
	pool->stop = pool->stop || status < 0;
	if (!pool->busy || pool->stop)
		pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
}

static int run_task(struct disk_walk *w, struct task *task)
{
	int status = -1;

	buf_clear(&w->path);
	buf_adds(&w->path, task->path);
	free(task->path);
	if (buf_failed(&w->path) == 0)
		status = disk_walk_directory(w, task->fd, task->device);
	else
		close(task->fd);
	return status;
}

static int run_tasks(struct disk_walk *w)
{
	struct task task;
	int status = 0;

	while (status == 0 && take_task(&task, w->pool)) {
		status = run_task(w, &task);
		end_task(w->pool, status);
	}
	return status;
}

/* The first walks from the root, and takes from the others when that is done. */
static int work(void *arg)
{
	const struct worker *worker = arg;
	struct disk_pool *pool = worker->pool;
	struct disk_walk w = {pool->disk, pool->visit, worker->arg, pool, BUF_INIT};
	int status = 0;

	if (worker->is_first) {
		status = disk_walk_root(&w);
		end_task(pool, status);
	}
	if (status == 0)
		status = run_tasks(&w);
	buf_free(&w.path);
	return status;
}

int disk_each_by_threads(struct snapshot *s, snapshot_visit *visit, void *const *args, size_t count)
{
	struct disk_pool pool = {.disk = (struct disk_snapshot *)s,
		.visit = visit,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.busy = 1};
	struct worker workers[CREW_MAX];
	void *members[CREW_MAX];
	size_t i;
	int status;

	if (count <= 1)
		return snapshot_each(s, visit, args[0]);
	for (i = 0; i < count; i++) {
		workers[i] = (struct worker){&pool, args[i], i == 0};
		members[i] = &workers[i];
	}
	status = crew_run(work, members, count);
	for (; pool.count > 0; pool.count--) {
		close(pool.waiting[pool.count - 1].fd);
		free(pool.waiting[pool.count - 1].path);
	}
	pthread_cond_destroy(&pool.changed);
	pthread_mutex_destroy(&pool.lock);
	return status;
}
