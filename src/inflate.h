/*
 * inflate - zlib, for streams that are in memory as a whole and whose size inflated is known.
 *
 * libgit2 is what brings zlib into the process, so it is loaded as late (git_calls.h), and only
 * where reading goes past libgit2 (pack.h). With PYCGUARD_LAZY_LIBGIT2 off, it is linked as any
 * library is.
 */
#ifndef PYCGUARD_INFLATE_H
#define PYCGUARD_INFLATE_H

#include <stdbool.h>
#include <stddef.h>

/** For one thread at a time; used again and again, for to set it up takes as long as an object. */
struct inflater;

/** @return yours, for inflater_free; NULL when there is no zlib, or no memory */
struct inflater *inflater_new(void);

/**
 * @param out room for `size` bytes; not NULL even if that is 0
 * @param in  the stream, and whatever comes after it; no byte past `len` is read
 * @return whether the stream is whole, its check sum fits, and it gives `size` bytes, neither more
 *         nor less
 */
bool inflater_run(
	struct inflater *i, unsigned char *out, size_t size, const unsigned char *in, size_t len);

/** NULL is allowed. */
void inflater_free(struct inflater *i);

#endif
