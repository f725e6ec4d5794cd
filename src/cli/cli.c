#include "cli/cli.h"

#include <limits.h>

#include "base/nearest.h"
#include "hooks/hooks.h"

const struct command *const cli_commands[] = {
#define COMMAND(name) &cmd_##name,
#include "cli/cli.def"
	NULL,
};

#define FORMAT(name, printer) "|" name
static const char formats[] =
#include "report/formats.def"
	;
#undef FORMAT
#define HOOK(id, name) "|" name
static const char hooks[] = HOOKS;
#undef HOOK
#define cli_formats (formats + 1)
#define cli_hooks (hooks + 1)

const struct option_row cli_options[OPTION_COUNT] = {
#define OPTION(id, letter, name, argument, choices, field, help)                                   \
	{letter, name, argument, choices, offsetof(struct invocation, field), help},
#include "cli/cli.def"
};

/* The options, then the commands. */
enum { ROWS = OPTION_COUNT + sizeof cli_commands / sizeof *cli_commands - 1 };

/* Of the option or command of that row; NULL: it has a letter only. */
static const char *name_of(size_t row)
{
	return row < OPTION_COUNT ? cli_options[row].name : cli_commands[row - OPTION_COUNT]->name;
}

static const char *nearest(const char *word)
{
	return nearest_name(word, strcspn(word, "="), name_of, ROWS);
}

/* `name` is what stands after the dashes of `option`. */
static int unknown(const char *option, const char *name)
{
	const char *meant = nearest(name);

	if (meant)
		return error_set("unknown option '%s': did you mean --%s?", option, meant);
	return error_set("unknown option '%s' (see pycguard --help)", option);
}

/* The row of that long option, which may be cut short as long as one alone is meant. */
static int row_of_name(const char *option)
{
	size_t len = strcspn(option + 2, "="), count = 0;
	struct buf fits = BUF_INIT;
	int i, found = -1;

	for (i = 0; i < ROWS && len; i++) {
		if (!name_of(i) || strncmp(name_of(i), option + 2, len) != 0)
			continue;
		found = i;
		if (!name_of(i)[len]) {
			count = 1;
			break;
		}
		buf_addf(&fits, "%s--%s", count++ ? ", " : "", name_of(i));
	}
	if (count > 1)
		found = error_set("ambiguous option '%s': it could be %s", option, fits.ptr);
	else if (count == 0)
		unknown(option, option + 2);
	buf_free(&fits);
	return found;
}

static int row_of_letter(const char *word, char letter)
{
	const char option[] = {'-', letter, '\0'};
	int i;

	for (i = 0; i < OPTION_COUNT; i++)
		if (cli_options[i].letter == letter)
			return i;
	/* One dash before a long name is a slip. */
	if (strlen(word) > 3 && nearest(word + 1))
		return unknown(word, word + 1);
	return error_set("unknown option '%s' (see pycguard --help)", option);
}

static bool is_one_of(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (; *choices; choices += strcspn(choices, "|"), choices += *choices == '|')
		if (strcspn(choices, "|") == len && strncmp(choices, value, len) == 0)
			return true;
	return false;
}

static int take_argument(struct invocation *out, int row, const char *value)
{
	const struct option_row *option = &cli_options[row];
	int i;

	if (option->choices && !is_one_of(option->choices, value))
		return error_set("--%s takes %s, not '%s'", option->name, option->choices, value);
	*(const char **)((char *)out + option->field) = value;
	for (i = 0; row == OPTION_HOOK && i < HOOK_COUNT; i++)
		if (strcmp(hook_names[i], value) == 0)
			out->hooks |= 1U << i;
	if (row == OPTION_DIRECTORY && *value && chdir(value) < 0)
		return error_os(errno, "cannot change to directory '%s'", value);
	return 0;
}

/* A word that begins with a dash, and the one after it, if that is its argument. */
static int take_word(struct invocation *out, unsigned *given, char ***next)
{
	const char *word = *(*next)++, *letter = word + 1, *value;
	const struct command *command;
	bool is_long = *letter == '-';
	int row, status = 0;

	do {
		row = is_long ? row_of_name(word) : row_of_letter(word, *letter);
		if (row < 0)
			return -1;
		value = is_long ? strchr(word, '=') : letter;
		value = value && (is_long || value[1]) ? value + 1 : NULL;
		if (is_long && value && (row >= OPTION_COUNT || !cli_options[row].argument))
			return error_set(
				"option takes no argument: '%s' (see pycguard --help)", word);
		if (row >= OPTION_COUNT) {
			command = cli_commands[row - OPTION_COUNT];
			if (out->command && out->command != command)
				return error_set("one command per run: --%s and --%s exclude each "
						 "other",
					out->command->name, command->name);
			out->command = command;
		} else if (!cli_options[row].argument) {
			*(bool *)((char *)out + cli_options[row].field) = true;
			letter++;
		} else {
			if (!value && !**next)
				return error_set("missing argument to option '%s' (see pycguard "
						 "--help)",
					word);
			status = take_argument(out, row, value ? value : *(*next)++);
			is_long = true; /* the rest of the word was the argument */
		}
		if (row < OPTION_COUNT)
			*given |= 1U << row;
	} while (status == 0 && !is_long && *letter);
	return status;
}

/* That the command has every option of `given`, and takes as many operands. */
static int check_command(const struct invocation *in, unsigned given)
{
	const struct command *command = in->command;
	const char *operands = command->operands, *at;
	int i, most = operands ? 1 : 0;

	for (i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &cli_options[i];
		const char letter[] = {row->letter, '\0'};

		if (given & ~(command->options | CLI_COMMON) & 1U << i)
			return error_set("--%s has no option '%s%s' (see pycguard --%s --help)",
				command->name, row->name ? "--" : "-",
				row->name ? row->name : letter, command->name);
	}
	for (at = operands; at && *at; at++)
		most += *at == ' ';
	if (operands && *operands != '[' && in->operand_count == 0)
		return error_set("--%s needs %s (see pycguard --%s --help)", command->name,
			operands, command->name);
	if (in->operand_count > most && !(operands && strstr(operands, "...")))
		return error_set(
			"unexpected argument '%s' (see pycguard --help)", in->operands[most]);
	return 0;
}

int cli_parse(struct invocation *out, int argc, char **argv)
{
	const char *word, *meant;
	unsigned given = 0;
	char **next = argv + (argc > 0);

	*out = (struct invocation){.format = "human", .operands = next};
	while (*next) {
		if (out->after_dashes || **next != '-' || !(*next)[1]) {
			out->operands[out->operand_count++] = *next++;
		} else if (strcmp(*next, "--") == 0) {
			out->after_dashes = (int)(argv + argc - ++next);
			if (!out->after_dashes)
				break;
		} else if (take_word(out, &given, &next) < 0) {
			return -1;
		}
	}
	if (out->help || out->version)
		return 0;
	/* `pycguard install` would look for a file of that name. One that is there is a path all
	 * the same. */
	word = out->operands[0];
	meant = out->command || out->operand_count == out->after_dashes ? NULL : nearest(word);
	if (meant && access(word, F_OK) != 0)
		return error_set("no command and no file '%s': did you mean --%s? (a path that is "
				 "not on disk goes after --)",
			word, meant);
	if (!out->command)
		out->command = cli_commands[0];
	return check_command(out, given);
}
