/*
 * policy - the ignore lines, in order, and which of them decides a path.
 *
 * Built in: `__pycache__/`, `*.py[cod]`, `*$py.class`. Then the lines of the user's files in
 * gitignore syntax, or `regex:EXPR`; the last line that matches a path decides it. A `!` line
 * allows, also below a rejected directory. Comment lines straight above it are its reason.
 *
 * A line `!RULE,RULE:PATTERN` allows a file only as long as its finding is by one of these rules;
 * which is known only after the file has been examined, so policy_decide tells of these lines
 * apart, and policy_settle then asks for one rule. In a `!` line, letters, `-`, `_` and `,` before
 * the first `:` are always rules: a file whose name is like that is written `!\foo:bar`.
 *
 * Refused, with "FILE:LINE:COLUMN: REASON in 'LINE'" recorded (columns count bytes from 1, the `!`,
 * rules and `regex:` too): what does not compile, or could never match, a rule that does not exist,
 * a NUL byte, and a file past POLICY_MAX_BYTES or POLICY_MAX_LINES patterns.
 *
 * Calling sequence: policy_new, any number of policy_add, then policy_decide from any thread, each
 * with a matcher of its own; policy_free.
 */
#ifndef PYCGUARD_POLICY_H
#define PYCGUARD_POLICY_H

#include "policy/pattern.h"

enum rule {
	RULE_NONE, /* not rejected */
#define RULE(name, id, summary, why, example, fix) name,
#include "policy/rules.def"
#undef RULE
	RULE_COUNT
};

/** A row of rules.def. */
struct rule_text {
	const char *id;
	const char *summary; /* one line, said of one file: no capital, no full stop */
	const char *why, *example, *fix;
};

/** The row of a rule; for RULE_NONE one of NULLs. Never NULL. */
const struct rule_text *rule_text(enum rule rule);

/** The rule of that id, or RULE_NONE. */
enum rule rule_of_id(const char *id, size_t len);

/** The id that a word was probably meant to be; NULL: none is near. */
const char *rule_nearest(const char *word, size_t len);

enum { POLICY_BUILTIN = 3, POLICY_MAX_BYTES = 1 << 20, POLICY_MAX_LINES = 10000 };

/** How long all policies that strangers wrote may take in one run, in nanoseconds: 10 s. */
#define POLICY_TIME INT64_C(10000000000)

/** One line of the policy. All of it belongs to the policy. */
struct policy_line {
	char *text;     /* as written, blanks at the end trimmed, with its `!` */
	char *origin;   /* the file's name as given to policy_add; NULL for a built-in line */
	size_t number;  /* of the line in its file, from 1; 0 for a built-in line */
	bool allows;    /* a `!` line */
	unsigned rules; /* 1 << RULE of each rule that it allows by; 0: all of them */
	char *reason;   /* the comment above a `!` line, its lines joined by a blank; or NULL */
	struct pattern *pattern;
};

struct policy {
	struct policy_line *lines; /* the POLICY_BUILTIN built-in ones first */
	uint16_t *grams;           /* the first one of each, side by side: most lines end there */
	size_t count;
	bool adds; /* a line of the user's rejects: only then can a path that no built-in line does */
	bool allows; /* there is a `!` line */
	/* The nanoseconds that this policy and all others with a limit may take in this process, to
	 * compile and to match: what goes beyond fails. 0: no limit. */
	int64_t limit;
	enum pattern_case letters;
};

/** The built-in lines alone. Of PATTERN_EITHER: a policy whose `!` lines, and built-in ones, decide
 * nothing: what it does not reject, no line of the user's does, with regard to case or without.
 * Yours, for policy_free. */
struct policy *policy_new(enum pattern_case letters);

/** Append the lines of a policy file (git's rules: a UTF-8 BOM, CR before LF and unescaped blanks
 * at the end of a line are dropped; the last line needs no LF). `origin` is its name for messages.
 * 0; -1 with the refusal recorded, the policy being fit for policy_free only. */
int policy_add(struct policy *p, const char *text, size_t len, const char *origin);

/** NULL is allowed. */
void policy_free(struct policy *p);

/** What the policy says of one path. */
struct policy_decision {
	const struct policy_line *line; /* the last line that matches; NULL when none does */
	bool rejected;                  /* there is such a line, and it does not allow */
	bool builtin;                   /* rejected, and a built-in line matches: it is bytecode */
	bool depends; /* rejected, and yet allowed by some rules: by that line, which comes later */
	const struct policy_line *allowing[RULE_COUNT];
};

/** Decide the path of a file (any bytes but NUL), all but for the lines that allow by some rules
 * only. 0; -1 with the failure recorded (a match limit hit). */
int policy_decide(const struct policy *p, struct matcher *m, const char *path, size_t len,
	struct policy_decision *out);

/** Make the decision that for a file whose finding is by that rule. */
void policy_settle(struct policy_decision *d, enum rule rule);

/** Note which `!` lines match a path: `matched` has a bool for each line of the policy. As
 * policy_decide. */
int policy_note(
	const struct policy *p, struct matcher *m, const char *path, size_t len, bool *matched);

/** Append the pattern of a line that matches one path and what is below it, and nothing else: a
 * glob, or for a path with a line break, which no glob can contain, an expression. */
void policy_escape(struct buf *out, const char *path);

#endif
