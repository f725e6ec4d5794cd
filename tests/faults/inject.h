/*
 * inject - a library to preload that lets one call of a program fail: the Nth of those chosen.
 *
 * tests/faults/faults.py drives it. By hand:
 *
 *     cc -shared -fPIC -o inject.so tests/faults/inject*.c -ldl
 *     LD_PRELOAD=$PWD/inject.so INJECT_CALLS=memory INJECT_NTH=7 pycguard --check-tracked
 *
 *     INJECT_CALLS   a class, "memory" or "files", or the names of calls with commas: "read,pread"
 *     INJECT_NTH     which of them, counted from 1, fails; 0 or not set: none
 *     INJECT_EFFECT  what becomes of it: ENOMEM (when not set), EIO, EACCES, ENOSPC, EINTR; of a
 *                    read or a write "short"; of what looks at a file, or opens it, "vanish", "cut"
 *                    or "grow", and then it is done to the file after the call
 *     INJECT_BELOW   a directory: no file outside of it is changed like that
 *     INJECT_LOG     a file for what was seen, a line each, to which is appended:
 *                        call N NAME STACK NEAR SUBJECT   each call chosen, without INJECT_NTH
 *                        fault N NAME STACK NEAR SUBJECT  the one that failed; then its
 *                                                         callers, after a tab each
 *                        live PLACE                   at the end, each block that was not freed
 *
 * STACK stands for all the callers, in any run, and NEAR for the two innermost of the program
 * itself. Only this process is meant: the variable LD_PRELOAD is taken away, so that programs which
 * it starts run as ever.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>
#include <stddef.h>

/** "memory" or "files"; the name of the call; the path or other subject, "" for none. */
struct call {
	const char *class, *name, *subject;
};

/** Count a call. @return whether it is the one to fail. */
bool inject_due(const struct call *call);

/** What becomes of it: INJECT_EFFECT. Never NULL. */
const char *inject_effect(void);

/** errno as INJECT_EFFECT names it; 0 when that is no errno. */
int inject_errno(void);

/** The function of that name that this library stands before. Does not return NULL. */
void *inject_next(const char *name);

/** Write a line to the log, if there is one. Allocates nothing. */
void inject_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** Write `address` as MODULE+OFFSET, which does not change from run to run. */
void inject_place(char *out, size_t size, const void *address);

#endif
