/*
 * amount - numbers as people read them.
 */
#ifndef PYCGUARD_AMOUNT_H
#define PYCGUARD_AMOUNT_H

#include <stdint.h>

#include "base/buf.h"

/** What makes a plural of most words: "" for one, "s" for any other number. */
const char *amount_plural(size_t n);

/** Append a size, "1 byte", "999 bytes", "1.5 KiB". */
void amount_bytes(struct buf *out, uint64_t bytes);

#endif
