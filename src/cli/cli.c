#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/path.h"
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

/* What getopt_long gives back for a row: options first, then commands; above every letter. */
enum {
	ROW = 256,
	COMMANDS = sizeof cli_commands / sizeof *cli_commands - 1,
	ROWS = OPTION_COUNT + COMMANDS,
};

struct tables {
	struct option rows[ROWS + 1];
	char letters[2 * OPTION_COUNT + 2];
};

/* Of the option or command of that row; NULL: it has a letter only. */
static const char *name_of(size_t row)
{
	return row < OPTION_COUNT ? cli_options[row].name : cli_commands[row - OPTION_COUNT]->name;
}

static void build_tables(struct tables *t)
{
	struct option *row = t->rows;
	char *letter = t->letters;
	int i;

	memset(t, 0, sizeof *t);
	*letter++ = ':'; /* tell a missing argument from an unknown option */
	for (i = 0; i < ROWS; i++) {
		const struct option_row *option = i < OPTION_COUNT ? &cli_options[i] : NULL;
		bool argument = option && option->argument;

		if (name_of(i))
			*row++ = (struct option){name_of(i),
				argument ? required_argument : no_argument, NULL, ROW + i};
		if (option && option->letter)
			*letter++ = option->letter;
		if (option && option->letter && argument)
			*letter++ = ':';
	}
}

static int usage_error(const char *what, const char *subject)
{
	return error_set("%s '%s' (see pycguard --help)", what, subject);
}

static const char *nearest_option(const char *word)
{
	return nearest_name(word, strcspn(word, "="), name_of, ROWS);
}

/* Appends every long option that begins with the word; how many there are. */
static size_t add_candidates(struct buf *out, const char *word, size_t len)
{
	size_t i, count = 0;

	for (i = 0; i < ROWS; i++)
		if (name_of(i) && strncmp(name_of(i), word, len) == 0)
			buf_addf(out, "%s--%s", count++ ? ", " : "", name_of(i));
	return count;
}

/* `word` is what stands after the dashes of `option`. */
static int unknown_option(const char *option, const char *word)
{
	size_t len = strcspn(word, "=");
	const char *meant = nearest_option(word);
	struct buf candidates = BUF_INIT;

	if (len && add_candidates(&candidates, word, len) > 1)
		error_set("ambiguous option '%s': it could be %s", option, candidates.ptr);
	else if (meant)
		error_set("unknown option '%s': did you mean --%s?", option, meant);
	else
		usage_error("unknown option", option);
	buf_free(&candidates);
	return -1;
}

/* getopt's '?': an option that is unknown, ambiguous, or has an argument it does not take. */
static int bad_option(char **argv)
{
	const char *word = argv[optind - 1];
	const char letter[] = {'-', (char)optopt, '\0'};

	if (optopt >= ROW)
		return usage_error("option takes no argument:", word);
	if (!optopt)
		return unknown_option(word, word + 2);
	if (word[0] != '-' || word[1] == '-' || !strchr(word, optopt))
		word = argv[optind]; /* more of it is to be read */
	/* One dash before a long name is a slip. */
	if (word && word[0] == '-' && word[1] != '-' && strlen(word) > 3 &&
		nearest_option(word + 1))
		return unknown_option(word, word + 1);
	return usage_error("unknown option", letter);
}

static int take_command(struct invocation *out, const struct command *command)
{
	if (out->command && out->command != command)
		return error_set("one command per run: --%s and --%s exclude each other",
			out->command->name, command->name);
	out->command = command;
	return 0;
}

static bool is_one_of(const char *choices, const char *value)
{
	size_t len = strlen(value);
	const char *at;

	for (at = choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
		if (strcspn(at, "|") == len && strncmp(at, value, len) == 0)
			return true;
	return false;
}

static int take_option(struct invocation *out, enum option_id id, const char *value)
{
	const struct option_row *row = &cli_options[id];
	char *field = (char *)out + row->field;
	int i;

	if (!row->argument) {
		*(bool *)field = true;
		return 0;
	}
	if (row->choices && !is_one_of(row->choices, value))
		return error_set("--%s takes %s, not '%s'", row->name, row->choices, value);
	*(const char **)field = value;
	for (i = 0; id == OPTION_HOOK && i < HOOK_COUNT; i++)
		if (strcmp(hook_names[i], value) == 0)
			out->hooks |= 1U << i;
	if (id == OPTION_DIRECTORY && *value && chdir(value) < 0)
		return error_os(errno, "cannot change to directory '%s'", value);
	return 0;
}

static enum option_id option_of_letter(int letter)
{
	int i;

	for (i = 0; i < OPTION_COUNT && cli_options[i].letter != letter; i++)
		;
	return (enum option_id)i;
}

/* `pycguard install` would look for a file of that name. One that is there is a path all the
 * same. */
static int check_not_a_command(const struct invocation *in)
{
	const char *word = in->operand_count ? in->operands[0] : "";
	const char *meant = nearest_option(word);

	if (in->operand_count == in->after_dashes || !meant || access(word, F_OK) == 0)
		return 0;
	return error_set("no command and no file '%s': did you mean --%s? (a path that is not on "
			 "disk goes after --)",
		word, meant);
}

/* That the command has every option of `given`, and takes as many operands. */
static int check_command(const struct invocation *in, unsigned given)
{
	const struct command *command = in->command;
	int i;

	for (i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &cli_options[i];
		const char letter[] = {row->letter, '\0'};

		if (given & ~(command->options | CLI_COMMON) & 1U << i)
			return error_set("--%s has no option '%s%s' (see pycguard --%s --help)",
				command->name, row->name ? "--" : "-",
				row->name ? row->name : letter, command->name);
	}
	if (in->operand_count < command->least)
		return error_set("--%s needs %s (see pycguard --%s --help)", command->name,
			command->operands, command->name);
	if (command->most >= 0 && in->operand_count > command->most)
		return usage_error("unexpected argument", in->operands[command->most]);
	return 0;
}

/* getopt_long moves operands about, so those after "--" are counted before. */
static int count_after_dashes(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0)
			return argc - i - 1;
	return 0;
}

int cli_parse(struct invocation *out, int argc, char **argv)
{
	struct tables t;
	unsigned given = 0;
	int c, id, status = 0;

	*out = (struct invocation){.format = "human"};
	out->after_dashes = count_after_dashes(argc, argv);
	build_tables(&t);
	opterr = 0;
	while (status == 0 && (c = getopt_long(argc, argv, t.letters, t.rows, NULL)) != -1) {
		id = c < ROW ? (int)option_of_letter(c) : c - ROW;
		if (c == '?')
			status = bad_option(argv);
		else if (c == ':')
			status = usage_error("missing argument to option", argv[optind - 1]);
		else if (id >= OPTION_COUNT)
			status = take_command(out, cli_commands[id - OPTION_COUNT]);
		else
			status = take_option(out, (enum option_id)id, optarg);
		if (status == 0 && id < OPTION_COUNT)
			given |= 1U << id;
	}
	out->operands = argv + optind;
	out->operand_count = argc - optind;
	if (status < 0 || out->help || out->version)
		return status;
	if (!out->command && check_not_a_command(out) < 0)
		return -1;
	if (!out->command)
		out->command = cli_commands[0];
	return check_command(out, given);
}
