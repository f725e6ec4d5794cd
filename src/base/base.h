/*
 * base - what nearly every file needs: the C library's and POSIX' everyday headers, and this room's
 * own. Every header includes it, or one that does.
 */
#ifndef PYCGUARD_BASE_H
#define PYCGUARD_BASE_H

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/io.h"
#include "base/path.h"

#endif
