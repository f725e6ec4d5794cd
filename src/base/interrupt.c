#include "base/interrupt.h"

#include <stdbool.h>
#include <stddef.h>

static const int ends[] = {SIGHUP, SIGINT, SIGTERM};
enum { END_COUNT = sizeof ends / sizeof *ends };

static volatile sig_atomic_t caught;
static struct sigaction earlier[END_COUNT];
static bool catching;

void interrupt_hold(sigset_t *before)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < END_COUNT; i++)
		sigaddset(&set, ends[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

void interrupt_release(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

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
