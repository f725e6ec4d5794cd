#include "cli_rows.h"

const struct verb_row verb_rows[VERB_COUNT] = {
#define VERB(name, text, operands, least, most, help) [name] = {text, operands, least, most, help},
#include "cli.def"
};

const struct option_row option_rows[OPTION_COUNT] = {
#define OPTION(name, letter, text, argument, help) [name] = {letter, text, argument, help},
#include "cli.def"
};

const char *cli_long_name(size_t row)
{
	return row < VERB_COUNT ? verb_rows[row].name : option_rows[row - VERB_COUNT].name;
}
