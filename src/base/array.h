/*
 * array - the one way in which an array grows: doubled when its count is a power of two, so that
 * there is no capacity to keep. Start with NULL and 0; the array is yours, for free().
 */
#ifndef PYCGUARD_ARRAY_H
#define PYCGUARD_ARRAY_H

#include <stddef.h>

/**
 * Make room for one more item behind the `count` that the array holds.
 *
 * @param items an lvalue, a pointer of any type
 * @return 0; -1 with the failure recorded, the array as it was
 */
#define array_room(items, count)                                                                   \
	(((count) & ((count)-1)) == 0 ? array_grow(&(items), (count), sizeof *(items)) : 0)

/** What array_room calls. @param items the address of the pointer. @param size of one item. */
int array_grow(void *items, size_t count, size_t size);

#endif
