#define _GNU_SOURCE
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FRAMES_MAX = 48, OWN_FRAMES = 3, NEAR_FRAMES = 2 };

static const char *calls, *effect = "ENOMEM";
static unsigned long nth;
static int log_fd = -1;
static atomic_ulong seen;
static _Thread_local bool busy; /* in here, so that what is called from here does not count */
static atomic_bool started;

static void start_log(const char *path)
{
	enum { FD = 200 }; /* where no program looks for its own */
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT, 0666);

	log_fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FD);
	syscall(SYS_close, fd);
}

__attribute__((constructor)) static void start(void)
{
	void *frames[2];

	busy = true;
	calls = getenv("INJECT_CALLS");
	if (getenv("INJECT_EFFECT"))
		effect = getenv("INJECT_EFFECT");
	if (getenv("INJECT_NTH"))
		nth = strtoul(getenv("INJECT_NTH"), NULL, 10);
	if (getenv("INJECT_LOG"))
		start_log(getenv("INJECT_LOG"));
	unsetenv("LD_PRELOAD");
	backtrace(frames, 2); /* its first call loads a library */
	busy = false;
	atomic_store(&started, calls != NULL);
}

void *inject_next(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (!found) {
		dprintf(2, "inject: there is no function '%s'\n", name);
		_exit(99);
	}
	return found;
}

const char *inject_effect(void)
{
	return effect;
}

int inject_errno(void)
{
	static const struct {
		const char *name;
		int value;
	} names[] = {{"ENOMEM", ENOMEM}, {"EIO", EIO}, {"EACCES", EACCES}, {"ENOSPC", ENOSPC},
		{"EINTR", EINTR}, {"EAGAIN", EAGAIN}};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(effect, names[i].name) == 0)
			return names[i].value;
	return 0;
}

void inject_log(const char *fmt, ...)
{
	char line[4096];
	va_list args;
	int n;

	if (log_fd < 0)
		return;
	va_start(args, fmt);
	n = vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	if (n > 0)
		syscall(SYS_write, log_fd, line,
			(size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

void inject_place(char *out, size_t size, const void *address)
{
	const char *name;
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_fname) {
		snprintf(out, size, "?");
		return;
	}
	name = strrchr(info.dli_fname, '/');
	name = name ? name + 1 : info.dli_fname;
	snprintf(out, size, "%s+0x%lx(%s)", name,
		(unsigned long)((uintptr_t)address - (uintptr_t)info.dli_fbase),
		info.dli_sname ? info.dli_sname : "");
}

static bool is_chosen(const struct call *call)
{
	size_t len = strlen(call->name), n;
	const char *s;

	if (strcmp(calls, call->class) == 0)
		return true;
	for (s = calls; *s; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		if (n == len && strncmp(s, call->name, n) == 0)
			return true;
	}
	return false;
}

static uint64_t mix(uint64_t hash, uintptr_t value)
{
	return (hash ^ value) * 1099511628211u;
}

/* Where the module of an address begins. To ask is slow, and the same are asked for again and
 * again; two threads that write a row at once at worst ask once more. */
static uintptr_t base_of(const void *address)
{
	static struct {
		_Atomic(const void *) address;
		_Atomic(uintptr_t) base;
	} known[1 << 14];
	size_t row = ((uintptr_t)address * 0x9e3779b97f4a7c15u) >> 50;
	uintptr_t base = known[row].base;
	Dl_info info;

	if (known[row].address == address)
		return base;
	base = dladdr(address, &info) ? (uintptr_t)info.dli_fbase : 0;
	known[row].address = NULL;
	known[row].base = base;
	known[row].address = address;
	return base;
}

/* Sums of all the callers, and of the innermost ones of the program itself. */
static int sum_up(void **frames, uint64_t *stack, uint64_t *near)
{
	uintptr_t base, program;
	int count = backtrace(frames, FRAMES_MAX), i, own = 0;

	program = base_of((void *)(uintptr_t)getauxval(AT_ENTRY));
	*stack = *near = 14695981039346656037u;
	for (i = OWN_FRAMES; i < count; i++) {
		base = base_of(frames[i]);
		*stack = mix(*stack, (uintptr_t)frames[i] - base);
		if (base == program && own++ < NEAR_FRAMES)
			*near = mix(*near, (uintptr_t)frames[i] - base);
	}
	return count;
}

static void tell(const char *what, unsigned long number, const struct call *call)
{
	void *frames[FRAMES_MAX];
	char place[512];
	uint64_t stack, near;
	int count = sum_up(frames, &stack, &near), i;

	inject_log("%s %lu %s %016lx %016lx %s\n", what, number, call->name, (unsigned long)stack,
		(unsigned long)near, call->subject);
	for (i = OWN_FRAMES; *what == 'f' && i < count; i++) {
		inject_place(place, sizeof place, frames[i]);
		inject_log("\t%s\n", place);
	}
}

bool inject_due(const struct call *call)
{
	int errnum = errno;
	unsigned long number;

	if (!atomic_load(&started) || busy || !is_chosen(call))
		return false;
	busy = true;
	number = atomic_fetch_add(&seen, 1) + 1;
	if (log_fd >= 0 && (nth == 0 || number == nth))
		tell(nth ? "fault" : "call", number, call);
	busy = false;
	errno = errnum;
	return nth && number == nth;
}
