/*
 * failing - calls of src that fail when a test wants it: of allocations, files, processes, libgit2.
 *
 * The linker's --wrap puts the functions of failing.c before those of failing.def, for what is
 * linked into the test. What the libraries call among themselves never fails here.
 */
#ifndef PYCGUARD_TESTS_FAILING_H
#define PYCGUARD_TESTS_FAILING_H

#include <stdbool.h>
#include <stddef.h>

enum failing {
	FAILING_NOT,
	FAILING_CALL, /* it says that it failed */
	FAILING_SHORT, /* it reads or writes one byte only, or does not tell what kind a file is of */
	FAILING_EINTR,  /* a signal interrupts it */
	FAILING_MEMORY, /* there is no memory for it, which ends the process */
};

/** Let libgit2's functions, when they are loaded, be those that can fail. */
void failing_prepare(void);

/**
 * Count, from here on, the calls that can fail so, and have the `nth`, from 1, fail; 0: none.
 * Those whose callers, the few nearest ones, are new are appended to `fresh`, if that is not NULL:
 * up to `max`; how many is returned by failing_stop.
 */
void failing_start(enum failing how, size_t nth, size_t *fresh, size_t max);

/** No call fails any more. How many were appended. */
size_t failing_stop(void);

/** The name of the call that has failed since the start; NULL: none. */
const char *failing_hit(void);

/** Print its callers, the innermost first, on standard output. */
void failing_show(void);

/** How many blocks that src allocated, or had allocated, were not freed. */
long failing_live(void);

#endif
