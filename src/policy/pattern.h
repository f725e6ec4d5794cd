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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/glob.h"

struct pattern;

/** The scratch memory of one thread that matches: match data, limits, JIT stack. */
struct matcher;

enum pattern_flags {
	PATTERN_CASELESS = 1, /* ASCII letters match in both cases */
	PATTERN_EITHER = 2,   /* matches what it matches with PATTERN_CASELESS or without */
	PATTERN_TIMED = 4,    /* a match can take so long that the time must be looked at in it */
};

/**
 * Compile an expression.
 *
 * @param out yours, for pattern_free; NULL on failure
 * @param why filled on refusal; may not be NULL
 * @return 0; 1 when PCRE2 refuses it (`why` tells); -1 with the failure recorded (no memory)
 */
int pattern_new(struct pattern **out, const char *regex, size_t len, unsigned flags,
	struct pattern_error *why);

void pattern_free(struct pattern *p);

/** @return yours, for matcher_free; NULL with the failure recorded when memory is gone. */
struct matcher *matcher_new(void);

void matcher_free(struct matcher *m);

/** A time in nanoseconds, cheap to ask for and exact to some milliseconds. */
int64_t pattern_clock(void);

/** Have each match from now on fail that is not done at that time (of pattern_clock). */
void matcher_until(struct matcher *m, int64_t time);

/**
 * Whether a path matches.
 *
 * @return 1 or 0; -1 with the failure recorded when a limit was hit or PCRE2 failed
 */
int pattern_match(const struct pattern *p, struct matcher *m, const char *path, size_t len);

/** The version of the PCRE2 in use, "10.42 2022-12-11"; `out` has room for 64 bytes. */
void pattern_library_version(char out[static 64]);

#endif
