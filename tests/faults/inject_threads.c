/*
 * Threads: one runs at a time, and gives way to the next only at points that are the same in each
 * run: when it waits for another, when it has woken one, when it ends, and after every few file
 * calls. So a thread meets nobody at a lock, and what each of them does never depends on chance.
 */
#define _GNU_SOURCE
#include "inject.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

enum { THREADS_MAX = 64, CALLS_A_TURN = 5 };

struct thread {
	pthread_t id;
	void *(*run)(void *);
	void *arg;
	sem_t turn;
	const void *waits_for; /* a condition, or a thread; NULL when it can run */
	bool done;
};

static struct thread threads[THREADS_MAX];
static int count = 1; /* the first is the process's own */
static bool has_woken;
static _Thread_local int self, held; /* which it is, and for how many reasons it must go on */

static void wait_for_turn(void)
{
	while (sem_wait(&threads[self].turn) < 0 && errno == EINTR)
		;
}

static void give_turn(void)
{
	int i, next;

	for (i = 1; i <= count; i++) {
		next = (self + i) % count;
		if (!threads[next].done && !threads[next].waits_for)
			break;
	}
	if (i > count) {
		dprintf(2, "inject: all threads wait\n");
		_exit(99);
	}
	if (next == self)
		return;
	sem_post(&threads[next].turn);
	if (!threads[self].done)
		wait_for_turn();
}

static void wake(const void *what, bool all)
{
	int i;

	for (i = 0; i < count; i++)
		if (threads[i].waits_for == what) {
			threads[i].waits_for = NULL;
			has_woken = true;
			if (!all)
				break;
		}
}

static void wait_for(const void *what)
{
	int errnum = errno;

	threads[self].waits_for = what;
	give_turn();
	errno = errnum;
}

static void yield(void)
{
	int errnum = errno;

	has_woken = false;
	give_turn();
	errno = errnum;
}

/* Not when it has ended, and only its destructors run. */
static bool can_yield(void)
{
	return count > 1 && held == 0 && !threads[self].done;
}

void inject_turn(void)
{
	static int calls;

	if (can_yield() && ++calls % CALLS_A_TURN == 0)
		yield();
}

void inject_turn_hold(void)
{
	held++;
}

void inject_turn_release(void)
{
	held--;
}

static void *run(void *arg)
{
	struct thread *thread = arg;
	void *result;

	self = (int)(thread - threads);
	wait_for_turn();
	result = thread->run(thread->arg);
	thread->done = true;
	wake(thread, true);
	give_turn();
	return result;
}

int pthread_create(
	pthread_t *out, const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
	struct thread *thread = &threads[count];
	int status;

	NEXT(pthread_create);
	if (inject_due(&(struct call){"memory", "pthread_create", "", NULL}))
		return EAGAIN;
	if (count == THREADS_MAX) {
		dprintf(2, "inject: too many threads\n");
		_exit(99);
	}
	*thread = (struct thread){.run = start, .arg = arg};
	sem_init(&thread->turn, 0, 0);
	if (count == 1)
		sem_init(&threads[0].turn, 0, 0);
	status = next(out, attributes, run, thread);
	if (status == 0) {
		thread->id = *out;
		count++;
	}
	return status;
}

int pthread_join(pthread_t id, void **result)
{
	int i;

	NEXT(pthread_join);
	for (i = 1; i < count; i++)
		if (threads[i].id == id && !threads[i].done)
			wait_for(&threads[i]);
	return next(id, result);
}

int pthread_cond_wait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict lock)
{
	pthread_mutex_unlock(lock);
	wait_for(condition);
	return pthread_mutex_lock(lock);
}

int pthread_cond_signal(pthread_cond_t *condition)
{
	wake(condition, false);
	return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
	wake(condition, true);
	return 0;
}

#define LOCK(name, type)                                                                           \
	int name(type *lock)                                                                       \
	{                                                                                          \
		NEXT(name);                                                                        \
		held++;                                                                            \
		return next(lock);                                                                 \
	}

#define UNLOCK(name, type)                                                                         \
	int name(type *lock)                                                                       \
	{                                                                                          \
		int status;                                                                        \
		NEXT(name);                                                                        \
		status = next(lock);                                                               \
		held--;                                                                            \
		if (has_woken && can_yield())                                                      \
			yield();                                                                   \
		return status;                                                                     \
	}

LOCK(pthread_mutex_lock, pthread_mutex_t)
UNLOCK(pthread_mutex_unlock, pthread_mutex_t)
LOCK(pthread_rwlock_rdlock, pthread_rwlock_t)
LOCK(pthread_rwlock_wrlock, pthread_rwlock_t)
UNLOCK(pthread_rwlock_unlock, pthread_rwlock_t)

int pthread_once(pthread_once_t *once, void (*init)(void))
{
	int status;

	NEXT(pthread_once);
	held++;
	status = next(once, init);
	held--;
	return status;
}
