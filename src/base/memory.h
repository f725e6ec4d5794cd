/*
 * memory - blocks that are always there. When memory runs out, the process ends with a line that
 * says so (fatal), and so nobody has to ask, here or of a buf. Nothing is half-written by that: a
 * file is replaced whole (atomic_file.h), and git's own files are git's to write.
 */
#ifndef PYCGUARD_MEMORY_H
#define PYCGUARD_MEMORY_H

#include <stddef.h>

/** Have the process ended by `end`, by what a signal handler may do. The reason it is told has
 * neither a name in front nor a line end. Without this call, the process aborts. */
void fatal_by(void (*end)(const char *reason));

/** End the process, for what cannot be passed on as a failure. */
_Noreturn void fatal(const char *reason);

/** The block, which a library or libc gave; NULL: there was no memory for it. */
void *memory_or_end(void *block);

/** So many zeroed items of that size; none are a block too. Yours, for free(). */
void *memory_new(size_t count, size_t size);

/** A copy of so many bytes of a string, or of all that it has if these are less; and of the whole
 * string, of which NULL gives NULL. Yours, for free(). */
char *memory_text(const char *s, size_t most);
char *memory_string(const char *s);

/**
 * Make room for one more item behind the `count` that an array holds: the one way in which arrays
 * grow, doubled when the count is a power of two, so that there is no capacity to keep. Start with
 * NULL and 0; the array is yours, for free(). `items` is an lvalue, a pointer of any type.
 */
#define array_room(items, count)                                                                   \
	(((count) & ((count)-1)) == 0 ? array_grow(&(items), (count), sizeof *(items)), 0 : 0)

/** What array_room calls. @param items the address of the pointer. @param size of one item. */
void array_grow(void *items, size_t count, size_t size);

#endif
