/*
 * program - by what word a shell finds this program again, for commands to paste. A hook runs it by
 * its path, and that directory need not be in the PATH of the person who pastes.
 */
#ifndef PYCGUARD_PROGRAM_H
#define PYCGUARD_PROGRAM_H

#include "buf.h"

/**
 * Append the name as a word of a shell: without its directory if PATH leads to the very same file.
 *
 * @param argv0 as this process got it
 * @param path  the value of PATH, or NULL
 */
void program_name(struct buf *out, const char *argv0, const char *path);

#endif
