/*
 * policy - the ignore lines, in order, and which of them decides a path.
 *
 * Built in, in this order: `__pycache__/`, `*.py[cod]`, `*$py.class`. Then the lines of the user's
 * file in gitignore syntax; the last line that matches a path decides it. A line `regex:EXPR` is a
 * PCRE2 expression (`\regex:` starts a glob that matches these very bytes). A `!` line allows, also
 * below a rejected directory (the one difference from gitignore). Comment lines straight above a
 * `!` line are its reason; an empty line between parts them.
 *
 * A line `!RULE:PATTERN` or `!RULE,RULE:PATTERN` allows a file only as long as its finding is by
 * one of these rules; which is known only after the file has been examined, so policy_decide tells
 * of these lines apart, and policy_settle then asks for one rule. In a `!` line, letters, `-`, `_`
 * and `,` before the first `:` are always rules: a file whose name is like that is written with a
 * backslash, `!\foo:bar`. After the rules, `regex:EXPR` is possible too.
 *
 * Refused, with "FILE:LINE:COLUMN: REASON in 'LINE'" recorded (columns count bytes from 1, the `!`,
 * rules and `regex:` too): a line that does not compile, one that git would accept but could never
 * match (an unclosed class, a trailing backslash, `//`, `./`, a lone `!` or `/`), a rule that does
 * not exist, a NUL byte, and a file past POLICY_MAX_BYTES or POLICY_MAX_LINES patterns.
 *
 * Calling sequence: policy_new, any number of policy_add, then policy_decide from any thread, each
 * with a matcher of its own; policy_free.
 */
#ifndef PYCGUARD_POLICY_H
#define PYCGUARD_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/pattern.h"
#include "policy/rules.h"

enum { POLICY_MAX_BYTES = 1 << 20, POLICY_MAX_LINES = 10000, POLICY_GRAMS = 3 };

/** One line of the policy. All strings are borrowed from the policy and NUL-terminated. */
struct policy_line {
	const char *text;   /* as written, blanks at the end trimmed, with its `!` */
	const char *origin; /* the file's name as given to policy_add; NULL for a built-in line */
	size_t number;      /* of the line in its file, from 1; 0 for a built-in line */
	bool allows;        /* a `!` line */
	unsigned rules;     /* 1 << RULE of each rule that it allows by; 0: all of them */
	const char *reason; /* the comment above a `!` line, its lines joined by a blank; or NULL */
	struct pattern *pattern;
	uint16_t grams[POLICY_GRAMS]; /* what a path must contain, see policy_private.h */
};

struct policy;

/** The built-in lines alone. @return yours, for policy_free; NULL with the failure recorded. */
struct policy *policy_new(bool caseless);

/**
 * The same, of a policy for policy_adds_path only: lines match what they match caselessly or with
 * regard to case. (Under negation, `[!a-z]` or `(?!x)`, a caseless line matches less.)
 */
struct policy *policy_new_either(void);

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

/** How long all policies that strangers wrote may take in one run: 10 s. */
#define POLICY_TIME INT64_C(10000000000)

/**
 * Limit the nanoseconds that this policy and all others with a limit may take in this process, to
 * compile and to match. What goes beyond fails.
 */
void policy_limit(struct policy *p, int64_t nanoseconds);

/** What the policy says of one path. */
struct policy_decision {
	const struct policy_line *line; /* the last line that matches; NULL when none does */
	bool rejected;                  /* there is such a line, and it does not allow */
	bool builtin;                   /* rejected, and a built-in line matches: it is bytecode */
	bool depends; /* rejected, and yet allowed by some rules: by that line, which comes later */
	const struct policy_line *allowing[RULE_COUNT];
};

/**
 * Decide a path, all but for the lines that allow by some rules only.
 *
 * @param path the path of a file, of `len` bytes (any bytes but NUL), no slash added
 * @return 0, or -1 with the failure recorded (a match limit hit, no memory)
 */
int policy_decide(const struct policy *p, struct matcher *m, const char *path, size_t len,
	struct policy_decision *out);

/** Make the decision that for a file whose finding is by that rule. */
void policy_settle(struct policy_decision *d, enum rule rule);

/** Which `!` lines there are. @return a bool for each line, yours to free(); NULL: no memory. */
bool *policy_unmatched(const struct policy *p);

/**
 * Clear the lines that match a path from such an array.
 *
 * @param path as for policy_decide
 * @return 0; -1 with the failure recorded
 */
int policy_strike(
	const struct policy *p, struct matcher *m, const char *path, size_t len, bool *unmatched);

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

/**
 * Append the pattern of a line that matches one path and what is below it, and nothing else: a
 * glob, or for a path with a line break, which no glob can contain, an expression.
 */
void policy_escape(struct buf *out, const char *path);

/** How many lines there are, built-in ones included; and line `i` of them (borrowed). */
size_t policy_count(const struct policy *p);
const struct policy_line *policy_line(const struct policy *p, size_t i);

#endif
