/*
 * inject - a library to preload that lets one call of a program fail: the Nth of those chosen.
 *
 * tests/faults/faults.py drives it. By hand:
 *
 *     cc -shared -fPIC -o inject.so tests/faults/inject*.c -ldl -lpthread
 *     LD_PRELOAD=$PWD/inject.so INJECT_CALLS=memory INJECT_NTH=7 pycguard --check-tracked
 *
 *     INJECT_CALLS   a class, "memory" or "files", or the names of calls with commas: "read,pread"
 *     INJECT_STACK   of these only those with this STACK are meant; not set: all
 *     INJECT_MODULES the beginnings of names, with commas, "libgit2,libz": no allocation that
 *                    others ask for is meant; not set: all are
 *     INJECT_NTH     which of them, counted from 1, fails; 0 or not set: none
 *     INJECT_EFFECT  what becomes of it: ENOMEM (when not set), EIO, EACCES, ENOSPC, EINTR ...; of
 *                    a read or a write "short"; of what looks at a file, or opens it, "vanish",
 *                    "cut" or "grow", and then it is done to the file after the call
 *     INJECT_BELOW   a directory: no file outside of it is changed like that
 *     INJECT_CERTIFICATES  a file that is opened in place of any "ca-certificates.crt"
 *     INJECT_LOG     a file for what was seen, a line each, to which is appended:
 *                        call N NAME STACK NEAR MODULE SUBJECT   each chosen, without INJECT_NTH
 *                        fault N NAME STACK NEAR MODULE SUBJECT  the one that failed; then its
 *                                                                callers, after a tab each
 *                        live PLACE                   at the end, each block that was not freed
 *     INJECT_TRACE   set: after each of these its callers, "live", a tab and PLACE; by hand only,
 *                    for it is slow
 *
 * STACK stands for all the callers, in any run, NEAR for the two innermost of the program itself,
 * and MODULE is the innermost that is not the C library.
 * Only this process is meant: the variable LD_PRELOAD is taken away, so that programs which it
 * starts run as ever.
 *
 * One run is as the other, failure or not: directories are read in the order of their names, there
 * are two processors whatever the machine has, and threads take turns (inject_threads.c). A timer
 * of computing, which ends what has no end, runs twenty times as fast.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** "memory" or "files"; the name of the call; the path or other subject, "" for none; where it was
 * called, NULL when that does not matter. */
struct call {
	const char *class, *name, *subject;
	const void *caller;
};

/** Count a call. @return whether it is the one to fail. */
bool inject_due(const struct call *call);

/** The same of a file call, where NULL is no subject; errno is set when it fails, 0 for an effect
 * that is none. */
bool inject_fails(const char *name, const char *subject);

/** What becomes of it: INJECT_EFFECT. Never NULL. */
const char *inject_effect(void);

/** errno as INJECT_EFFECT names it; 0 when that is no errno. */
int inject_errno(void);

/** Where the path of a descriptor is written. Returns `path`, which has room for PATH_MAX bytes. */
const char *inject_path_of(int fd, char *path);

/** Between these, calls of this thread do not count: the library's own. They nest. */
void inject_pause(void);
void inject_resume(void);

/** read(), as it would be if what is told through a pipe came in one piece. */
ssize_t inject_read(int fd, void *to, size_t size);

/** A point where another thread may go on. */
void inject_turn(void);

/** Between these no other thread goes on. They nest. */
void inject_turn_hold(void);
void inject_turn_release(void);

/** The function of that name that this library stands before. Does not return NULL. */
void *inject_next(const char *name);

/** The same as a variable `next` of the type of the function that stands before it. */
#define NEXT(name)                                                                                 \
	static __typeof__(&name) next;                                                             \
	if (!next)                                                                                 \
	next = (__typeof__(next))(uintptr_t)inject_next(#name)

/** Write a line to the log, if there is one. Allocates nothing. */
void inject_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** Write `address` as MODULE+OFFSET, which does not change from run to run. */
void inject_place(char *out, size_t size, const void *address);

#endif
