/*
 * interrupt - lets a signal that ends the process (Ctrl-C, say) wait while a file is written beside
 * another, so that none is left over.
 */
#ifndef PYCGUARD_INTERRUPT_H
#define PYCGUARD_INTERRUPT_H

#include <signal.h>

/** From here on they wait. `before` is for interrupt_release; what is run meanwhile waits too. */
void interrupt_hold(sigset_t *before);

/** As it was before. One that has come meanwhile ends the process now. */
void interrupt_release(const sigset_t *before);

#endif
