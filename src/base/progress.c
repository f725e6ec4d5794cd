#include "base/progress.h"

#include <time.h>

enum { EVERY = 500 }; /* in milliseconds */

static long milliseconds(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void progress_start(struct progress *p, const char *unit, bool quiet)
{
	*p = (struct progress){.unit = unit,
		.wanted = !quiet && isatty(STDERR_FILENO),
		.next = milliseconds() + EVERY};
}

void progress_tick(struct progress *p, size_t done)
{
	if (!p->wanted || done % 256 != 0 || milliseconds() < p->next)
		return;
	fprintf(stderr, "\rpycguard: %zu %s ...", done, p->unit);
	p->shown = true;
	p->next = milliseconds() + EVERY;
}

void progress_phase(struct progress *p, const char *unit)
{
	progress_end(p);
	p->unit = unit;
}

void progress_say(struct progress *p, const char *doing)
{
	progress_end(p);
	if (p->wanted)
		fprintf(stderr, "pycguard: %s ...", doing);
	p->shown = p->wanted;
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
