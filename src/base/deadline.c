#include "base/deadline.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>

static void (*end_process)(const char *reason);
static atomic_uint begun, ended;

/* Called each second, in any thread, and by whoever sends that signal. */
static void look(int number)
{
	enum { TICK = 900 };
	static atomic_uint seen, ticks;
	static atomic_long last;
	unsigned done = atomic_load(&ended);
	int errnum = errno;
	struct timespec t = {0};
	long now;

	(void)number;
	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	if (atomic_load(&begun) == done || done != atomic_exchange(&seen, done)) {
		atomic_store(&ticks, 0);
	} else if (now - atomic_load(&last) >= TICK) {
		atomic_store(&last, now);
		if (atomic_fetch_add(&ticks, 1) >= DEADLINE_SECONDS)
			end_process("cannot read the repository: a file of it has no end (is it a "
				    "pipe, or a damaged object, which git fsck names?)");
	}
	errno = errnum;
}

void deadline_watch(void (*end)(const char *reason))
{
	const struct itimerval second = {{1, 0}, {1, 0}};
	struct sigaction action = {.sa_handler = look, .sa_flags = SA_RESTART};

	end_process = end;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGALRM, &action, NULL) == 0)
		setitimer(ITIMER_REAL, &second, NULL);
}

void deadline_begins(void)
{
	atomic_fetch_add(&begun, 1);
}

void deadline_ends(void)
{
	atomic_fetch_add(&ended, 1);
}
