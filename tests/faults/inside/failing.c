#define _DEFAULT_SOURCE /* DT_UNKNOWN */
#include "failing.h"

#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#define PYCGUARD_LIBGIT2_PLAIN
#include "git/libgit2.h"

/* How many callers must be the same for a call to be known. What is made inline is no caller. */
#ifdef NDEBUG
enum { FRAMES_NEAR = 3 };
#else
enum { FRAMES_NEAR = 5 };
#endif

enum { FRAMES_OWN_MAX = 8, FRAMES_SHOWN = 16, KEYS_MAX = 1 << 16 };

static enum failing how;
static size_t due, *fresh, fresh_max, fresh_count;
static atomic_size_t seen;
static atomic_long live;
static const char *hit;
static void *hit_frames[FRAMES_SHOWN];
static size_t hit_frame_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Whether a call by these callers is the first in this process. */
static bool is_new(void *const *callers, size_t n)
{
	static uint64_t keys[KEYS_MAX];
	uint64_t key = 14695981039346656037u ^ (uint64_t)how;
	size_t i, slot;

	for (i = 0; i < n; i++)
		key = (key ^ (uintptr_t)callers[i]) * 1099511628211u;
	for (slot = key >> 48; keys[slot] && keys[slot] != key; slot = (slot + 1) % KEYS_MAX)
		;
	if (keys[slot] == key)
		return false;
	keys[slot] = key;
	return true;
}

static void count(size_t number, const char *name, const void *caller)
{
	void *frames[FRAMES_OWN_MAX + FRAMES_SHOWN];
	size_t own = 0, n = (size_t)backtrace(frames, FRAMES_OWN_MAX + FRAMES_SHOWN);

	while (own < n && frames[own] != caller)
		own++;
	n -= own;
	if (number == due) {
		hit = name;
		hit_frame_count = n < FRAMES_SHOWN ? n : FRAMES_SHOWN;
		memcpy(hit_frames, frames + own, hit_frame_count * sizeof *frames);
	}
	if (fresh && fresh_count < fresh_max &&
		is_new(frames + own, n < FRAMES_NEAR ? n : FRAMES_NEAR))
		fresh[fresh_count++] = number;
}

/* Whether this call is the one to fail. */
static bool is_due(enum failing kind, const char *name, const void *caller)
{
	size_t number;

	if (how != kind)
		return false;
	number = atomic_fetch_add(&seen, 1) + 1;
	if (fresh || number == due) {
		pthread_mutex_lock(&lock);
		count(number, name, caller);
		pthread_mutex_unlock(&lock);
	}
	return number == due;
}

void failing_start(enum failing kind, size_t nth, size_t *out, size_t max)
{
	due = nth;
	fresh = out;
	fresh_max = max;
	fresh_count = 0;
	hit = NULL;
	atomic_store(&seen, 0);
	how = kind;
}

size_t failing_stop(void)
{
	how = FAILING_NOT;
	return fresh_count;
}

const char *failing_hit(void)
{
	return hit;
}

void failing_show(void)
{
	backtrace_symbols_fd(hit_frames, hit ? (int)hit_frame_count : 0, STDOUT_FILENO);
}

long failing_live(void)
{
	return atomic_load(&live);
}

/* A function of the C library that it may not have is one that nobody calls. */
#define REAL(name, type, params) type __real_##name params __attribute__((weak))
#define WRAPPER(name, type, params)                                                                \
	REAL(name, type, params);                                                                  \
	type __wrap_##name params;                                                                 \
	type __wrap_##name params

#define CALLER __builtin_return_address(0)

static bool fails(const char *name, const void *caller, int errnum)
{
	if (!is_due(FAILING_CALL, name, caller))
		return false;
	errno = errnum;
	return true;
}

static bool is_interrupted(const char *name, const void *caller)
{
	if (!is_due(FAILING_EINTR, name, caller))
		return false;
	errno = EINTR;
	return true;
}

static bool can_be_interrupted(const char *name)
{
	static const char *const names[] = {"poll", "waitpid", "close", "flock"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool has_no_memory(const char *name, const void *caller)
{
	return is_due(FAILING_MEMORY, name, caller);
}

#define MEMORY(name, type, params, args)                                                           \
	WRAPPER(name, type, params)                                                                \
	{                                                                                          \
		return has_no_memory(#name, CALLER) ? NULL : __real_##name args;                   \
	}
#define CALL(name, type, failure, errnum, params, args)                                            \
	WRAPPER(name, type, params)                                                                \
	{                                                                                          \
		if (fails(#name, CALLER, errnum) ||                                                \
			(can_be_interrupted(#name) && is_interrupted(#name, CALLER)))              \
			return failure;                                                            \
		return __real_##name args;                                                         \
	}
#define FILE(name, type, failure, errnum, params, args)                                            \
	CALL(name, type, failure, errnum, params, args)                                            \
	CALL(name##64, type, failure, errnum, params, args)
#define LAST(name, type, failure, errnum, params, args)                                            \
	WRAPPER(name, type, params)                                                                \
	{                                                                                          \
		type result;                                                                       \
		if (strcmp(#name, "waitpid") == 0 && is_interrupted(#name, CALLER))                \
			return failure;                                                            \
		result = __real_##name args;                                                       \
		return fails(#name, CALLER, errnum) ? failure : result;                            \
	}
#define OWN(name)
#include "failing.def"
#undef CALL
#undef FILE
#undef LAST
#undef OWN
#undef MEMORY

/* --- memory ---------------------------------------------------------------------------------- */

static void *taken(void *block)
{
	if (block)
		atomic_fetch_add(&live, 1);
	return block;
}

WRAPPER(malloc, void *, (size_t size))
{
	return has_no_memory("malloc", CALLER) ? NULL : taken(__real_malloc(size));
}

WRAPPER(calloc, void *, (size_t number, size_t size))
{
	return has_no_memory("calloc", CALLER) ? NULL : taken(__real_calloc(number, size));
}

WRAPPER(realloc, void *, (void *old, size_t size))
{
	void *block;

	if (has_no_memory("realloc", CALLER))
		return NULL;
	block = __real_realloc(old, size);
	return old ? block : taken(block);
}

WRAPPER(strdup, char *, (const char *s))
{
	return has_no_memory("strdup", CALLER) ? NULL : taken(__real_strdup(s));
}

WRAPPER(strndup, char *, (const char *s, size_t len))
{
	return has_no_memory("strndup", CALLER) ? NULL : taken(__real_strndup(s, len));
}

WRAPPER(realpath, char *, (const char *path, char *out))
{
	if (fails("realpath", CALLER, EACCES))
		return NULL;
	return out ? __real_realpath(path, out) : taken(__real_realpath(path, out));
}

WRAPPER(free, void, (void *block))
{
	if (block)
		atomic_fetch_sub(&live, 1);
	__real_free(block);
}

/* --- files ----------------------------------------------------------------------------------- */

#define OPEN(name, params, last, args)                                                             \
	WRAPPER(name, int, params)                                                                 \
	{                                                                                          \
		va_list more;                                                                      \
		unsigned mode;                                                                     \
		va_start(more, last);                                                              \
		mode = va_arg(more, unsigned);                                                     \
		va_end(more);                                                                      \
		if (fails(#name, CALLER, EACCES) || is_interrupted(#name, CALLER))                 \
			return -1;                                                                 \
		return __real_##name args;                                                         \
	}

OPEN(open, (const char *path, int flags, ...), flags, (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), flags, (path, flags, mode))
OPEN(openat, (int dir, const char *path, int flags, ...), flags, (dir, path, flags, mode))
OPEN(openat64, (int dir, const char *path, int flags, ...), flags, (dir, path, flags, mode))

/* That a descriptor is not open is no failure. */
#define FCNTL(name)                                                                                \
	WRAPPER(name, int, (int fd, int command, ...))                                             \
	{                                                                                          \
		va_list more;                                                                      \
		long arg;                                                                          \
		va_start(more, command);                                                           \
		arg = va_arg(more, long);                                                          \
		va_end(more);                                                                      \
		if (fd > STDERR_FILENO && fails(#name, CALLER, EMFILE))                            \
			return -1;                                                                 \
		return __real_##name(fd, command, arg);                                            \
	}

FCNTL(fcntl)
FCNTL(fcntl64)

WRAPPER(read, ssize_t, (int fd, void *bytes, size_t size))
{
	if (fails("read", CALLER, EIO) || is_interrupted("read", CALLER))
		return -1;
	return __real_read(fd, bytes, size > 1 && is_due(FAILING_SHORT, "read", CALLER) ? 1 : size);
}

WRAPPER(write, ssize_t, (int fd, const void *bytes, size_t size))
{
	if (fails("write", CALLER, ENOSPC) || is_interrupted("write", CALLER))
		return -1;
	return __real_write(
		fd, bytes, size > 1 && is_due(FAILING_SHORT, "write", CALLER) ? 1 : size);
}

WRAPPER(send, ssize_t, (int fd, const void *bytes, size_t size, int flags))
{
	if (fails("send", CALLER, EPIPE) || is_interrupted("send", CALLER))
		return -1;
	return __real_send(
		fd, bytes, size > 1 && is_due(FAILING_SHORT, "send", CALLER) ? 1 : size, flags);
}

/* Some file systems tell no kinds. */
#define READDIR(name, type)                                                                        \
	WRAPPER(name, struct type *, (DIR * dir))                                                  \
	{                                                                                          \
		struct type *entry = fails(#name, CALLER, EIO) ? NULL : __real_##name(dir);        \
		if (entry && is_due(FAILING_SHORT, #name, CALLER))                                 \
			entry->d_type = DT_UNKNOWN;                                                \
		return entry;                                                                      \
	}

READDIR(readdir, dirent)
READDIR(readdir64, dirent)

/* --- what main does that a test does not want ------------------------------------------------ */

void __wrap_git_guard(void);
void __wrap_git_guard(void)
{
}

int __wrap_setitimer(int which, const struct itimerval *value, struct itimerval *old);
int __wrap_setitimer(int which, const struct itimerval *value, struct itimerval *old)
{
	(void)which, (void)value, (void)old;
	return 0;
}

/* --- libgit2 ---------------------------------------------------------------------------------- */

#define CALL(name, type, failure, errnum, params, args)
#define FILE(name, type, failure, errnum, params, args)
#define LAST(name, type, failure, errnum, params, args)
#define OWN(name)
#define MEMORY(name, type, params, args)

#ifdef PYCGUARD_LIBGIT2
static struct git_calls real;

#define GIT(name, params, args)                                                                    \
	static int failing_##name params                                                           \
	{                                                                                          \
		return is_due(FAILING_CALL, #name, CALLER) ? -1 : real.name args;                  \
	}
#include "failing.def"
#undef GIT

static void prepare_git(void)
{
	if (libgit2_start() < 0)
		abort();
	real = git_calls;
#define GIT(name, params, args) git_calls.name = failing_##name;
#include "failing.def"
#undef GIT
}
#else
static void prepare_git(void)
{
}
#endif

/* What the libraries allocate is theirs to free, but jansson's is wanted to fail too. */
void failing_prepare(void)
{
	void *frames[1];

	backtrace(frames, 1); /* its first call loads a library */
	json_set_alloc_funcs(__wrap_malloc, __wrap_free);
	prepare_git();
}
