/*
 * progress - one line on standard error that says how far a long run is: on a terminal only, and
 * only after half a second. What it wrote is wiped away at the end.
 */
#ifndef PYCGUARD_PROGRESS_H
#define PYCGUARD_PROGRESS_H

#include "base/base.h"

struct progress {
	const char *unit; /* "files looked at", "commits looked at" */
	bool wanted, shown;
	int64_t next; /* a time of io_clock */
};

/** @param quiet never show anything. @param unit borrowed. */
void progress_start(struct progress *p, const char *unit, bool quiet);

/** So many are done. Cheap: it looks at the clock once in 256 calls. */
void progress_tick(struct progress *p, size_t done);

/** What the next ones count, borrowed; or show at once what cannot be counted. */
void progress_phase(struct progress *p, const char *unit);
void progress_say(struct progress *p, const char *doing);

void progress_end(struct progress *p);

#endif
