/*
 * buf - a growing string of bytes. `ptr` is never NULL and has a NUL after its `len` bytes.
 * Memory never runs out (memory.h).
 */
#ifndef PYCGUARD_BUF_H
#define PYCGUARD_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct buf {
	char *ptr;
	size_t len;
	size_t cap; /* 0: ptr is the shared empty string and not ours to free */
	bool failed;
};

extern char buf_empty[];

#define BUF_INIT                                                                                   \
	{                                                                                          \
		.ptr = buf_empty, .len = 0, .cap = 0, .failed = false                              \
	}

/** Append bytes; a string; one byte; as printf would. */
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) ERROR_PRINTF(2, 3);

/** Append a text of plain ASCII in lines of at most `width` bytes, broken at blanks: the first has
 * `indent` bytes before it already, the others get as many blanks. No newline at the end. */
void buf_wrap(struct buf *b, const char *text, size_t indent, size_t width);

/** Make it empty, keeping its memory. */
void buf_clear(struct buf *b);

/** Cut it to its first `len` bytes; nothing when it is shorter. */
void buf_cut(struct buf *b, size_t len);

/** Free its memory and make it as new. */
void buf_free(struct buf *b);

/** Its string, yours for free(). The buf is as new then. */
char *buf_take(struct buf *b);

/** Both strings in one, yours for free(). */
char *buf_join(const char *start, const char *end);

/* TEMPORARY, until nobody asks any more. */
static inline int buf_failed(const struct buf *b)
{
	return b->failed ? -1 : 0;
}

#endif
