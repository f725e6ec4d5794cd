/*
 * libgit2 - the library, loaded when it is first needed, and guarded. What uses libgit2 includes
 * this, and no header of libgit2 itself.
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

#include "git/oid.h"

/* Its functions take an object format where those of every release take none. */
#ifdef GIT_EXPERIMENTAL_SHA256
#error "pycguard needs a libgit2 built without its experimental API (EXPERIMENTAL_SHA256)"
#endif

/** Have it loaded, so that git_libgit2_version can be called. From one thread first. 0; -1. */
int libgit2_load(void);

/** Have it loaded and ready, as often as git_libgit2_shutdown is called in the end. 0; -1
 * recorded: it is not there, or not the one that this was built for. */
int libgit2_start(void);

/** From here on have the process ended (fatal) when memory runs out in libgit2, which would crash
 * or take what it could not read for what is not there, and by a SIGBUS, which a file raises that
 * is mapped and then cut short by somebody else. */
void git_guard(void);

/** Why its last call failed. Borrowed. */
const char *git_words(void);

/** The object id as libgit2's. */
static inline git_oid oid_to_git(const struct oid *oid, size_t size)
{
	git_oid out;

	(void)size;
	memset(&out, 0, sizeof out);
#ifdef GIT_OID_SHA256_SIZE
	out.type = size == OID_SHA1 ? GIT_OID_SHA1 : GIT_OID_SHA256;
#endif
	memcpy(out.id, oid->bytes, sizeof out.id);
	return out;
}

#ifdef PYCGUARD_LIBGIT2
struct git_calls {
#define CALL(name) __typeof__(name) *(name);
#include "git/libgit2.def"
#undef CALL
};

extern struct git_calls git_calls;
#ifndef PYCGUARD_LIBGIT2_PLAIN /* a test puts calls of its own into the table */
#include "git_names.h"
#endif
#endif

#endif
