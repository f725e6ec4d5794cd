/*
 * git_calls - libgit2, loaded when it is first needed.
 *
 * It brings some twenty libraries along, and to load these takes longer than a whole clean run
 * of the staged check, which needs none of them (screen.h). So the executable is not linked to it:
 * each function of git_calls.def is called through the table below, by its own name, which the
 * build makes a macro (git_names.h). With PYCGUARD_LAZY_LIBGIT2 off, it is linked as any library
 * is.
 *
 * Only git.h includes this: what uses libgit2 includes git.h and no header of libgit2 itself.
 */
#ifndef PYCGUARD_GIT_CALLS_H
#define PYCGUARD_GIT_CALLS_H

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

/**
 * Have libgit2 loaded; again and again, if you like, but from one thread first.
 *
 * @return 0; -1 with the failure recorded. Nothing of libgit2 may be called before.
 */
int git_calls_load(void);

#ifdef PYCGUARD_LIBGIT2
struct git_calls {
#define CALL(name) __typeof__(name) *(name);
#include "git/git_calls.def"
#undef CALL
};

extern struct git_calls git_calls;
#endif

#endif
