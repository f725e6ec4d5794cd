/*
 * store - what blobs cost in the object store: the bytes that they take on disk, compressed, as
 * differences of others.
 */
#ifndef PYCGUARD_STORE_H
#define PYCGUARD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "git/oid.h"
#include "git/repository.h"

/**
 * Ask git for the cost of each blob.
 *
 * @param sizes room for `count` of them
 * @return 0; -1 with the failure recorded (an object is missing, ...)
 */
int store_sizes(uint64_t *sizes, const struct oid *blobs, size_t count, struct repository *r);

/** Read what git said: a number a line, `count` of them. False for anything else; for a missing
 * blob git writes words. */
bool store_take(uint64_t *sizes, size_t count, const char *text);

#endif
