#include "base/progress.h"

enum { EVERY = 500 * 1000 * 1000 }; /* in nanoseconds */

void progress_start(struct progress *p, const char *unit, bool quiet)
{
	*p = (struct progress){.unit = unit,
		.wanted = !quiet && isatty(STDERR_FILENO),
		.next = io_clock() + EVERY};
}

void progress_tick(struct progress *p, size_t done)
{
	if (!p->wanted || done % 256 != 0 || io_clock() < p->next)
		return;
	fprintf(stderr, "\rpycguard: %zu %s ...", done, p->unit);
	p->shown = true;
	p->next = io_clock() + EVERY;
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
