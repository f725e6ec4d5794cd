/*
 * signals - the two things that signals are for here.
 *
 * A deadline ends the process, with one line, when something that should take no time takes
 * DEADLINE_SECONDS while nothing else that has begun ends: to open a file (it may be a FIFO that
 * nobody writes to), or a call of libgit2 (it reads a damaged loose object without end). Neither
 * other signals nor time for which the process was stopped count, and no call is interrupted.
 *
 * A signal that ends the process (Ctrl-C, say) can be made to wait while a file is written beside
 * another, so that none is left over; or until it was said how far the work was.
 */
#ifndef PYCGUARD_SIGNALS_H
#define PYCGUARD_SIGNALS_H

enum { DEADLINE_SECONDS = 10 };

/** Watch from here on. Without this call, nothing has a deadline. */
void deadline_watch(void);

/** Stand before and after each call that may have no end, in any thread. */
void deadline_begins(void);
void deadline_ends(void);

/** From here on such a signal is only noted: interrupt_caught is asked for it. */
void interrupt_catch(void);

/** The signal that has come, or 0. */
int interrupt_caught(void);

/** As before interrupt_catch. A signal that has come ends the process now. */
void interrupt_let_go(void);

#endif
