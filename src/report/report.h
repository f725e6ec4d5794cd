/*
 * report - findings as a person or a program wants them, on standard output.
 *
 * A finding becomes words (report.c) and a command that fixes it (fix.c); a printer appends them
 * to a buf: people.c, json.c (SARIF and GitLab too), github.c. report_write alone writes, and knows
 * whether it was all taken (a full disk is a failure, not a pass).
 */
#ifndef PYCGUARD_REPORT_H
#define PYCGUARD_REPORT_H

#include "check/check.h"

/* What is looked at, and its name; from REPORT_RANGE on, commits. */
#define REPORT_MODES                                                                               \
	MODE(REPORT_STAGED, "staged")                                                              \
	MODE(REPORT_TRACKED, "tracked")                                                            \
	MODE(REPORT_WORKTREE, "worktree")                                                          \
	MODE(REPORT_RANGE, "range")                                                                \
	MODE(REPORT_HISTORY, "history")                                                            \
	MODE(REPORT_PUSH, "push")                                                                  \
	MODE(REPORT_RECEIVE, "receive")

#define MODE(id, name) id,
enum report_mode { REPORT_MODES };
#undef MODE
extern const char *const report_mode_names[];

struct history;

/** What was looked at, what was found, and how to show it. Everything in it is borrowed. */
struct report {
	enum report_mode mode;
	bool explains; /* --explain: the one finding, rejected or not */
	size_t checked;
	const struct finding_list *findings;
	const struct history *history; /* of REPORT_HISTORY, for people */
	const char *prefix;  /* where the user's shell is below the top, with its slash, or "" */
	const char *dir;     /* where -C led to, absolute; prefix is that of it. NULL: no -C */
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
	bool sparse;          /* the work tree is, so that git rm passes over what is not in it */
	bool squash;          /* the range as one commit */
	bool in_hook;         /* git asks, and waits for the answer */
	bool published;       /* a remote has commits that are found */
	bool strict;          /* warnings count as errors */
	bool verbose;         /* list everything */
	bool all_clear;       /* say so when all is well */
	bool color;
	size_t width; /* of a line of text; 0: 80 */
};

/** Appends a report to `out`. */
typedef void report_printer(struct buf *out, const struct report *r);

#define FORMAT(name, printer) report_printer printer;
#include "report/formats.def"
#undef FORMAT

/** -z: the rejected paths alone, a NUL after each. */
report_printer report_paths;

/** The printer of that value of --format, or NULL when there is none. */
report_printer *format_named(const char *name);

/** Whether the findings are those of commits: they name them, and a path may come up repeatedly. */
static inline bool report_of_commits(const struct report *r)
{
	return r->mode >= REPORT_RANGE;
}

/** How grave a finding is in this report: an error if it makes the check fail; whether it does; and
 * how many do. */
enum severity report_severity(const struct report *r, const struct finding *f);
bool report_rejects(const struct report *r, const struct finding *f);
size_t report_rejected(const struct report *r);

/** What Python or Django does with such a file, in words that name no file; and, appended, as one
 * sentence with its names: UTF-8, no control bytes. */
const char *report_summary(const struct finding *f);
void report_message(struct buf *out, const struct finding *f);

/** Whether it has the name of a migration, which Django's loader runs, or is stopped by, if it
 * loads the package at all (migrations_loaded). */
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

/** Where a file can be, and REV:PATH; and what that is called. */
enum { EXPLAIN_INDEX, EXPLAIN_HEAD, EXPLAIN_DISK, EXPLAIN_PLACES, EXPLAIN_REVISION = 3 };
extern const char *const explain_places[];

/** What --explain says of a file. The strings are borrowed; the rest is for whoever fills it in to
 * free. */
struct explanation {
	const char *shown; /* the file as the user named it */
	struct buf link;   /* where it leads to, if it is a symbolic link */
	int judged;        /* the place that was looked at */
	struct examined file;
	const struct finding *finding;
	bool is_source;
	struct finding_list caches; /* of a source */
	struct policy_decision decision;
	struct buf where, source_where; /* "in the index, not in HEAD" */
	bool here;                      /* on disk */
	enum bytecode_loads now; /* of the copy on this disk, times and all; if it is there */
};

/** Append the explanation: the verdict, then the details. */
void explain_file(struct buf *out, const struct report *r, const struct explanation *e);

/** Append what a rule means, why, an example and the fix. */
void explain_rule(struct buf *out, const struct report *r, enum rule rule);

/** Append a git command (`words`: "add", "rm --cached -f") that takes paths from the top of the
 * work tree, and means these alone: for sh, bash, zsh and fish. */
void command_git(struct buf *out, const struct report *r, const char *words,
	const struct pathset_item *paths, size_t count);

/** Append a command of pycguard, which takes paths from there, or from where the user is. */
void command_pycguard(struct buf *out, const struct report *r, bool top, const char *words);

/** Append the line that commits what is no longer tracked. */
void command_commit(struct buf *out, const struct report *r);

/** Append a name, quoted if need be, between two texts. */
void report_name(struct buf *out, const char *before, const char *name, const char *after);

/** Append text in a colour (ECMA-48's numbers, "1;31"), if the report is a coloured one. */
void report_colored(struct buf *out, const struct report *r, const char *sgr, const char *text);

/** Append a paragraph in lines of the report's width. Its first `head` bytes are in that colour,
 * and the lines after the first are indented if there are any. */
void report_wrapped(
	struct buf *out, const struct report *r, const char *text, size_t head, const char *sgr);

/**
 * Break the lines that are wider than `width` (0: 80) at a tab, which stands before a command, that
 * must stay whole to be pasted, and the text before it at blanks; with `all`, all other lines too
 * but those that are indented. Where a line is short enough, a tab becomes a blank.
 */
void report_fold(struct buf *text, size_t width, bool all);

/** What makes a plural of most words: "" for one, "s" for any other number. */
const char *amount_plural(size_t n);

/** Append a size, "1 byte", "999 bytes", "1.5 KiB". */
void amount_bytes(struct buf *out, uint64_t bytes);

/** Write all of it to standard output. 0; -1 with the failure recorded. */
int report_write(const struct buf *text);

#endif
