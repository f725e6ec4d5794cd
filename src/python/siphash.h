/*
 * siphash - SipHash-c-d, the keyed hash that hash-based caches (PEP 552) keep of their source.
 *
 * Written from Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), section 2. The
 * message may come in pieces of any size. Pure; no memory of its own.
 */
#ifndef PYCGUARD_SIPHASH_H
#define PYCGUARD_SIPHASH_H

#include "base/base.h"

struct siphash {
	uint64_t v[4];
	uint64_t word; /* the bytes since the last whole word, the first lowest */
	uint64_t len;  /* bytes so far */
	unsigned c, d; /* rounds a word, rounds at the end */
};

/** Begin a hash with key `k0`, `k1`: `c` rounds for each word and `d` at the end. */
void siphash_init(struct siphash *s, uint64_t k0, uint64_t k1, unsigned c, unsigned d);

void siphash_add(struct siphash *s, const void *bytes, size_t len);

/** The hash of what was added so far. Leaves `s` as it is: more can be added. */
uint64_t siphash_value(const struct siphash *s);

#endif
