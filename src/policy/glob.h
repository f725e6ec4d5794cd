/*
 * glob - the one translator from a glob to the PCRE2 expression that matches what it matches.
 *
 * Pure text: knows the rules of gitignore (git's dir.c, wildmatch.c) and of .dockerignore
 * (moby/patternmatcher), and calls neither. The expression is searched for in the whole path of a
 * file, and also matches what is below a directory that the glob matches.
 *
 * How git reads a pattern, and so what is done here:
 *  - One `/` at the end means "directories only". With no other `/` the pattern is about a name, at
 *    any depth; else it is about the path from the top, and one leading `/` goes.
 *  - A run of two or more asterisks is `**` only at the start of the pattern or after a `/`, and
 *    only before a `/`, a `\/` or the end. Any other run is one `*`. At the end `**` is as good as
 *    `*`, since a pattern that matches a directory matches all below it. (git before 2.52 has
 *    `x/a**` `/b`, put together, match `x/ab` and `x/a1/2/b` too, where its manual never did.)
 *  - A class holds bytes, never `/`. Its POSIX names are ASCII only.
 * What git would accept but could never match is refused, with the column and the reason.
 *
 * How Docker does: all patterns are about the path; `**` is any number of directories wherever it
 * stands; only `^` negates a class, which can hold a `/`.
 *
 * A glob of git's costs time in proportion to the path: what follows a `*` is taken where it first
 * stands (an atomic group), what follows a `**` likewise (`(*COMMIT)`), for no later place could do
 * better.
 */
#ifndef PYCGUARD_GLOB_H
#define PYCGUARD_GLOB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum glob_grammar { GLOB_GIT, GLOB_DOCKER };

/** Why a pattern was refused. `column` counts bytes from 1 within the text given. */
struct pattern_error {
	size_t column;
	char reason[160];
};

/**
 * Translate a pattern: no `!`, no blanks at the end; one of Docker's has no `//`, `.` or `..` left.
 *
 * @param regex   empty; the expression
 * @param literal empty; the longest run of bytes that stand in each path that matches, letters in
 *                either case, once the path has a slash before it and one after it
 * @param fold    classes contain both cases of a letter that they name
 * @param why     filled on refusal; may not be NULL
 * @return 0; 1 when the pattern could never match (`why` tells); -1 with the failure recorded
 */
int glob_translate(struct buf *regex, struct buf *literal, const char *pattern, size_t len,
	enum glob_grammar grammar, bool fold, struct pattern_error *why);

#endif
