/*
 * utf8 - which bytes are characters, and which of these may be shown. Pure.
 */
#ifndef PYCGUARD_UTF8_H
#define PYCGUARD_UTF8_H

#include "base/base.h"

/** How many bytes at `s` are one valid UTF-8 character (RFC 3629): 1 to 4; 0: they are none. */
size_t utf8_length(const char *s, size_t len);

/** The same, but 0 too for a character that could move the cursor, colour the screen, break the
 * line or turn the text round, and for one that is not seen: two names would look the same. */
size_t utf8_showable(const char *s, size_t len);

/** Whether byte `i` is the second of two `#` or `:` in a row, by which text in the log of a CI
 * run can be a command (GitHub's `::error::` and `##[error]`, Azure's `##vso[`). */
bool utf8_commands(const char *s, size_t i);

#endif
