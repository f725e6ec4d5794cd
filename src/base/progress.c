#include "base/progress.h"

#include <stdio.h>
#include <unistd.h>

static const long half_second = 500000000;

static void set_next(struct progress *p)
{
	clock_gettime(CLOCK_MONOTONIC, &p->next);
	p->next.tv_nsec += half_second;
	if (p->next.tv_nsec >= 2 * half_second) {
		p->next.tv_nsec -= 2 * half_second;
		p->next.tv_sec++;
	}
}

void progress_start(struct progress *p, const char *unit, bool quiet)
{
	*p = (struct progress){.unit = unit, .wanted = !quiet && isatty(STDERR_FILENO)};
	if (p->wanted)
		set_next(p);
}

void progress_tick(struct progress *p, size_t done)
{
	struct timespec now;

	if (!p->wanted || done % 256 != 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec < p->next.tv_sec ||
		(now.tv_sec == p->next.tv_sec && now.tv_nsec < p->next.tv_nsec))
		return;
	fprintf(stderr, "\rpycguard: %zu %s ...", done, p->unit);
	p->shown = true;
	set_next(p);
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
