/*
 * cli_rows - the table of cli.def, for what reads it: parsing (cli.c), help (cli_help.c), and the
 * answer to a word that is not in it (cli_nearest.c).
 */
#ifndef PYCGUARD_CLI_ROWS_H
#define PYCGUARD_CLI_ROWS_H

#include <stddef.h>

#include "cli.h"

enum option_id {
#define OPTION(name, letter, text, argument, help) name,
#include "cli.def"
	OPTION_COUNT
};

struct verb_row {
	const char *name;     /* without its dashes, as everywhere here */
	const char *operands; /* "[PATH...]"; NULL: none */
	int least, most;      /* so many operands; most -1: any number */
	const char *help;
};

struct option_row {
	char letter;      /* 0: none */
	const char *name; /* NULL: none */
	const char *argument;
	const char *help;
};

extern const struct verb_row verb_rows[VERB_COUNT];
extern const struct option_row option_rows[OPTION_COUNT];

/** The long name of a row, the verbs first, then the options; NULL: that option has none. */
const char *cli_long_name(size_t row);

enum { CLI_ROWS = VERB_COUNT + OPTION_COUNT };

/**
 * The verb or option that a word, without its dashes, was probably meant to be: one that begins or
 * ends with it, or is a slip of the finger or two away. NULL: none is near.
 */
const char *cli_nearest(const char *word, size_t len);

#endif
