/*
 * libgit2 - the library, loaded when it is first needed, and guarded. Only git.h includes this:
 * what uses libgit2 includes git.h and no header of libgit2 itself.
 *
 * It needs some twenty libraries, and to load these takes longer than a whole clean run of the
 * staged check, which needs none of them (screen.h). So each function of libgit2.def is called
 * through the table below, by its own name, which the build makes a macro (git_names.h). With
 * PYCGUARD_LAZY_LIBGIT2 off, it is linked as any library is.
 */
#ifndef PYCGUARD_LIBGIT2_H
#define PYCGUARD_LIBGIT2_H

#include <git2.h>
#include <git2/sys/alloc.h>
#include <git2/sys/repository.h>

#define LIBGIT2_AT_LEAST(major, minor)                                                             \
	(LIBGIT2_VER_MAJOR > (major) ||                                                            \
		(LIBGIT2_VER_MAJOR == (major) && LIBGIT2_VER_MINOR >= (minor)))

/* Its functions take an object format where those of every release take none. */
#ifdef GIT_EXPERIMENTAL_SHA256
#error "pycguard needs a libgit2 built without its experimental API (EXPERIMENTAL_SHA256)"
#endif

/** Have it loaded, so that git_libgit2_version can be called. From one thread first. 0; -1. */
int libgit2_load(void);

/**
 * Have it loaded and ready, as often as git_libgit2_shutdown is called in the end.
 *
 * @return 0; -1 with the failure recorded: it is not there, or not the one that this was built for
 */
int libgit2_start(void);

/**
 * Be on guard from here on: libgit2 crashes when memory runs out, or takes what it could not read
 * for what is not there, and a file that is mapped and then cut short by somebody else raises
 * SIGBUS. Then the process ends, with one line; nothing is half-written, for libgit2 only reads.
 *
 * @param end as in deadline_watch
 */
void git_guard(void (*end)(const char *reason));

#ifdef PYCGUARD_LIBGIT2
struct git_calls {
#define CALL(name) __typeof__(name) *(name);
#include "git/libgit2.def"
#undef CALL
};

extern struct git_calls git_calls;
#endif

#endif
