/*
 * dockerfiles - which files describe images, and which ignore file goes with one.
 */
#ifndef PYCGUARD_DOCKERFILES_H
#define PYCGUARD_DOCKERFILES_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/** Whether a path is named as these are: Dockerfile, Dockerfile.NAME, NAME.Dockerfile, and with
 * Containerfile likewise. */
bool dockerfiles_is_one(const char *path, size_t len);

/**
 * Find the ignore file that a build from this Dockerfile reads, its directory being the context.
 *
 * @param file its path is appended; if there is none, that of the one to be made: .dockerignore
 * @param text its bytes are appended
 * @param top  descriptor of the top of the work tree
 * @return 0; -1 with the failure recorded
 */
int dockerfiles_ignore_file(struct buf *file, struct buf *text, int top, const char *dockerfile);

#endif
