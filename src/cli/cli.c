#include "cli/cli.h"

#include <getopt.h>

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
#define HOOK(id, name) "|" name
static const char hooks[] = HOOKS;
#define cli_formats (formats + 1)
#define cli_hooks (hooks + 1)

const struct option_row cli_options[OPTION_COUNT] = {
#define OPTION(id, letter, name, argument, choices, field, help)                                   \
	{letter, name, argument, choices, offsetof(struct invocation, field), help},
#include "cli/cli.def"
};

/* The options, then the commands. getopt_long calls a long option by its row and LONG. */
enum { ROWS = OPTION_COUNT + sizeof cli_commands / sizeof *cli_commands - 1, LONG = 256 };

/* Of the option or command of that row; NULL: it has a letter only. */
static const char *name_of(size_t row)
{
	return row < OPTION_COUNT ? cli_options[row].name : cli_commands[row - OPTION_COUNT]->name;
}

static const char *nearest(const char *word)
{
	return nearest_name(word, strcspn(word, "="), name_of, ROWS);
}

/* Say why getopt_long does not take a word, in which it has come to that option. */
static int refuse(const char *word, int option)
{
	bool is_long = word[1] == '-';
	const char *name = word + 1 + is_long, *meant = nearest(name);
	const char letter[] = {'-', (char)option, '\0'};
	size_t len = strcspn(name, "="), count = 0, i;
	struct buf fits = BUF_INIT;

	for (i = 0; i < ROWS && is_long && len; i++)
		if (name_of(i) && strncmp(name_of(i), name, len) == 0)
			buf_addf(&fits, "%s--%s", count++ ? ", " : "", name_of(i));
	if (option >= LONG)
		error_set("option takes no argument: '%s' (see pycguard --help)", word);
	else if (count)
		error_set("ambiguous option '%s': it could be %s", word, fits.ptr);
	else if (meant && (is_long || len > 2)) /* one dash before a long name is a slip */
		error_set("unknown option '%s': did you mean --%s?", word, meant);
	else
		error_set("unknown option '%s' (see pycguard --help)", is_long ? word : letter);
	buf_free(&fits);
	return -1;
}

static bool is_one_of(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (; *choices; choices += strcspn(choices, "|"), choices += *choices == '|')
		if (strcspn(choices, "|") == len && strncmp(choices, value, len) == 0)
			return true;
	return false;
}

static int take(struct invocation *out, unsigned *given, int row, const char *value)
{
	const struct command *command;

	if (row >= OPTION_COUNT) {
		command = cli_commands[row - OPTION_COUNT];
		if (out->command && out->command != command)
			return error_set("one command per run: --%s and --%s exclude each other",
				out->command->name, command->name);
		out->command = command;
		return 0;
	}
	const struct option_row *option = &cli_options[row];
	*given |= 1U << row;
	if (!option->argument) {
		*(bool *)((char *)out + option->field) = true;
		return 0;
	}
	if (option->choices && !is_one_of(option->choices, value))
		return error_set("--%s takes %s, not '%s'", option->name, option->choices, value);
	*(const char **)((char *)out + option->field) = value;
	for (int i = 0; row == OPTION_HOOK && i < HOOK_COUNT; i++)
		if (strcmp(hook_names[i], value) == 0)
			out->hooks |= 1U << i;
	if (row == OPTION_DIRECTORY && *value && chdir(value) < 0)
		return error_os(errno, "cannot change to directory '%s'", value);
	return 0;
}

/* That the command has every option of `given`, and takes as many operands. */
static int check_command(const struct invocation *in, unsigned given)
{
	const struct command *command = in->command;
	const char *operands = command->operands, *at;
	int most = operands ? 1 : 0;

	for (int i = 0; i < OPTION_COUNT; i++) {
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
	char letters[2 * OPTION_COUNT + 3] = "-:", *letter = letters + 2;
	struct option names[ROWS + 1] = {{.name = NULL}}, *name = names;
	int letter_rows[LONG] = {0}, got, at = 1;
	unsigned given = 0;

	*out = (struct invocation){.format = "human", .operands = argv + (argc > 0)};
	for (int row = 0; row < ROWS; row++) {
		const struct option_row *option = row < OPTION_COUNT ? &cli_options[row] : NULL;
		bool takes = option && option->argument;

		if (name_of((size_t)row))
			*name++ = (struct option){name_of((size_t)row),
				takes ? required_argument : no_argument, NULL, LONG + row};
		if (!option || !option->letter)
			continue;
		letter_rows[(unsigned char)option->letter] = row;
		*letter++ = option->letter;
		if (takes)
			*letter++ = ':';
	}
	opterr = 0;
	for (; (got = getopt_long(argc, argv, letters, names, NULL)) >= 0; at = optind) {
		if (got == 1)
			out->operands[out->operand_count++] = optarg;
		else if (got == '?')
			return refuse(argv[at], optopt);
		else if (got == ':')
			return error_set(
				"missing argument to option '%s' (see pycguard --help)", argv[at]);
		else if (take(out, &given, got < LONG ? letter_rows[got] : got - LONG, optarg) < 0)
			return -1;
	}
	for (; optind < argc; out->after_dashes++)
		out->operands[out->operand_count++] = argv[optind++];
	if (out->help || out->version)
		return 0;
	/* `pycguard install` would look for a file of that name. One that is there is a path all
	 * the same. */
	const char *word = out->operands[0];
	const char *meant =
		out->command || out->operand_count == out->after_dashes ? NULL : nearest(word);
	if (meant && access(word, F_OK) != 0)
		return error_set("no command and no file '%s': did you mean --%s? (a path that is "
				 "not on disk goes after --)",
			word, meant);
	if (!out->command)
		out->command = cli_commands[0];
	return check_command(out, given);
}
