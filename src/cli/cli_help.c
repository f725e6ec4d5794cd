#include "cli/cli.h"

/* Where lines are shorter than ROOM, or words are long, the text is below them, so far indented. */
enum { ROOM = 64, INDENT = 8 };

/* One row: the words, in a column of that width, and the text. */
static void help_row(
	struct buf *out, const struct buf *words, size_t column, const char *text, size_t width)
{
	size_t indent = width < ROOM ? INDENT : column + 4;

	if (width < ROOM || words->len > column)
		buf_addf(out, "  %s\n%*s", words->ptr, (int)indent, "");
	else
		buf_addf(out, "  %-*s", (int)indent - 2, words->ptr);
	buf_wrap(out, text, indent, width);
	buf_addc(out, '\n');
}

int cli_help(const struct command *command, size_t width)
{
	struct buf out = BUF_INIT, words = BUF_INIT, text = BUF_INIT;

	buf_adds(&words, command ? "pycguard --" : "pycguard [COMMAND] [OPTION...] [ARGUMENT...]");
	if (command)
		buf_addf(&words, "%s [OPTION...]%s%s", command->name, command->operands ? " " : "",
			command->operands ? command->operands : "");
	buf_adds(&out, "usage: ");
	buf_wrap(&out, words.ptr, strlen("usage: "), width);
	buf_adds(&out, "\n\n");
	buf_wrap(&out,
		command ? command->help :
			  "Keeps Python bytecode out of git. One command per run; the default is "
			  "--check-staged. Options and examples of a command: pycguard COMMAND "
			  "--help",
		0, width);
	buf_adds(&out, "\n\n");
	for (size_t i = 0; !command && cli_commands[i]; i++) {
		buf_clear(&words);
		buf_addf(&words, "--%s", cli_commands[i]->name);
		help_row(&out, &words, 16, cli_commands[i]->summary, width);
	}
	buf_adds(&out, command ? "Options:\n" : "\nOptions of every command:\n");
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &cli_options[i];

		if (!((CLI_COMMON | (command ? command->options : 0)) & 1U << i))
			continue;
		buf_clear(&words);
		buf_clear(&text);
		if (row->letter)
			buf_addf(&words, row->name ? "-%c, " : "-%c", row->letter);
		if (row->name)
			buf_addf(&words, "--%s", row->name);
		if (row->argument)
			buf_addf(&words, " %s", row->argument);
		buf_addf(&text, row->choices ? "%s: " : "%s", row->help);
		for (const char *choice = row->choices; choice && *choice; choice++)
			buf_adds(&text, *choice == '|' ? ", " : (const char[]){*choice, '\0'});
		help_row(&out, &words, 15, text.ptr, width);
	}
	buf_adds(&out, command ? "\nExamples:\n" : "\n");
	if (!command)
		buf_wrap(&out,
			"Exit status: 0 nothing to reject, 1 something rejected, 2 it could not "
			"look.\n",
			0, width);
	for (size_t i = 0; command && i < sizeof command->examples / sizeof *command->examples; i++)
		buf_addf(&out, "  pycguard %s\n", command->examples[i]);
	buf_free(&words);
	buf_free(&text);
	int status = report_write(&out);
	buf_free(&out);
	return status;
}
