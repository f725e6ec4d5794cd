/*
 * self - where this program's own file is.
 */
#ifndef PYCGUARD_SELF_H
#define PYCGUARD_SELF_H

#include "base/buf.h"

/**
 * Append the absolute path of the running program: the name that it was started by, found on
 * `search`, which stays when an upgrade moves what a link points to; else what the kernel says.
 *
 * @param name   argv[0]
 * @param search PATH, or NULL
 * @return 0; -1 with the failure recorded
 */
int self_path(struct buf *out, const char *name, const char *search);

/**
 * Append what a person's shell finds this program by, as one word of it: its name where PATH leads
 * to this very file, else its path. A hook runs it by a path that need not be in PATH.
 *
 * @return 0; -1 with the failure recorded
 */
int self_word(struct buf *out, const char *name, const char *search);

#endif
