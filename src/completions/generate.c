/*
 * generate TEMPLATE SCRIPT - fills in a completion script at build time, so that no shell knows of
 * other options than the program. Its line "@table@" becomes calls of functions that the script
 * defines, with '' for what there is not and lists between blanks:
 *
 *     _pycguard_command NAME KIND SUMMARY OPTIONS
 *     _pycguard_option LETTER NAME ARGUMENT CHOICES HELP
 *     _pycguard_rules RULES
 *
 * KIND is what the operands mainly are: RULE, REV, DIR or PATH.
 */
#include "cli/cli.h"

/* A call, each word in single quotes for each shell; of choices, a list. */
static void put(const char *function, const char *const *words, size_t count)
{
	fputs(function, stdout);
	for (size_t i = 0; i < count; i++) {
		fputs(" '", stdout);
		for (const char *at = words[i]; at && *at; at++)
			if (*at == '\'')
				fputs("'\\''", stdout);
			else
				putchar(*at == '|' ? ' ' : *at);
		putchar('\'');
	}
	putchar('\n');
}

static void put_table(void)
{
	static const char *const kinds[] = {"RULE", "REV", "DIR", "PATH", ""};
	static const char rules[] =
#define RULE(id, name, ...) " " name
#include "policy/rules.def"
		;

	for (size_t i = 0; cli_commands[i]; i++) {
		const struct command *command = cli_commands[i];
		const char *operands = command->operands ? command->operands : "";
		struct buf options = BUF_INIT;
		size_t kind = 0;

		while (!strstr(operands, kinds[kind]))
			kind++;
		for (size_t k = 0; k < OPTION_COUNT; k++) {
			if (!((command->options | CLI_COMMON) & 1U << k))
				continue;
			if (cli_options[k].letter)
				buf_addf(&options, "%s-%c", options.len ? " " : "",
					cli_options[k].letter);
			if (cli_options[k].name)
				buf_addf(&options, "%s--%s", options.len ? " " : "",
					cli_options[k].name);
		}
		const char *const words[] = {
			command->name, kinds[kind], command->summary, options.ptr};
		put("_pycguard_command", words, 4);
		buf_free(&options);
	}
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &cli_options[i];
		const char letter[] = {row->letter, '\0'};
		const char *const words[] = {
			letter, row->name, row->argument, row->choices, row->help};

		put("_pycguard_option", words, 5);
	}
	put("_pycguard_rules", (const char *const[]){rules + 1}, 1);
}

int main(int argc, char **argv)
{
	char line[1024];

	if (argc != 3 || !freopen(argv[1], "r", stdin) || !freopen(argv[2], "w", stdout)) {
		fputs("usage: generate TEMPLATE SCRIPT\n", stderr);
		return EXIT_FAILURE;
	}
	while (fgets(line, sizeof line, stdin))
		if (strcmp(line, "@table@\n") == 0)
			put_table();
		else
			fputs(line, stdout);
	return ferror(stdin) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
