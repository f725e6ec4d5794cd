/*
 * path - names as git has them: any bytes but NUL, `/` between components, no leading slash; and
 * how they are shown: which bytes are characters, and which of these may be seen. Pure.
 */
#ifndef PYCGUARD_PATH_H
#define PYCGUARD_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/** The offset of the last component of `path`: the length of its directory with the slash, or 0. */
size_t path_base(const char *path, size_t len);

/** Whether `path` is `dir` or below it. An empty `dir` holds everything. */
bool path_below(const char *path, size_t len, const char *dir, size_t dir_len);

/** How many bytes both begin with alike, of the first `most` that both have. */
size_t path_shared(const char *a, const char *b, size_t most);

/** Order of the index: by bytes, a prefix first. <0, 0 or >0, as memcmp. */
int path_compare(const char *a, size_t a_len, const char *b, size_t b_len);

/**
 * Append `path` for people: as it is when every character can be shown, else in double quotes with
 * C escapes as git writes them (`"a\tb"`). Escaped are `"`, `\`, what utf8_showable does not show,
 * and what utf8_commands says (`##[error]`, `::error::`).
 */
void path_quote(struct buf *out, const char *path, size_t len);

/** Append `word` as one word of sh, bash, zsh and fish, quoted only if need be: what cannot be
 * shown is written as "$(printf '...')", because `$'...'` is not in every sh. */
void path_shell(struct buf *out, const char *word, size_t len);

/** Append `path` as UTF-8 with U+FFFD for each byte that is not. */
void path_replace(struct buf *out, const char *path, size_t len);

/** Append `path` as a relative reference of a URI (RFC 3986), UTF-8 or not: each byte but letters,
 * digits, `-._~` and `/` is written as %XX. */
void path_uri(struct buf *out, const char *path, size_t len);

/** How many bytes at `s` are one valid UTF-8 character (RFC 3629): 1 to 4; 0: they are none. */
size_t utf8_length(const char *s, size_t len);

/** The same, but 0 too for a character that could move the cursor, colour the screen, break the
 * line or turn the text round, and for one that is not seen: two names would look the same. */
size_t utf8_showable(const char *s, size_t len);

/** Whether byte `i` is the second of two `#` or `:` in a row, by which text in the log of a CI
 * run can be a command (GitHub's `::error::` and `##[error]`, Azure's `##vso[`). */
bool utf8_commands(const char *s, size_t i);

#endif
