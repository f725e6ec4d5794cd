/*
 * policy - the ignore lines, in order, and which of them decides a path.
 *
 * Built in, in this order: `__pycache__/`, `*.py[cod]`, `*$py.class`. Then the lines of the user's
 * file in gitignore syntax; the last line that matches a path decides it. A line `regex:EXPR` is a
 * PCRE2 expression (`\regex:` starts a glob that matches these very bytes). A `!` line allows, also
 * below a rejected directory (the one difference from gitignore). Comment lines straight above a
 * `!` line are its reason; an empty line between parts them.
 *
 * Refused, with "FILE:LINE:COLUMN: REASON in 'LINE'" recorded (columns count bytes from 1, the `!`
 * and `regex:` too): a line that does not compile, one that git would accept but could never match
 * (an unclosed class, a trailing backslash, `//`, `./`, a lone `!` or `/`), a NUL byte, and a file
 * past POLICY_MAX_BYTES or POLICY_MAX_LINES patterns.
 *
 * Calling sequence: policy_new, any number of policy_add, then policy_decide from any thread, each
 * with a matcher of its own; policy_free.
 */
#ifndef PYCGUARD_POLICY_H
#define PYCGUARD_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pattern.h"

enum { POLICY_MAX_BYTES = 1 << 20, POLICY_MAX_LINES = 10000 };

/** One line of the policy. All strings are borrowed from the policy and NUL-terminated. */
struct policy_line {
	const char *text;   /* as written, blanks at the end trimmed, with its `!` */
	const char *origin; /* the file's name as given to policy_add; NULL for a built-in line */
	size_t number;      /* of the line in its file, from 1; 0 for a built-in line */
	bool allows;        /* a `!` line */
	const char *reason; /* the comment above a `!` line, its lines joined by a blank; or NULL */
	struct pattern *pattern;
};

struct policy;

/** The built-in lines alone. @return yours, for policy_free; NULL with the failure recorded. */
struct policy *policy_new(bool caseless);

/**
 * Append the lines of a policy file.
 *
 * @param text   its bytes (git's rules: a UTF-8 BOM, CR before LF and unescaped blanks at the
 *               end of a line are dropped; the last line needs no LF)
 * @param origin its name for messages; copied
 * @return 0; -1 with the refusal recorded, the policy being fit for policy_free only
 */
int policy_add(struct policy *p, const char *text, size_t len, const char *origin);

void policy_free(struct policy *p);

/** What the policy says of one path. */
struct policy_decision {
	const struct policy_line *line; /* the last line that matches; NULL when none does */
	bool rejected;                  /* there is such a line, and it does not allow */
	bool builtin;                   /* rejected, and a built-in line matches: it is bytecode */
};

/**
 * Decide a path.
 *
 * @param path the path of a file, of `len` bytes (any bytes but NUL), no slash added
 * @return 0, or -1 with the failure recorded (a match limit hit, no memory)
 */
int policy_decide(const struct policy *p, struct matcher *m, const char *path, size_t len,
	struct policy_decision *out);

/**
 * Take the lines that match a path off a list of lines.
 *
 * @param path  as for policy_decide
 * @param lines a bit for each line, of line i bit i % 64 of word i / 64: cleared when it matches
 * @return 0; -1 with the failure recorded
 */
int policy_strike(
	const struct policy *p, struct matcher *m, const char *path, size_t len, uint64_t *lines);

/** Whether a line of the user's rejects: only then can what no built-in line matches be
 * rejected. */
bool policy_adds(const struct policy *p);

/**
 * Whether any line of the user's that rejects matches a path, whatever other lines allow.
 *
 * @param path as for policy_decide
 * @return 1 or 0; -1 with the failure recorded
 */
int policy_adds_path(const struct policy *p, struct matcher *m, const char *path, size_t len);

/** How many lines there are, built-in ones included; and line `i` of them (borrowed). */
size_t policy_count(const struct policy *p);
const struct policy_line *policy_line(const struct policy *p, size_t i);

#endif
