#include "base/base.h"

#include <signal.h>

#include "base/interrupt.h"

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
