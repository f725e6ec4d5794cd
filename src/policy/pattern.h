/*
 * pattern - all of PCRE2: one compiled expression, and whether a path matches it.
 *
 * An expression is searched for in the whole path. It is JIT-compiled where PCRE2 can, run in bytes
 * (never UTF, so a path need not be valid UTF-8), and under match, depth and heap limits, and a
 * limit of time: expressions can come from strangers, and "too hard" is an error, never "no match".
 *
 * A pattern is immutable once made and may be matched from several threads, each with a matcher of
 * its own.
 */
#ifndef PYCGUARD_PATTERN_H
#define PYCGUARD_PATTERN_H

#include "base/base.h"

enum pattern_grammar { PATTERN_REGEX, PATTERN_GIT, PATTERN_DOCKER };

/** Why a pattern was refused. `column` counts bytes from 1 within the text given. */
struct pattern_error {
	size_t column;
	char reason[160];
};

enum { PATTERN_GRAMS = 3, PATTERN_SLOTS = 512 };

/**
 * So that hundreds of patterns cost a path little more than a few, each knows grams of what it
 * matches: three bytes in a row of a path with a slash before it and one after it, letters in
 * either case, as a number below PATTERN_SLOTS, which itself is in any path.
 */
struct pattern {
	uint16_t grams[PATTERN_GRAMS];
	void *code;            /* PCRE2's */
	struct pattern *exact; /* of PATTERN_EITHER, or NULL: what else it matches */
};

/** The scratch memory of one thread that matches, and the path that it is at. */
struct matcher {
	unsigned char has[PATTERN_SLOTS + 1]; /* the grams of the path */
	unsigned steps;
	int64_t until;
	const char *path;
	size_t len;
	void *data, *context, *stack; /* PCRE2's; no stack where it has no JIT */
};

/** How letters match: with regard to case, or not (ASCII only), or either way, which is more than
 * not: under negation (`[!a-z]`, `(?!x)`) a caseless match is less. */
enum pattern_case { PATTERN_CASED, PATTERN_CASELESS, PATTERN_EITHER };

/** Compile an expression, or a glob of git's or Docker's. Yours, for pattern_free; NULL: it is
 * refused, and `why` tells. */
struct pattern *pattern_new(const char *text, size_t len, enum pattern_grammar grammar,
	enum pattern_case letters, struct pattern_error *why);

/** Translate a glob (glob.c) without `!` and blanks at the end; one of Docker's has no `//`, `.` or
 * `..` left. With `fold`, classes contain both cases of a letter that they name. `regex` and
 * `literal` are empty; the latter becomes the longest run of bytes that stand in each path that
 * matches, letters in either case, once the path has a slash before it and one after it. False when
 * it could never match (`why` tells). */
bool glob_translate(struct buf *regex, struct buf *literal, const char *pattern, size_t len,
	enum pattern_grammar grammar, bool fold, struct pattern_error *why);

/** NULL is allowed, here and below. */
void pattern_free(struct pattern *p);

/** Yours, for matcher_free. */
struct matcher *matcher_new(void);

void matcher_free(struct matcher *m);

/** Go to a path, borrowed until the next one, for pattern_match. After `until`, a time of
 * io_clock, each match of an expression fails. */
void matcher_go(struct matcher *m, const char *path, size_t len, int64_t until);

/** What pattern_match asks where the grams leave it open. */
int pattern_run(const struct pattern *p, struct matcher *m);

/** Whether the path matches. 1; 0; -1 recorded, when a limit was hit or PCRE2 failed. */
static inline int pattern_match(const struct pattern *p, struct matcher *m)
{
	return m->has[p->grams[0]] && m->has[p->grams[1]] && m->has[p->grams[2]] ?
		       pattern_run(p, m) :
		       0;
}

/** The version of the PCRE2 in use, "10.42 2022-12-11"; `out` has room for 64 bytes. */
void pattern_library_version(char out[static 64]);

#endif
