/*
 * pattern - all of PCRE2: one compiled pattern, and whether a path matches it.
 *
 * A gitignore glob goes through glob_normalize (glob.h) and then through PCRE2's own converter;
 * a `regex:` expression is compiled as it is. Both are JIT-compiled where PCRE2 can, run in bytes
 * (never UTF, so a path need not be valid UTF-8), and under match, depth and heap limits: patterns
 * can come from strangers, and "too hard" is an error, never "no match".
 *
 * A pattern is immutable once made and may be matched from several threads, each with a matcher of
 * its own.
 */
#ifndef PYCGUARD_PATTERN_H
#define PYCGUARD_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "glob.h"

struct pattern;

/** The scratch memory of one thread that matches: match data, limits, JIT stack. */
struct matcher;

/**
 * Compile a gitignore pattern: no `!`, no trailing blanks, may have a leading and a trailing `/`.
 * It matches a path when git says that it matches the path or, the path's parent directories
 * taken as directories, one of these (gitignore(5); git's dir.c and wildmatch.c decide).
 *
 * @param out      yours, for pattern_free; NULL on failure
 * @param caseless as core.ignoreCase: ASCII letters match in both cases (here those after a
 *                 backslash and in a class as well, which git leaves out)
 * @param why      filled on refusal; may not be NULL
 * @return 0; 1 when the text is no pattern that could ever match (`why` tells); -1 on other
 *         failures (no memory), recorded in error.h
 */
int pattern_glob(struct pattern **out, const char *text, size_t len, bool caseless,
	struct pattern_error *why);

/** The same for a PCRE2 expression, searched for in the whole path. */
int pattern_regex(struct pattern **out, const char *text, size_t len, bool caseless,
	struct pattern_error *why);

void pattern_free(struct pattern *p);

/** What a path that it matches holds, as glob_needs tells. Borrowed; nothing for an expression. */
const struct buf *pattern_needs(const struct pattern *p);

/** @return yours, for matcher_free; NULL with the failure recorded when memory is gone. */
struct matcher *matcher_new(void);

void matcher_free(struct matcher *m);

/**
 * Whether a path matches.
 *
 * @param path the path of a file with one more byte after it, a `/`: path[len] == '/'. (So one
 *             search answers for the file and for each directory above it.)
 * @param len  bytes of the path, without that slash
 * @return 1 or 0; -1 with the failure recorded when a limit was hit or PCRE2 failed
 */
int pattern_match(const struct pattern *p, struct matcher *m, const char *path, size_t len);

/** The version of the PCRE2 in use, "10.42 2022-12-11"; `out` has room for 64 bytes. */
void pattern_library_version(char out[static 64]);

#endif
