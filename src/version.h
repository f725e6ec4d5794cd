/*
 * version - the version of this program and of the libraries that it runs with.
 */
#ifndef PYCGUARD_VERSION_H
#define PYCGUARD_VERSION_H

#include "buf.h"

/** Append "pycguard 1.2.3 (libgit2 1.5.1, PCRE2 10.42)\n": the libraries as loaded, not as built.
 * 0; -1 with the failure recorded when libgit2 cannot be loaded. */
int version_text(struct buf *out);

#endif
