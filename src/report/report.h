/*
 * report - findings as a person or a program wants them, on standard output.
 *
 * A finding becomes words (words.c) and a command that fixes it (fix.c); a printer puts them in
 * order: people.c, json.c (SARIF and GitLab too), github.c. A printer appends to a buf;
 * report_write alone writes, and knows whether it was all taken (a full disk is a failure, not a
 * pass).
 *
 * To add an output format: a row in formats.def, and a printer here.
 */
#ifndef PYCGUARD_REPORT_H
#define PYCGUARD_REPORT_H

#include "check/check.h"
#include "check/pathset.h"

enum report_mode {
	REPORT_STAGED,
	REPORT_TRACKED,
	REPORT_WORKTREE,
	REPORT_RANGE,
	REPORT_HISTORY,
	REPORT_PUSH,
	REPORT_RECEIVE,
};

/** Where the user's shell stands. Borrowed. */
struct standing {
	const char *prefix; /* the subdirectory of the work tree, with its slash, or "" */
	const char *dir;    /* where -C led to, absolute; prefix is that of it. NULL: no -C */
};

struct history;

/** What was looked at, what was found, and how to show it. Everything in it is borrowed. */
struct report {
	enum report_mode mode;
	size_t checked;
	const struct finding_list *findings;
	const struct history *history; /* of REPORT_HISTORY, for people */
	struct standing at;
	const char *program; /* pycguard as a word of the user's shell, and after it, each with a */
	const char *policy;  /* blank before it, the options that say which policy; or "" */
	char **operands;     /* what the user named; the last after_dashes of it are paths */
	int operand_count, after_dashes;
	const char *ends;     /* of the commits, and what they stand on: words of the user's */
	const char *bases;    /* shell, each with a blank before it */
	const char *branches; /* to rewrite, where it is not only the current one; or NULL */
	bool several;         /* branches */
	const char *rewrite;  /* the command that rewrites the commits that are found */
	bool filters;         /* it is git filter-branch, not a rebase */
	size_t unstaged;      /* so many findings are allowed by .pycguard on disk */
	bool not_ignored;     /* git would add them again */
	bool squash;          /* the range as one commit */
	bool in_hook;         /* git asks, and waits for the answer */
	bool published;       /* a remote has commits that are found */
	bool strict;          /* warnings count as errors */
	bool verbose;         /* list everything */
	bool all_clear;       /* say so when all is well */
	bool color;
	size_t width; /* of a line of text; 0: 80 */
};

/** Appends a report to `out`. Memory is the buf's matter; otherwise it cannot fail. */
typedef void report_printer(struct buf *out, const struct report *r);

report_printer report_human;
report_printer report_json;
report_printer report_sarif;
report_printer report_github;
report_printer report_gitlab;

/** The printer of that value of --format, or NULL when there is none. */
report_printer *format_named(const char *name);

/** One finding as the object that report_json lists, for --explain. */
void report_json_finding(struct buf *out, const struct report *r, const struct finding *f);

/** -z: the rejected paths alone, a NUL after each. */
report_printer report_paths;

/** Whether the findings are those of commits: they name them, and a path may come up repeatedly. */
bool report_of_commits(const struct report *r);

/** Whether the finding makes the check fail; and how many of them do. */
bool report_rejects(const struct report *r, const struct finding *f);
size_t report_rejected(const struct report *r);

/** How grave a finding is in this report: an error if it makes the check fail. */
enum severity report_severity(const struct report *r, const struct finding *f);

/** What Python or Django does with such a file, in words that name no file. */
const char *report_summary(const struct finding *f);

/** Append the same as one sentence with its names. UTF-8, no control bytes. */
void report_message(struct buf *out, const struct finding *f);

/**
 * Whether it has the name of a migration, which Django's loader runs, or is stopped by, if it loads
 * the package at all (migrations_loaded).
 */
bool report_names_migration(const struct finding *f);

/** Append all of a finding in one line of text: what Python does, the commit, the fix. */
void report_sentence(struct buf *out, const struct report *r, const struct finding *f);

/** Append the command that removes what is found from its commits: what `rewrite` is to be. Sets
 * `filters`. */
void report_rewrite(struct buf *out, struct report *r);

/** Append the command that fixes one finding, in one line; it may fix the others too. */
void report_fix(struct buf *out, const struct report *r, const struct finding *f);

/** Append what fixes all that is rejected, for people. */
void report_fix_all(struct buf *out, const struct report *r);

/** Append what removes all of a history's files from it, and what that costs. */
void report_fix_history(struct buf *out, const struct report *r);

/** Where a file can be, and REV:PATH. */
enum { EXPLAIN_INDEX, EXPLAIN_HEAD, EXPLAIN_DISK, EXPLAIN_PLACES, EXPLAIN_REVISION = 3 };

/** What --explain says of a file. The strings are borrowed; the rest is for whoever fills it in to
 * free. */
struct explanation {
	const char *shown; /* the file as the user named it */
	const char *link;  /* where it leads to; NULL: it is no symbolic link */
	int judged;        /* the place that was looked at */
	struct examined file;
	struct finding finding;
	bool is_source;
	struct finding_list caches; /* of a source */
	struct policy_decision decision;
	struct place {
		bool looked, file, source; /* and what was there */
	} places[EXPLAIN_PLACES];
	enum bytecode_loads now; /* of the copy on this disk, times and all; if it is there */
};

/** Append the explanation: the verdict, then the details. */
void explain_file(struct buf *out, const struct report *r, const struct explanation *e);

/** Append what a rule means, why, an example and the fix. */
void explain_rule(struct buf *out, const struct report *r, enum rule rule);

/**
 * Append a git command that takes paths from the top of the work tree, and means these alone: for
 * sh, bash, zsh and fish.
 *
 * @param words what stands before the paths: "add", "rm --cached -f"
 */
void command_git(
	struct buf *out, const struct standing *at, const char *words, const struct pathset *paths);

/** Append text in a colour (ECMA-48's numbers, "1;31"), if the report is a coloured one. */
void report_colored(struct buf *out, const struct report *r, const char *sgr, const char *text);

/** Append a paragraph in lines of the report's width. Its first `head` bytes are in that colour,
 * and the lines after the first are indented if there are any. */
void report_wrapped(
	struct buf *out, const struct report *r, const char *text, size_t head, const char *sgr);

/** What makes a plural of most words: "" for one, "s" for any other number. */
const char *amount_plural(size_t n);

/** Append a size, "1 byte", "999 bytes", "1.5 KiB". */
void amount_bytes(struct buf *out, uint64_t bytes);

/** "staged", "tracked", ... */
const char *report_mode_name(enum report_mode mode);

/** Write all of it to standard output. 0; -1 with the failure recorded (earlier ones of the buf
 * too). */
int report_write(const struct buf *text);

#endif
