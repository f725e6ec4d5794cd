/*
 * generate TEMPLATE SCRIPT - fills in a completion script at build time, so that no shell knows of
 * other options than the program. Replaced are:
 *
 *     @commands@     every command, "--check-staged ..."
 *     @takes:KIND@   the commands whose operands are of that kind: REV, RULE, DIR, PATH or none
 *     @OPTION@       the values of that option
 *     @rules@        the ids of the rules
 *     @bash@         the function that knows the options of each command
 *     @zsh@ @fish@   a line for each command and option, in that shell's language
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const char rules[] =
#define RULE(id, name, summary, why, example, mend) " " name
#include "policy/rules.def"
	;

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

/* What a command's operands mainly are. */
static const char *kind(const struct command *command)
{
	static const char *const kinds[] = {"RULE", "REV", "DIR", "PATH"};
	size_t i;

	for (i = 0; command->operands && i < sizeof kinds / sizeof *kinds; i++)
		if (strstr(command->operands, kinds[i]))
			return kinds[i];
	return "none";
}

static void put_commands(const char *of_kind)
{
	size_t i;

	for (i = 0; cli_commands[i]; i++)
		if (!of_kind || is(kind(cli_commands[i]), of_kind))
			printf(" --%s", cli_commands[i]->name);
}

static void put_options(unsigned set)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++) {
		if (set & 1U << i && cli_options[i].letter)
			printf(" -%c", cli_options[i].letter);
		if (set & 1U << i && cli_options[i].name)
			printf(" --%s", cli_options[i].name);
	}
}

static void put_choices(const char *choices)
{
	for (; *choices; choices++)
		putchar(*choices == '|' ? ' ' : *choices);
}

/* Text in single quotes; `special` bytes get a backslash. */
static void put_quoted(const char *text, const char *quote, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'') {
			fputs(quote, stdout);
			continue;
		}
		if (strchr(special, *text))
			putchar('\\');
		putchar(*text);
	}
}

static void put_bash(void)
{
	size_t i;

	puts("_pycguard_options() {\n    case $1 in");
	for (i = 0; cli_commands[i]; i++) {
		printf("    --%s) echo '", cli_commands[i]->name);
		put_options(cli_commands[i]->options | CLI_COMMON);
		puts("' ;;");
	}
	puts("    esac\n}");
}

/* '(OTHERS)--dry-run=[HELP]:NAME:ACTION', of zsh's _arguments: one for the letter, one for the
 * name. */
static void put_zsh_option(const struct option_row *row, bool letter)
{
	bool both = row->letter && row->name;

	fputs("    '", stdout);
	if (both && letter)
		printf("(--%s)", row->name);
	else if (both)
		printf("(-%c)", row->letter);
	if (letter)
		printf("-%c%s[", row->letter, row->argument ? "+" : "");
	else
		printf("--%s%s[", row->name, row->argument ? "=" : "");
	put_quoted(row->help, "'\\''", "[]:\\");
	putchar(']');
	if (row->argument)
		printf(":%s:", row->argument);
	if (row->choices) {
		putchar('(');
		put_choices(row->choices);
		putchar(')');
	} else if (is(row->argument, "DIR")) {
		fputs("_directories", stdout);
	} else if (is(row->argument, "FILE")) {
		fputs("_files", stdout);
	}
	fputs("' \\\n", stdout);
}

/* A command excludes the others, and the options that it does not have. */
static void put_zsh(void)
{
	size_t i;

	for (i = 0; cli_commands[i]; i++) {
		fputs("    '(", stdout);
		put_commands(NULL);
		put_options(~(cli_commands[i]->options | CLI_COMMON));
		printf(")--%s[", cli_commands[i]->name);
		put_quoted(cli_commands[i]->summary, "'\\''", "[]:\\");
		fputs("]' \\\n", stdout);
	}
	for (i = 0; i < OPTION_COUNT; i++) {
		if (cli_options[i].letter)
			put_zsh_option(&cli_options[i], true);
		if (cli_options[i].name)
			put_zsh_option(&cli_options[i], false);
	}
}

static void put_fish_help(const char *help)
{
	fputs(" -d '", stdout);
	put_quoted(help, "\\'", "\\");
	fputs("'\n", stdout);
}

static void put_fish_option(size_t id)
{
	const struct option_row *row = &cli_options[id];
	size_t i;

	fputs("complete -c pycguard", stdout);
	if (!(CLI_COMMON & 1U << id)) {
		fputs(" -n 'contains -- (__pycguard_command)", stdout);
		for (i = 0; cli_commands[i]; i++)
			if (cli_commands[i]->options & 1U << id)
				printf(" --%s", cli_commands[i]->name);
		putchar('\'');
	}
	if (row->letter)
		printf(" -s %c", row->letter);
	if (row->name)
		printf(" -l %s", row->name);
	if (row->choices) {
		fputs(" -x -a '", stdout);
		put_choices(row->choices);
		putchar('\'');
	} else if (is(row->argument, "DIR")) {
		fputs(" -x -a '(__fish_complete_directories)'", stdout);
	} else if (row->argument) {
		fputs(is(row->argument, "FILE") ? " -r -F" : " -x", stdout);
	}
	put_fish_help(row->help);
}

static void put_fish(void)
{
	size_t i;

	for (i = 0; cli_commands[i]; i++) {
		printf("complete -c pycguard -n '__pycguard_takes unnamed' -l %s",
			cli_commands[i]->name);
		put_fish_help(cli_commands[i]->summary);
	}
	for (i = 0; i < OPTION_COUNT; i++)
		put_fish_option(i);
}

static bool put_values(const char *option)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT && !is(cli_options[i].name, option); i++)
		;
	if (i == OPTION_COUNT || !cli_options[i].choices)
		return false;
	put_choices(cli_options[i].choices);
	return true;
}

static bool put(const char *name)
{
	static const char takes[] = "takes:";

	if (is(name, "commands"))
		put_commands(NULL);
	else if (strncmp(name, takes, strlen(takes)) == 0)
		put_commands(name + strlen(takes));
	else if (is(name, "rules"))
		fputs(rules, stdout);
	else if (is(name, "bash"))
		put_bash();
	else if (is(name, "zsh"))
		put_zsh();
	else if (is(name, "fish"))
		put_fish();
	else
		return put_values(name);
	return true;
}

/* A line of the script. A shell's own @ has no second one after it. */
static bool put_line(char *line)
{
	char *start, *end;

	while ((start = strchr(line, '@')) && (end = strchr(start + 1, '@'))) {
		*start = *end = '\0';
		fputs(line, stdout);
		if (!put(start + 1)) {
			fprintf(stderr, "generate: unknown word '@%s@'\n", start + 1);
			return false;
		}
		line = end + 1;
		/* What is a line by itself ends its own. */
		if (is(start + 1, "bash") || is(start + 1, "zsh") || is(start + 1, "fish"))
			line += *line == '\n';
	}
	fputs(line, stdout);
	return true;
}

int main(int argc, char **argv)
{
	char line[1024];

	if (argc != 3 || !freopen(argv[1], "r", stdin) || !freopen(argv[2], "w", stdout)) {
		fputs("usage: generate TEMPLATE SCRIPT\n", stderr);
		return EXIT_FAILURE;
	}
	while (fgets(line, sizeof line, stdin))
		if (!put_line(line))
			return EXIT_FAILURE;
	return ferror(stdin) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
