#include "base/base.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "base/signals.h"

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

static const int ends[] = {SIGHUP, SIGINT, SIGTERM};
enum { END_COUNT = sizeof ends / sizeof *ends };

static volatile sig_atomic_t caught;
static struct sigaction earlier[END_COUNT];
static bool catching;

static void note(int signal)
{
	caught = signal;
}

void interrupt_catch(void)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
	size_t i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < END_COUNT && !catching; i++)
		if (sigaction(ends[i], NULL, &earlier[i]) == 0 && earlier[i].sa_handler != SIG_IGN)
			sigaction(ends[i], &action, NULL);
	catching = true;
}

int interrupt_caught(void)
{
	return caught;
}

void interrupt_let_go(void)
{
	size_t i;

	for (i = 0; i < END_COUNT && catching; i++)
		sigaction(ends[i], &earlier[i], NULL);
	catching = false;
	if (caught)
		raise(caught);
}
