/*
 * generate TEMPLATE SCRIPT - fills in a completion script at build time, so that no shell knows of
 * other options than the program. Replaced are:
 *
 *     @options@      every option and verb, "-C --policy ..."
 *     @verbs@        the verbs, "--check-staged ..."
 *     @takes:KIND@   the verbs whose operands are of that kind: REV, RULE, DIR, PATH or none
 *     @format@ @color@ @hook@   the values of that option
 *     @rules@        the ids of the rules
 *     @zsh@ @fish@   a line an option, in that shell's language
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	bool verb;
	char letter;
	const char *name, *argument, *help;
};

static const struct row rows[] = {
#define VERB(id, text, operands, least, most, help) {true, 0, text, operands, help},
#define OPTION(id, letter, text, argument, help) {false, letter, text, argument, help},
#include "../cli.def"
};

enum { ROWS = sizeof rows / sizeof *rows };

static const char formats[] =
#define FORMAT(name, printer) " " name
#include "../formats.def"
	;

static const char hooks[] =
#define HOOK(id, name, section, check, where) " " name
#include "../hooks.def"
	;

static const char rules[] =
#define RULE(id, name, summary, why, example, mend) " " name
#include "../rules.def"
	;

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

/* "a b" of the values that an option takes; NULL: any word. */
static const char *choices(const struct row *row)
{
	static char spread[64];
	char *bar;

	if (is(row->name, "format"))
		return formats + 1;
	if (is(row->name, "hook"))
		return hooks + 1;
	if (!row->argument || !strchr(row->argument, '|') || strlen(row->argument) >= sizeof spread)
		return NULL;
	strcpy(spread, row->argument);
	while ((bar = strchr(spread, '|')))
		*bar = ' ';
	return spread;
}

/* What a verb's operands mainly are. */
static const char *kind(const struct row *verb)
{
	static const char *const kinds[] = {"RULE", "REV", "DIR", "PATH"};
	size_t i;

	for (i = 0; verb->argument && i < sizeof kinds / sizeof *kinds; i++)
		if (strstr(verb->argument, kinds[i]))
			return kinds[i];
	return "none";
}

static void put_words(bool options, const char *of_kind)
{
	const char *blank = "";
	int i;

	for (i = 0; i < ROWS; i++) {
		if (!rows[i].verb && !options)
			continue;
		if (of_kind && strcmp(kind(&rows[i]), of_kind) != 0)
			continue;
		if (rows[i].letter)
			printf("%s-%c", blank, rows[i].letter);
		blank = rows[i].letter ? " " : blank;
		if (rows[i].name)
			printf("%s--%s", blank, rows[i].name);
		blank = " ";
	}
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

/* '(OTHERS)--dry-run[HELP]:ARGUMENT:ACTION', of zsh's _arguments: one for the letter, one for the
 * name. */
static void put_zsh_row(const struct row *row, bool letter)
{
	fputs("    '(", stdout);
	if (row->verb)
		put_words(false, NULL);
	else if (letter && row->name)
		printf("--%s", row->name);
	else if (!letter && row->letter)
		printf("-%c", row->letter);
	if (letter)
		printf(")-%c%s[", row->letter, row->argument ? "+" : "");
	else
		printf(")--%s%s[", row->name, row->argument && !row->verb ? "=" : "");
	put_quoted(row->help, "'\\''", "[]:\\");
	putchar(']');
	if (row->argument && !row->verb) {
		printf(":%s:", row->name ? row->name : "directory");
		if (choices(row))
			printf("(%s)", choices(row));
		else
			fputs(is(row->argument, "DIR") ? "_directories" : "_files", stdout);
	}
	fputs("' \\\n", stdout);
}

static void put_zsh(void)
{
	int i;

	for (i = 0; i < ROWS; i++) {
		if (rows[i].letter)
			put_zsh_row(&rows[i], true);
		if (rows[i].name)
			put_zsh_row(&rows[i], false);
	}
}

static void put_fish(void)
{
	int i;

	for (i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		fputs("complete -c pycguard", stdout);
		if (row->verb)
			fputs(" -n '__pycguard_verb unnamed'", stdout);
		if (row->letter)
			printf(" -s %c", row->letter);
		if (row->name)
			printf(" -l %s", row->name);
		if (!row->verb && choices(row))
			printf(" -x -a '%s'", choices(row));
		else if (!row->verb && is(row->argument, "DIR"))
			fputs(" -x -a '(__fish_complete_directories)'", stdout);
		else if (!row->verb && row->argument)
			fputs(" -r -F", stdout);
		fputs(" -d '", stdout);
		put_quoted(row->help, "\\'", "\\");
		fputs("'\n", stdout);
	}
}

static void put_choices(const char *name)
{
	int i;

	for (i = 0; i < ROWS; i++)
		if (!rows[i].verb && is(rows[i].name, name) && choices(&rows[i]))
			fputs(choices(&rows[i]), stdout);
}

static bool put(const char *name)
{
	static const char takes[] = "takes:";

	if (is(name, "options"))
		put_words(true, NULL);
	else if (is(name, "verbs"))
		put_words(false, NULL);
	else if (strncmp(name, takes, strlen(takes)) == 0)
		put_words(false, name + strlen(takes));
	else if (is(name, "format") || is(name, "color") || is(name, "hook"))
		put_choices(name);
	else if (is(name, "rules"))
		fputs(rules + 1, stdout);
	else if (is(name, "zsh"))
		put_zsh();
	else if (is(name, "fish"))
		put_fish();
	else
		return false;
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
		if (is(start + 1, "zsh") || is(start + 1, "fish"))
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
