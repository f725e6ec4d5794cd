/*
 * cli - the command line: the tables of commands and options, parsing, help, the exit statuses.
 * How an option is added is in src/README.md; a command is a row in cli.def, and a struct command
 * in its file cmd_*.c. Parsing, help and the completions come from there.
 */
#ifndef PYCGUARD_CLI_H
#define PYCGUARD_CLI_H

#include "base/base.h"

enum {
	STATUS_CLEAN = 0,    /* nothing to reject */
	STATUS_REJECTED = 1, /* something rejected */
	STATUS_FAILED = 2,   /* it could not look; why is recorded in error.h */
};

enum option_id {
#define OPTION(id, letter, name, argument, choices, field, help) OPTION_##id,
#include "cli/cli.def"
	OPTION_COUNT
};

/* Sets of options. */
#define CLI_OPTION(id) (1U << OPTION_##id)
#define CLI_POLICY (CLI_OPTION(POLICY) | CLI_OPTION(EXTEND))
#define CLI_REPORT                                                                                 \
	(CLI_POLICY | CLI_OPTION(FORMAT) | CLI_OPTION(OUTPUT) | CLI_OPTION(STATISTICS) |           \
		CLI_OPTION(EXIT_ZERO) | CLI_OPTION(STRICT) | CLI_OPTION(NULL_BYTES))
#define CLI_CHANGE (CLI_OPTION(DRY_RUN) | CLI_OPTION(NULL_BYTES))
/* What every command has. */
#define CLI_COMMON                                                                                 \
	(CLI_OPTION(DIRECTORY) | CLI_OPTION(QUIET) | CLI_OPTION(VERBOSE) | CLI_OPTION(COLOR) |     \
		CLI_OPTION(HELP) | CLI_OPTION(VERSION))

struct environment;
struct job;

/** What the user asked for. All strings are borrowed from argv. */
struct invocation {
	const struct command *command;
	const char *policy, *extend, *output, *reason; /* NULL: not given */
	const char *format;                            /* as given; "human" by default */
	const char *color;            /* "always", "never", "auto", or NULL, which is the same */
	const char *hook, *directory; /* the last ones */
	bool statistics, exit_zero, strict;
	bool squash, staged, all, force, dry_run;
	bool paths_only; /* -z */
	bool quiet, verbose;
	bool help, version;
	unsigned hooks; /* --hook: a bit for each enum hook */
	char **operands;
	int operand_count;
	int after_dashes; /* how many of them stood after "--" */
};

/** One command: what it is called, which options it has, and what it does. */
struct command {
	const char *name;     /* without its dashes */
	const char *operands; /* "PATH...", "[REMOTE [URL]]": how many it takes; NULL: none */
	unsigned options;     /* CLI_OPTION of each; those of CLI_COMMON besides */
	const char *summary;  /* for the list of all commands */
	const char *help;     /* what more there is to say */
	const char *examples[2];
	/** @return STATUS_CLEAN or STATUS_REJECTED; STATUS_FAILED, with the failure recorded */
	int (*run)(const struct invocation *in, const struct environment *env);
	int (*body)(struct job *job); /* or, for one that works on the index: cmd_with_index */
};

#define COMMAND(name) extern const struct command cmd_##name;
#include "cli/cli.def"

/** Every command; NULL after the last. */
extern const struct command *const cli_commands[];

struct option_row {
	char letter;          /* 0: none */
	const char *name;     /* NULL: none */
	const char *argument; /* what help calls it; NULL: none */
	const char *choices;  /* "A|B": the argument is one of these; NULL: any */
	size_t field;         /* of struct invocation */
	const char *help;
};

extern const struct option_row cli_options[OPTION_COUNT];

/**
 * Read the command line, whose array is put in order for that. -C takes effect at once, as git's
 * does: what follows is relative to it.
 *
 * @return 0; -1 with the failure recorded
 */
int cli_parse(struct invocation *out, int argc, char **argv);

/** Append the help of a command, or of all when it is NULL, in lines of at most `width` columns. */
void cli_help(struct buf *out, const struct command *command, size_t width);

#endif
