/*
 * deadline - ends the process, with one line, when something that should take no time takes
 * DEADLINE_SECONDS while nothing else that has begun ends: to open a file (it may be a FIFO that
 * nobody writes to), or a call of libgit2 (it reads a damaged loose object without end). Neither
 * other signals nor time for which the process was stopped count, and no call is interrupted.
 */
#ifndef PYCGUARD_DEADLINE_H
#define PYCGUARD_DEADLINE_H

enum { DEADLINE_SECONDS = 10 };

/** Watch from here on. Without this call, nothing has a deadline. */
void deadline_watch(void);

/** Stand before and after each call that may have no end, in any thread. */
void deadline_begins(void);
void deadline_ends(void);

#endif
