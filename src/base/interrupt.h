/*
 * interrupt - lets a signal that ends the process (Ctrl-C, say) wait while a file is written beside
 * another, so that none is left over; or until it was said how far the work was.
 */
#ifndef PYCGUARD_INTERRUPT_H
#define PYCGUARD_INTERRUPT_H

/** From here on such a signal is only noted: interrupt_caught is asked for it. */
void interrupt_catch(void);

/** The signal that has come, or 0. */
int interrupt_caught(void);

/** As before interrupt_catch. A signal that has come ends the process now. */
void interrupt_let_go(void);

#endif
