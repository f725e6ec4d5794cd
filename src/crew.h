/*
 * crew - the same work done by several threads at once, for what can be shared out.
 */
#ifndef PYCGUARD_CREW_H
#define PYCGUARD_CREW_H

#include <stddef.h>

/** One thread's part. 0; -1 with the failure recorded, in that thread. */
typedef int crew_work(void *arg);

enum { CREW_MAX = 4 };

/** How many threads there are processors for, at most CREW_MAX. */
size_t crew_size(void);

/**
 * Run the work once for each of the args: for the first here, for each other in a thread of its
 * own. A thread that cannot be started is done without, so whatever is to be done must be taken
 * from a store that all share.
 *
 * @param count at most CREW_MAX
 * @return 0 when all have ended well; -1 with a failure of one of them recorded
 */
int crew_run(crew_work *work, void *const *args, size_t count);

#endif
