/*
 * plain_text - what a terminal, a shell, or the log of a CI run makes of bytes, spelled out as
 * plainly as can be, to hold the printers against. For fuzz targets.
 */
#ifndef PYCGUARD_PLAIN_TEXT_H
#define PYCGUARD_PLAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/** The number of the UTF-8 character at `s` and how many bytes it takes; -1 and 1 if it is none. */
long plain_char(const char *s, size_t len, size_t *taken);

/** Whether all is UTF-8. */
bool plain_is_utf8(const char *s, size_t len);

/** Whether it is UTF-8 in which nothing drives a terminal, ends of lines aside. */
bool plain_is_harmless(const char *s, size_t len);

/** Whether a CI runner would find a command: `##[` or `##vso[` anywhere, `::` after the blanks that
 * begin a line. */
bool plain_has_command(const char *s, size_t len);

/** Append the bytes with U+FFFD for each that is not UTF-8. */
void plain_replace(struct buf *out, const char *s, size_t len);

/** Append what a string quoted as git quotes paths stands for; `quoted` begins with its double
 * quote, and moves past the closing one. False when it is not well formed. */
bool plain_unquote(struct buf *out, const char **quoted);

/** Append what a POSIX shell makes of one word of those that path_shell writes; false if it is
 * more than a word, or anything else would be expanded. */
bool plain_word(struct buf *out, const char *s, size_t len);

#endif
