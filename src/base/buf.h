/*
 * buf - memory: blocks, arrays, and a growing string of bytes. All of it is always there: when
 * memory runs out, the process ends with a line that says so (fatal), and so nobody has to ask.
 * Nothing is half-written by that: a file is replaced whole (atomic_file.h), and git's own files
 * are git's to write.
 */
#ifndef PYCGUARD_BUF_H
#define PYCGUARD_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/** The block, which a library or libc gave; NULL: there was no memory for it. */
void *memory_or_end(void *block);

/** So many zeroed items of that size; none are a block too. Yours, for free(). */
void *memory_new(size_t count, size_t size);

/** A copy of so many bytes of a string, or of all that it has if these are less; and of the whole
 * string, of which NULL gives NULL. Yours, for free(). */
char *memory_text(const char *s, size_t most);
char *memory_string(const char *s);

/** Make room for one more item behind the `count` that an array holds: the one way in which arrays
 * grow, doubled when the count is a power of two, so that there is no capacity to keep. Start with
 * NULL and 0; the array is yours, for free(). `items` is an lvalue, a pointer of any type. */
#define array_room(items, count) array_grow(&(items), (count), sizeof *(items))
void array_grow(void *items, size_t count, size_t size);

/** `ptr` is never NULL and has a NUL after its `len` bytes. */
struct buf {
	char *ptr;
	size_t len;
	size_t cap; /* 0: ptr is the shared empty string and not ours to free */
};

extern char buf_empty[];

#define BUF_INIT                                                                                   \
	{                                                                                          \
		.ptr = buf_empty                                                                   \
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

#endif
