/*
 * cli - the command line: the table of cli.def, parsing, help, and the exit statuses.
 *
 * To add an option: a row in cli.def, a field here, a case in cli.c's take_option. Help and the
 * completions come from the row.
 * To add a verb: a row in cli.def, a function in verbs.h, a row in main.c.
 */
#ifndef PYCGUARD_CLI_H
#define PYCGUARD_CLI_H

#include <stdbool.h>

#include "buf.h"

enum {
	STATUS_CLEAN = 0,    /* nothing to reject */
	STATUS_REJECTED = 1, /* something rejected */
	STATUS_FAILED = 2,   /* it could not look; why is recorded in error.h */
};

enum verb {
#define VERB(name, text, operands, least, most, help) name,
#include "cli.def"
	VERB_COUNT
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/** What the user asked for, for cli_release. All strings are borrowed from argv. */
struct invocation {
	enum verb verb;
	bool usage, help, version;
	const char *policy; /* NULL: the repository's .pycguard */
	const char *format; /* as given; "human" by default */
	bool paths_only;    /* -z */
	bool dry_run;       /* -n */
	bool all;           /* --all */
	bool strict, quiet, verbose;
	bool force;
	unsigned hooks; /* --hook: a bit for each enum hook */
	enum color color;
	char **operands;
	int operand_count;
	int after_dashes; /* how many of them stood after "--" */
	/* -C and --policy as words of a shell, each after a blank: what a command to paste must
	 * repeat. The one thing that is not borrowed. */
	struct buf again;
};

/**
 * Read the command line. -C takes effect at once, as git's does: what follows is relative to it.
 *
 * @param out for cli_release, also on failure
 * @return 0; -1 with the failure recorded
 */
int cli_parse(struct invocation *out, int argc, char **argv);

void cli_release(struct invocation *in);

/** The name of a verb, without its dashes. */
const char *cli_verb_name(enum verb verb);

/** Append the text of --help, in lines of at most `width` columns as far as words allow it. */
void cli_help(struct buf *out, size_t width);

/** The same of -h: how each verb is called, and which options there are. */
void cli_usage(struct buf *out, size_t width);

#endif
