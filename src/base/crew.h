/*
 * crew - how many threads or processes do the same work at once.
 */
#ifndef PYCGUARD_CREW_H
#define PYCGUARD_CREW_H

#include "base/base.h"

enum { CREW_MAX = 4 };

/** How many there are processors for, at most CREW_MAX. */
static inline size_t crew_size(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 1 ? 1 : cpus < CREW_MAX ? (size_t)cpus : CREW_MAX;
}

#endif
