/* The calls that are about neither files nor memory: other processes, signals, libraries, the machine. */
#define _GNU_SOURCE
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL(type, name, kind, subject, parameters, call)                                          \
	type name parameters                                                                       \
	{                                                                                          \
		NEXT(name);                                                                        \
		return inject_fails(#name ":" kind, subject) ? -1 : call;                          \
	}

CALL(int, pipe, "child", "", (int ends[2]), next(ends))
CALL(int, pipe2, "child", "", (int ends[2], int flags), next(ends, flags))
CALL(int, socketpair, "child", "", (int domain, int type, int protocol, int ends[2]),
	next(domain, type, protocol, ends))
CALL(int, poll, "poll", "", (struct pollfd * fds, nfds_t count, int timeout),
	next(fds, count, timeout))
CALL(int, __poll_chk, "poll", "", (struct pollfd * fds, nfds_t count, int timeout, size_t room),
	next(fds, count, timeout, room))
CALL(pid_t, waitpid, "wait", "", (pid_t pid, int *status, int options), next(pid, status, options))
CALL(int, shutdown, "socket", "", (int fd, int how), next(fd, how))
CALL(int, sched_getcpu, "ask", "", (void), next())
CALL(int, sched_getaffinity, "ask", "", (pid_t pid, size_t size, cpu_set_t *set),
	next(pid, size, set))
CALL(int, sigaction, "signal", "",
	(int number, const struct sigaction *restrict action, struct sigaction *restrict before),
	next(number, action, before))
/* What waits for so much computing to be done, as for an object that has no end, waits a twentieth of it. */
int setitimer(__itimer_which_t which, const struct itimerval *restrict value,
	struct itimerval *restrict before)
{
	static const struct itimerval soon = {{0, 50000}, {0, 50000}};

	NEXT(setitimer);
	if (inject_fails("setitimer:signal", ""))
		return -1;
	return next(which, which == ITIMER_VIRTUAL ? &soon : value, before);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
	NEXT(send);
	if (inject_fails("send:send", "")) {
		if (errno)
			return -1;
		size = size > 1 ? size / 2 : size;
	}
	return next(fd, bytes, size, flags);
}

int posix_spawnp(pid_t *restrict out, const char *restrict file,
	const posix_spawn_file_actions_t *restrict actions,
	const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
	char *const variables[restrict])
{
	NEXT(posix_spawnp);
	return inject_fails("posix_spawnp:child", file) ?
		       errno :
		       next(out, file, actions, attributes, argv, variables);
}

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	NEXT(posix_spawn_file_actions_init);
	return inject_fails("posix_spawn_file_actions_init:child", "") ? errno : next(actions);
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to)
{
	NEXT(posix_spawn_file_actions_adddup2);
	return inject_fails("posix_spawn_file_actions_adddup2:child", "") ? errno :
									    next(actions, fd, to);
}

/* Two processors, whatever the machine has. */
long sysconf(int name)
{
	NEXT(sysconf);
	if (name != _SC_NPROCESSORS_ONLN)
		return next(name);
	return inject_fails("sysconf:ask", "") ? -1 : 2;
}

static bool library_failed;

/* While a library is loaded its loader's locks are held. */
void *dlopen(const char *path, int flags)
{
	void *library;

	NEXT(dlopen);
	if (path && inject_fails("dlopen:load", path)) {
		library_failed = true;
		return NULL;
	}
	inject_turn_hold();
	library = next(path, flags);
	inject_turn_release();
	return library;
}

char *dlerror(void)
{
	static char reason[] = "injected: cannot open shared object file";

	NEXT(dlerror);
	if (!library_failed)
		return next();
	library_failed = false;
	return reason;
}
