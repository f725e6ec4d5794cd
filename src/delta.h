/*
 * delta - an object as a difference from another, as packs keep it (gitformat-pack(5)). Pure.
 *
 *     size of the base   7 bits of it a byte, the lowest first; bit 7: more follows
 *     size of the result likewise
 *     instructions:
 *       0xxxxxxx         x bytes, not 0, follow: they are next in the result
 *       1lllffff         a piece of the base is next: for each f, the lowest first, a byte of where
 *                        it is, for each l one of how long; little endian, 0 for those not given;
 *                        a length of 0 stands for 0x10000
 */
#ifndef PYCGUARD_DELTA_H
#define PYCGUARD_DELTA_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes that are somebody else's. */
struct bytes {
	const unsigned char *at;
	size_t len;
};

/**
 * Read the sizes that a delta begins with.
 *
 * @param delta moved past them
 * @return false when they are not whole, or larger than any object that is read
 */
bool delta_sizes(size_t *base, size_t *result, struct bytes *delta);

/**
 * Follow the instructions.
 *
 * @param out   room for `size` bytes
 * @param delta without its sizes
 * @return true when they hold to the last byte: nothing outside of the base, exactly `size` bytes
 */
bool delta_apply(unsigned char *out, size_t size, struct bytes base, struct bytes delta);

#endif
