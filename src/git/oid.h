/*
 * oid - object ids: 20 bytes in a repository of SHA-1, 32 in one of SHA-256. Pure.
 *
 * Which of the two is the repository's to say; `size` is always the number of bytes.
 */
#ifndef PYCGUARD_OID_H
#define PYCGUARD_OID_H

#include "base/base.h"

enum { OID_SHA1 = 20, OID_SHA256 = 32, OID_MAX = OID_SHA256, OID_HEX_MAX = 2 * OID_MAX };

/** A raw object id; past its size it is zero. */
struct oid {
	unsigned char bytes[OID_MAX];
};

/** Its hexadecimal digits; borrowed, until this thread asks for the fourth after it. */
const char *oid_hex(const struct oid *oid, size_t size);

/** Read the 2 * size hexadecimal digits that `text` begins with. False when they are not there. */
bool oid_parse(struct oid *out, const char *text, size_t size);

#endif
