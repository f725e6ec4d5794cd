/*
 * sha256 - the checksum at the end of an index in a repository of SHA-256.
 *
 * Written from FIPS 180-4, section 6.2.2, in plain C.
 */
#ifndef PYCGUARD_SHA256_H
#define PYCGUARD_SHA256_H

#include <stddef.h>

enum { SHA256_SIZE = 32 };

/** Hash `len` bytes. */
void sha256(unsigned char out[static SHA256_SIZE], const void *bytes, size_t len);

#endif
