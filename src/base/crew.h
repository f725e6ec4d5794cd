/*
 * crew - the same work done by several threads at once, and tasks that one of them comes across and
 * leaves to whichever has nothing to do.
 */
#ifndef PYCGUARD_CREW_H
#define PYCGUARD_CREW_H

#include "base/base.h"

struct crew;

/** What a member, one of crew_run's, does: once with `task` NULL, and then once for each task,
 * which it owns. 0; -1 with the failure recorded, in that thread: all stop. */
typedef int crew_work(struct crew *crew, void *member, void *task);

enum { CREW_MAX = 4 };

/** How many threads there are processors for, at most CREW_MAX. */
size_t crew_size(void);

/**
 * Do the work with this thread as the first member, and each other in a thread of its own. One
 * that cannot be started is done without, so what has to be done must not be any one member's.
 *
 * @param drop    frees a task that nobody did, when all stop; NULL where there are no tasks
 * @param members what each is given
 * @param count   of them, CREW_MAX at most
 * @return 0 when all have ended well; -1 with a failure of one of them recorded
 */
int crew_run(crew_work *work, void (*drop)(void *task), void *const *members, size_t count);

/** Leave a task to whoever is free. False: enough are waiting, do it yourself. */
bool crew_offer(struct crew *crew, void *task);

#endif
