#include "base/crew.h"

#include <pthread.h>

/* A task may hold a descriptor: a few, so that there is always one to take. */
enum { WAITING_MAX = 16 };

struct crew {
	crew_work *work;
	pthread_mutex_t lock; /* of the rest */
	pthread_cond_t changed;
	void *waiting[WAITING_MAX];
	size_t count; /* of these */
	size_t busy;  /* members that can still offer some */
	bool stop;
};

struct member {
	struct crew *crew;
	void *arg;
	pthread_t thread;
	char *failure; /* its words, for errors are recorded by thread; NULL: it has not failed */
};

size_t crew_size(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 1 ? 1 : cpus < CREW_MAX ? (size_t)cpus : CREW_MAX;
}

bool crew_offer(struct crew *crew, void *task)
{
	bool taken = false;

	pthread_mutex_lock(&crew->lock);
	if (crew->count < WAITING_MAX) {
		crew->waiting[crew->count++] = task;
		pthread_cond_signal(&crew->changed);
		taken = true;
	}
	pthread_mutex_unlock(&crew->lock);
	return taken;
}

/* Ends what a member did last, with `status`, and waits until there is something to do; NULL when
 * nothing will be any more. */
static void *next_task(struct crew *crew, int status)
{
	void *task = NULL;

	pthread_mutex_lock(&crew->lock);
	crew->busy--;
	crew->stop = crew->stop || status < 0;
	while (!crew->count && crew->busy && !crew->stop)
		pthread_cond_wait(&crew->changed, &crew->lock);
	if (crew->count && !crew->stop) {
		task = crew->waiting[--crew->count];
		crew->busy++;
	} else {
		pthread_cond_broadcast(&crew->changed);
	}
	pthread_mutex_unlock(&crew->lock);
	return task;
}

static void *run(void *arg)
{
	struct member *m = arg;
	void *task = NULL;
	int status;

	do {
		status = m->crew->work(m->crew, m->arg, task);
		task = next_task(m->crew, status);
	} while (task);
	m->failure = memory_string(status < 0 ? error_message() : NULL);
	return NULL;
}

int crew_run(crew_work *work, void (*drop)(void *task), void *const *args, size_t count)
{
	struct crew crew = {.work = work,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.busy = count};
	struct member members[CREW_MAX] = {{.crew = &crew, .arg = args[0]}}, *m;
	size_t started = 1, i;
	int status = 0;

	for (i = 1; i < count; i++) {
		m = &members[started];
		*m = (struct member){.crew = &crew, .arg = args[i]};
		if (pthread_create(&m->thread, NULL, run, m) == 0) {
			started++;
			continue;
		}
		pthread_mutex_lock(&crew.lock);
		crew.busy--;
		pthread_mutex_unlock(&crew.lock);
	}
	run(&members[0]);
	for (m = members; m < members + started; m++) {
		if (m > members)
			pthread_join(m->thread, NULL);
		if (m->failure)
			status = error_set("%s", m->failure);
		free(m->failure);
	}
	while (crew.count > 0)
		drop(crew.waiting[--crew.count]);
	pthread_cond_destroy(&crew.changed);
	pthread_mutex_destroy(&crew.lock);
	return status;
}
