/*
 * glob - a gitignore pattern in a normal form that PCRE2's converter reads as git reads the
 * pattern.
 *
 * Pure text: knows git's rules (dir.c, wildmatch.c) and the converter's grammar, calls neither.
 * What git would accept but could never match is refused, with the column and the reason.
 *
 * How git reads a pattern, and so what is done here:
 *  - One `/` at the end means "directories only". With no other `/` the pattern is about a name, at
 *    any depth; else it is about the path from the top, and one leading `/` goes.
 *  - In a pattern about a path, what comes before the first of `*?[\` is compared byte by byte (the
 *    prefix), and only the remainder is a glob, matched against the remainder of the path.
 *  - A run of two or more asterisks is `**` only at the start of the pattern or after a `/`, and
 *    only before a `/`, a `\/` or the end. Any other run is one `*`. At the end `**` is as good as
 *    `*`, since a pattern that matches a directory matches all below it. (git before 2.52 has
 *    `x/a**` `/b`, put together, match `x/ab` and `x/a1/2/b` too, where its manual never did.)
 *  - A class holds bytes, never `/`. Its POSIX names are ASCII only.
 */
#ifndef PYCGUARD_GLOB_H
#define PYCGUARD_GLOB_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/** Why a pattern was refused. `column` counts bytes from 1 within the text given. */
struct pattern_error {
	size_t column;
	char reason[160];
};

/** Where in the path, less the prefix, the text of a glob may begin to match. */
enum glob_start {
	GLOB_AT_START, /* at its first byte */
	GLOB_AT_NAME,  /* at the first byte of any of its names */
	GLOB_ANYWHERE, /* at any byte */
};

struct glob {
	const char *prefix; /* what the path must begin with, as it is; points into the pattern */
	size_t prefix_len;
	struct buf text; /* the normal form; empty, at the start, when the prefix says it all */
	enum glob_start start;
	bool dir_only;
};

/**
 * Normalize a gitignore pattern: no `!`, no trailing blanks.
 *
 * @param out      for glob_free if 0 is returned; borrows `pattern`
 * @param caseless classes hold both cases of a letter that they name
 * @param why      filled on refusal; may not be NULL
 * @return 0; 1 when the pattern could never match (`why` tells); -1 with the failure recorded
 */
int glob_normalize(struct glob *out, const char *pattern, size_t len, bool caseless,
	struct pattern_error *why);

void glob_free(struct glob *g);

/**
 * Append the pieces of text, a NUL after each, every one of which is in a path that the glob
 * matches, letters in either case taken for small ones, once the path has a slash before it and one
 * after it: `src/[ab]*.o` needs "/src/" and ".o/".
 */
void glob_needs(struct buf *out, const struct glob *g);

#endif
