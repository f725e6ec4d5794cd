#include "base/base.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "base/deadline.h"

static atomic_uint begun, ended;

/* Called each second, in any thread. While the process is stopped, that is once. */
static void look(int number)
{
	static atomic_uint seen, ticks;
	unsigned done = atomic_load(&ended);

	(void)number;
	if (atomic_load(&begun) == done || done != atomic_exchange(&seen, done))
		atomic_store(&ticks, 0);
	else if (atomic_fetch_add(&ticks, 1) >= DEADLINE_SECONDS)
		fatal("cannot read the repository: a file of it has no end (is it a pipe, or "
		      "a damaged object, which git fsck names?)");
}

void deadline_watch(void)
{
	const struct itimerval second = {{1, 0}, {1, 0}};
	struct sigaction action = {.sa_handler = look, .sa_flags = SA_RESTART};

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
