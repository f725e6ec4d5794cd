#define _GNU_SOURCE
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FRAMES_MAX = 64, NEAR_FRAMES = 2 };

static const char *calls, *modules, *effect = "ENOMEM";
static unsigned long nth;
static uint64_t only; /* the sum of the callers that are meant; 0: all */
static int log_fd = -1;
static atomic_ulong seen;
static _Thread_local int paused; /* in here, so that what is called from here does not count */
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

	inject_pause();
	calls = getenv("INJECT_CALLS");
	modules = getenv("INJECT_MODULES");
	if (getenv("INJECT_EFFECT"))
		effect = getenv("INJECT_EFFECT");
	if (getenv("INJECT_NTH"))
		nth = strtoul(getenv("INJECT_NTH"), NULL, 10);
	if (getenv("INJECT_STACK"))
		only = strtoull(getenv("INJECT_STACK"), NULL, 16);
	if (getenv("INJECT_LOG"))
		start_log(getenv("INJECT_LOG"));
	unsetenv("LD_PRELOAD");
	backtrace(frames, 2); /* its first call loads a library */
	inject_resume();
	atomic_store(&started, calls != NULL);
}

void inject_pause(void)
{
	paused++;
}

void inject_resume(void)
{
	paused--;
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
		{"EINTR", EINTR}, {"EAGAIN", EAGAIN}, {"EMFILE", EMFILE}, {"EPIPE", EPIPE},
		{"EPERM", EPERM}};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(effect, names[i].name) == 0)
			return names[i].value;
	return 0;
}

const char *inject_path_of(int fd, char *path)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = syscall(SYS_readlink, link, path, PATH_MAX - 1);
	path[n > 0 ? n : 0] = '\0';
	return path;
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

struct trace {
	void *frames[FRAMES_MAX];
	int first, count;
	uint64_t stack,
		near; /* sums of all the callers, and of the innermost ones of the program itself */
};

/* The frames of this library itself are left out. */
static void look_up(struct trace *t)
{
	uintptr_t base, program, library;
	int i, own = 0;

	t->count = backtrace(t->frames, FRAMES_MAX);
	program = base_of((void *)(uintptr_t)getauxval(AT_ENTRY));
	library = base_of((void *)(uintptr_t)look_up);
	t->stack = t->near = 14695981039346656037u;
	for (i = 0; i < t->count && base_of(t->frames[i]) == library; i++)
		;
	for (t->first = i; i < t->count; i++) {
		base = base_of(t->frames[i]);
		t->stack = mix(t->stack, (uintptr_t)t->frames[i] - base);
		if (base == program && own++ < NEAR_FRAMES)
			t->near = mix(t->near, (uintptr_t)t->frames[i] - base);
	}
}

static const char *name_of(const void *address)
{
	const char *name;
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_fname)
		return "?";
	name = strrchr(info.dli_fname, '/');
	return name ? name + 1 : info.dli_fname;
}

/* The library or program that made the call, or had the C library make it. */
static const char *module_of(const struct trace *t)
{
	static uintptr_t c_library;
	int i;

	if (!c_library)
		c_library = base_of((void *)(uintptr_t)getauxval);
	for (i = t->first; i < t->count && base_of(t->frames[i]) == c_library; i++)
		;
	return i < t->count ? name_of(t->frames[i]) : "?";
}

static bool begins_as_one_of(const char *name, const char *list)
{
	const char *s;
	size_t n;

	for (s = list; *s; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		if (strncmp(s, name, n) == 0)
			return true;
	}
	return false;
}

/* What was found out for a module is kept; two threads at once at worst find it out twice. */
static bool is_meant(const void *caller)
{
	enum { MODULES_MAX = 64 };
	static _Atomic(uintptr_t) others[MODULES_MAX], meant[MODULES_MAX];
	uintptr_t base;
	size_t i;

	if (!modules || !caller)
		return true;
	base = base_of(caller);
	for (i = 0; i < MODULES_MAX && (meant[i] || others[i]); i++)
		if (meant[i] == base || others[i] == base)
			return meant[i] == base;
	if (i == MODULES_MAX)
		return true;
	if (begins_as_one_of(name_of(caller), modules)) {
		meant[i] = base;
		return true;
	}
	others[i] = base;
	return false;
}

static void tell(
	const char *what, unsigned long number, const struct call *call, const struct trace *t)
{
	char place[512];
	int i;

	inject_log("%s %lu %s %016lx %016lx %s %s\n", what, number, call->name,
		(unsigned long)t->stack, (unsigned long)t->near, module_of(t), call->subject);
	for (i = t->first; *what == 'f' && i < t->count; i++) {
		inject_place(place, sizeof place, t->frames[i]);
		inject_log("\t%s\n", place);
	}
}

/* Counts it. Whoever counts none but those with some callers has to look at them all. */
static bool is_due(const struct call *call)
{
	struct trace trace;
	unsigned long number;
	bool looked = only || (log_fd >= 0 && nth == 0);

	if (looked)
		look_up(&trace);
	if (only && trace.stack != only)
		return false;
	number = atomic_fetch_add(&seen, 1) + 1;
	if (log_fd >= 0 && (nth == 0 || number == nth)) {
		if (!looked)
			look_up(&trace);
		tell(nth ? "fault" : "call", number, call, &trace);
	}
	return nth && number == nth;
}

bool inject_due(const struct call *call)
{
	int errnum = errno;
	bool due;

	if (!atomic_load(&started) || paused || !is_chosen(call) ||
		(nth && atomic_load(&seen) >= nth))
		return false;
	inject_pause();
	due = is_meant(call->caller) && is_due(call);
	inject_resume();
	errno = errnum;
	return due;
}

bool inject_fails(const char *name, const char *subject)
{
	if (paused)
		return false;
	inject_turn();
	if (!inject_due(&(struct call){"files", name, subject ? subject : "", NULL}))
		return false;
	errno = inject_errno();
	return true;
}
