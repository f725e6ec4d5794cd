/* The calls that are about neither files nor memory: other processes, signals, libraries, the
 * machine. */
#define _GNU_SOURCE
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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
/* What waits for so much computing to be done, as for an object that has no end, waits a twentieth
 * of it. */
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

/* The other end of a socket, and whether somebody who has that end reads it too. */
enum { FDS = 256 };
static struct {
	int peer;
	bool asks;
} sockets[FDS];

static bool is_known(int fd)
{
	return fd >= 0 && fd < FDS;
}

int socketpair(int domain, int type, int protocol, int ends[2])
{
	int i;

	NEXT(socketpair);
	if (inject_fails("socketpair:child", "") || next(domain, type, protocol, ends) < 0)
		return -1;
	for (i = 0; i < 2; i++)
		if (is_known(ends[i])) {
			sockets[ends[i]].peer = ends[!i];
			sockets[ends[i]].asks = false;
		}
	return 0;
}

static bool only_tells(int fd)
{
	struct stat st;

	return syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0 &&
	       (S_ISFIFO(st.st_mode) ||
		       (S_ISSOCK(st.st_mode) && is_known(fd) && !sockets[fd].asks));
}

ssize_t inject_read(int fd, void *to, size_t size)
{
	ssize_t n = syscall(SYS_read, fd, to, size), all;

	if (n <= 0 || !only_tells(fd))
		return n;
	for (all = n; (size_t)all < size && n != 0; all += n > 0 ? n : 0) {
		n = syscall(SYS_read, fd, (char *)to + all, size - (size_t)all);
		if (n < 0 && errno != EINTR)
			break;
	}
	return all;
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to)
{
	NEXT(posix_spawn_file_actions_adddup2);
	if (to == STDIN_FILENO && is_known(fd) && is_known(sockets[fd].peer))
		sockets[sockets[fd].peer].asks = true;
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
