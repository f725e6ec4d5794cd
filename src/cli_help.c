#include "cli_rows.h"

#include <string.h>

#include "formats.h"

enum {
	COLUMN = 26, /* of the words; the text stands beside them */
	INDENT = 8,  /* of the text, where there is no room for that */
	ROOM = 64,
};

static const char *argument_of(int option)
{
	return option == OPTION_FORMAT ? format_names() : option_rows[option].argument;
}

static void verb_words(struct buf *out, int verb)
{
	buf_addf(out, "--%s", verb_rows[verb].name);
	if (verb_rows[verb].operands)
		buf_addf(out, " %s", verb_rows[verb].operands);
}

static void option_words(struct buf *out, int option)
{
	const struct option_row *row = &option_rows[option];

	if (row->letter)
		buf_addf(out, "-%c", row->letter);
	if (row->letter && row->name)
		buf_adds(out, ", ");
	if (row->name)
		buf_addf(out, "--%s", row->name);
	if (row->argument)
		buf_addf(out, " %s", argument_of(option));
}

/* One row of help: the words in a column, which are taken, and the text beside or, if they are
 * long, below it. */
static void help_row(struct buf *out, struct buf *words, const char *text, size_t width)
{
	size_t indent = width < ROOM ? INDENT : COLUMN + 2;

	if (width < ROOM)
		buf_addf(out, "  %s", words->ptr);
	else
		buf_addf(out, "  %-*s", COLUMN, words->ptr);
	if (width < ROOM || words->len > COLUMN - 1)
		buf_addf(out, "\n%*s", (int)indent, "");
	buf_wrap(out, text, indent, width);
	buf_addc(out, '\n');
	out->failed = out->failed || words->failed;
	buf_free(words);
}

void cli_help(struct buf *out, size_t width)
{
	struct buf words = BUF_INIT;
	int i;

	buf_adds(out, "usage: ");
	buf_wrap(out, "pycguard [VERB] [OPTION...] [--] [OPERAND...]", strlen("usage: "), width);
	buf_adds(out, "\n\n");
	buf_wrap(out,
		"Keeps Python bytecode out of git. One verb a run; with none, --check-staged.", 0,
		width);
	buf_adds(out, "\n\n");
	for (i = 0; i < VERB_COUNT; i++) {
		verb_words(&words, i);
		help_row(out, &words, verb_rows[i].help, width);
	}
	buf_addc(out, '\n');
	for (i = 0; i < OPTION_COUNT; i++) {
		option_words(&words, i);
		help_row(out, &words, option_rows[i].help, width);
	}
	buf_addc(out, '\n');
	buf_wrap(out,
		"Exit status: 0 nothing to reject, 1 something rejected, 2 it could not look.", 0,
		width);
	buf_addc(out, '\n');
}

/* "-n", or the long name where there is no letter, with the argument. */
static void short_option(struct buf *out, int option)
{
	const struct option_row *row = &option_rows[option];

	buf_adds(out, out->len ? " [" : "[");
	if (row->letter)
		buf_addf(out, "-%c", row->letter);
	else
		buf_addf(out, "--%s", row->name);
	/* No blank, where a line could be broken. */
	if (row->argument)
		buf_addf(out, "%s%s", row->letter ? "" : "=", argument_of(option));
	buf_addc(out, ']');
}

void cli_usage(struct buf *out, size_t width)
{
	struct buf words = BUF_INIT;
	int i;

	for (i = 0; i < VERB_COUNT; i++) {
		verb_words(&words, i);
		buf_addf(out, "%spycguard %s\n", i ? "   or: " : "usage: ", words.ptr);
		out->failed = out->failed || words.failed;
		buf_clear(&words);
	}
	for (i = 0; i < OPTION_COUNT; i++)
		short_option(&words, i);
	buf_adds(out, "options: ");
	buf_wrap(out, words.ptr, strlen("options: "), width);
	buf_adds(out, "\n\n");
	buf_wrap(out, "With no verb, --check-staged. What each does: pycguard --help", 0, width);
	buf_addc(out, '\n');
	out->failed = out->failed || words.failed;
	buf_free(&words);
}
