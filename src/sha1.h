/*
 * sha1 - the checksum at the end of an index, and the name of a blob.
 *
 * Written from FIPS 180-4, section 6.1.2. x86 processors with SHA instructions do a byte in about
 * two cycles (1.5 GB/s), others run plain C (a third of that). No defence against made collisions:
 * use it for damage, and for content that its owner also controls.
 */
#ifndef PYCGUARD_SHA1_H
#define PYCGUARD_SHA1_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { SHA1_SIZE = 20 };

/** Hash `len` bytes. */
void sha1(unsigned char out[static SHA1_SIZE], const void *bytes, size_t len);

/** The same, but false, with `out` as it was, soon after `*stop` has become true. */
bool sha1_unless(unsigned char out[static SHA1_SIZE], const void *bytes, size_t len,
	const atomic_bool *stop);

/** As sha1, without the processor's own instructions, to test one against the other. */
void sha1_plain(unsigned char out[static SHA1_SIZE], const void *bytes, size_t len);

#endif
