/* malloc and its kin. */
#define _GNU_SOURCE
#include "inject.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void *(*next_aligned_alloc)(size_t, size_t);
static int (*next_posix_memalign)(void **, size_t, size_t);
static void (*next_free)(void *);

/* For what is allocated before the functions above are known; never given back. */
static char early[16384];
static size_t early_used;

static bool is_early(const void *block)
{
	return (const char *)block >= early && (const char *)block < early + sizeof early;
}

static void *take_early(size_t size)
{
	char *block = early + early_used;

	early_used += (size + 15) & ~(size_t)15;
	if (early_used > sizeof early)
		abort();
	return block;
}

/* The blocks that live, by their addresses, and who asked for them. */
enum { LIVE_MAX = 1 << 17, FD_MAX = 200, CALLERS = 16 };
static struct {
	void *block;
	const void *caller;
} live[LIVE_MAX];

static size_t slot_of(const void *block)
{
	return (size_t)(((uintptr_t)block >> 4) * 0x9e3779b97f4a7c15u >> 47);
}

/* All callers, of what lives at the end of a run that is looked into by hand. */
static bool is_traced;
static struct {
	void *block, *frames[CALLERS];
} traces[LIVE_MAX];

static void trace(void *block)
{
	static _Thread_local bool busy;

	if (!is_traced || busy)
		return;
	busy = true;
	inject_pause();
	memset(&traces[slot_of(block)], 0, sizeof *traces);
	backtrace(traces[slot_of(block)].frames, CALLERS);
	traces[slot_of(block)].block = block;
	inject_resume();
	busy = false;
}

static void tell_trace(const void *block)
{
	char place[512];
	size_t i;

	for (i = 2; i < CALLERS && traces[slot_of(block)].block == block; i++) {
		inject_place(place, sizeof place, traces[slot_of(block)].frames[i]);
		inject_log("live\t%s\n", place);
	}
}
static atomic_flag live_lock = ATOMIC_FLAG_INIT;

/* No mutex, for that would be one of the program's. */
static void lock(void)
{
	while (atomic_flag_test_and_set(&live_lock))
		sched_yield();
}

static void unlock(void)
{
	atomic_flag_clear(&live_lock);
}

static void remember(void *block, const void *caller)
{
	size_t i;

	if (!block)
		return;
	trace(block);
	lock();
	for (i = slot_of(block); live[i].block; i = (i + 1) % LIVE_MAX)
		;
	live[i].block = block;
	live[i].caller = caller;
	unlock();
}

/* Closes the gap that it leaves, so that no search ends too early. */
static void forget(const void *block)
{
	size_t i, gap, home;

	if (!block)
		return;
	lock();
	for (i = slot_of(block); live[i].block && live[i].block != block; i = (i + 1) % LIVE_MAX)
		;
	for (gap = i; live[i].block;) {
		live[gap].block = NULL;
		for (;;) {
			i = (i + 1) % LIVE_MAX;
			if (!live[i].block)
				break;
			home = slot_of(live[i].block);
			if ((i - home) % LIVE_MAX >= (i - gap) % LIVE_MAX)
				break;
		}
		if (!live[i].block)
			break;
		live[gap] = live[i];
		gap = i;
	}
	unlock();
}

__attribute__((constructor(101))) static void find_all(void)
{
	is_traced = getenv("INJECT_TRACE") != NULL;
	*(void **)&next_free = inject_next("free");
	*(void **)&next_calloc = inject_next("calloc");
	*(void **)&next_realloc = inject_next("realloc");
	*(void **)&next_aligned_alloc = inject_next("aligned_alloc");
	*(void **)&next_posix_memalign = inject_next("posix_memalign");
	*(void **)&next_malloc = inject_next("malloc");
}

__attribute__((destructor)) static void tell_live(void)
{
	char place[512];
	size_t i;

	for (i = 0; i < LIVE_MAX; i++)
		if (live[i].block) {
			inject_place(place, sizeof place, live[i].caller);
			inject_log("live %s\n", place);
			tell_trace(live[i].block);
		}
	for (i = 3; i < FD_MAX; i++)
		if (fcntl((int)i, F_GETFD) >= 0)
			inject_log("live descriptor\n");
}

static bool fails(const char *name, const void *caller)
{
	if (!inject_due(&(struct call){"memory", name, "", caller}))
		return false;
	errno = ENOMEM;
	return true;
}

static void *take(size_t size, const void *caller)
{
	void *block;

	if (!next_malloc)
		return take_early(size);
	block = fails("malloc", caller) ? NULL : next_malloc(size);
	remember(block, caller);
	return block;
}

void *malloc(size_t size)
{
	return take(size, __builtin_return_address(0));
}

/* The C library's would be its own caller. */
char *strdup(const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = take(size, __builtin_return_address(0));

	return copy ? memcpy(copy, s, size) : NULL;
}

char *strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = take(len + 1, __builtin_return_address(0));

	if (!copy)
		return NULL;
	copy[len] = '\0';
	return memcpy(copy, s, len);
}

void *calloc(size_t count, size_t size)
{
	void *block;

	if (!next_malloc)
		return take_early(count * size);
	block = fails("calloc", __builtin_return_address(0)) ? NULL : next_calloc(count, size);
	remember(block, __builtin_return_address(0));
	return block;
}

static void *move(void *old, size_t size, const void *caller)
{
	void *block;

	if (!next_malloc || is_early(old)) {
		block = malloc(size);
		if (old && block)
			memcpy(block, old, size);
		return block;
	}
	if (fails("realloc", caller))
		return NULL;
	forget(old);
	block = next_realloc(old, size);
	remember(block ? block : size ? old : NULL, caller);
	return block;
}

void *realloc(void *old, size_t size)
{
	return move(old, size, __builtin_return_address(0));
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t whole;

	if (__builtin_mul_overflow(count, size, &whole)) {
		errno = ENOMEM;
		return NULL;
	}
	return move(old, whole, __builtin_return_address(0));
}

void *aligned_alloc(size_t alignment, size_t size)
{
	void *block = fails("aligned_alloc", __builtin_return_address(0)) ?
			      NULL :
			      next_aligned_alloc(alignment, size);

	remember(block, __builtin_return_address(0));
	return block;
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	int status = fails("posix_memalign", __builtin_return_address(0)) ?
			     ENOMEM :
			     next_posix_memalign(out, alignment, size);

	if (status == 0)
		remember(*out, __builtin_return_address(0));
	return status;
}

void free(void *block)
{
	if (!block || is_early(block))
		return;
	forget(block);
	next_free(block);
}
