#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "formats.h"
#include "hooks.h"
#include "path.h"

enum option_id {
#define OPTION(name, letter, text, argument, help) name,
#include "cli.def"
	OPTION_COUNT
};

static const struct {
	const char *name, *operands;
	int least, most;
	const char *help;
} verbs[VERB_COUNT] = {
#define VERB(name, text, operands, least, most, help) [name] = {text, operands, least, most, help},
#include "cli.def"
};

static const struct {
	char letter;
	const char *name, *argument, *help;
} options[OPTION_COUNT] = {
#define OPTION(name, letter, text, argument, help) [name] = {letter, text, argument, help},
#include "cli.def"
};

/* What getopt_long gives back for a row: verbs first, then options; above every letter. */
enum { ROW = 256 };

struct tables {
	struct option rows[VERB_COUNT + OPTION_COUNT + 1];
	char letters[2 * OPTION_COUNT + 2];
};

static void build_tables(struct tables *t)
{
	struct option *row = t->rows;
	char *letter = t->letters;
	int i;

	memset(t, 0, sizeof *t);
	*letter++ = ':'; /* tell a missing argument from an unknown option */
	for (i = 0; i < VERB_COUNT; i++)
		*row++ = (struct option){verbs[i].name, no_argument, NULL, ROW + i};
	for (i = 0; i < OPTION_COUNT; i++) {
		if (options[i].name)
			*row++ = (struct option){options[i].name,
				options[i].argument ? required_argument : no_argument, NULL,
				ROW + VERB_COUNT + i};
		if (!options[i].letter)
			continue;
		*letter++ = options[i].letter;
		if (options[i].argument)
			*letter++ = ':';
	}
}

static int usage_error(const char *what, const char *subject)
{
	return error_set("%s '%s' (see pycguard --help)", what, subject);
}

/* getopt's '?': an option that is unknown, ambiguous, or has an argument it does not take. */
static int bad_option(char **argv)
{
	char letter[] = {'-', (char)optopt, '\0'};

	if (optopt >= ROW)
		return usage_error("option takes no argument:", argv[optind - 1]);
	if (optopt)
		return usage_error("unknown option", letter);
	return usage_error("unknown or ambiguous option", argv[optind - 1]);
}

static int take_verb(struct invocation *out, bool *given, enum verb verb)
{
	if (*given && out->verb != verb)
		return error_set("one verb a run: --%s and --%s exclude each other",
			verbs[out->verb].name, verbs[verb].name);
	*given = true;
	out->verb = verb;
	return 0;
}

static int take_color(struct invocation *out, const char *when)
{
	static const char *const names[] = {"auto", "always", "never"};
	int i;

	for (i = COLOR_AUTO; i <= COLOR_NEVER; i++) {
		if (strcmp(when, names[i]) == 0) {
			out->color = (enum color)i;
			return 0;
		}
	}
	return error_set("--color takes auto, always or never, not '%s'", when);
}

static int take_format(struct invocation *out, const char *name)
{
	out->format = name;
	if (format_named(name))
		return 0;
	return error_set("--format takes %s, not '%s'", format_names(), name);
}

static void repeat(struct invocation *out, const char *option, const char *value)
{
	buf_addf(&out->again, " %s ", option);
	path_shell(&out->again, value, strlen(value));
}

static int take_hook(struct invocation *out, const char *name)
{
	enum hook hook = hook_named(name);

	if (hook == HOOK_COUNT)
		return error_set("--hook takes one of %s, not '%s'", hook_names(), name);
	out->hooks |= 1U << hook;
	return 0;
}

static int take_option(struct invocation *out, enum option_id id, const char *value)
{
	switch (id) {
	case OPTION_DIR:
		if (chdir(value) < 0)
			return error_os(errno, "cannot change to directory '%s'", value);
		repeat(out, "-C", value);
		break;
	case OPTION_POLICY:
		out->policy = value;
		repeat(out, "--policy", value);
		break;
	case OPTION_FORMAT:
		return take_format(out, value);
	case OPTION_NULL:
		out->paths_only = true;
		break;
	case OPTION_DRY_RUN:
		out->dry_run = true;
		break;
	case OPTION_ALL:
		out->all = true;
		break;
	case OPTION_STRICT:
		out->strict = true;
		break;
	case OPTION_QUIET:
		out->quiet = true;
		break;
	case OPTION_VERBOSE:
		out->verbose = true;
		break;
	case OPTION_COLOR:
		return take_color(out, value);
	case OPTION_HOOK:
		return take_hook(out, value);
	case OPTION_FORCE:
		out->force = true;
		break;
	case OPTION_HELP:
		out->help = true;
		break;
	case OPTION_VERSION:
		out->version = true;
		break;
	case OPTION_COUNT:
		break;
	}
	return 0;
}

static enum option_id option_of_letter(int letter)
{
	int i;

	for (i = 0; i < OPTION_COUNT && options[i].letter != letter; i++)
		;
	return (enum option_id)i;
}

const char *cli_verb_name(enum verb verb)
{
	return verbs[verb].name;
}

static int check_operands(const struct invocation *in)
{
	int most = verbs[in->verb].most;

	if (in->all && in->verb != VERB_CLEAN)
		return error_set("--all goes with --clean (see pycguard --help)");
	if (in->operand_count < verbs[in->verb].least)
		return error_set("--%s needs %s (see pycguard --help)", verbs[in->verb].name,
			verbs[in->verb].operands);
	if (most >= 0 && in->operand_count > most)
		return usage_error("unexpected argument", in->operands[most]);
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
	bool verb_given = false;
	int c, status = 0;

	*out = (struct invocation){.verb = VERB_CHECK_STAGED, .format = "human", .again = BUF_INIT};
	out->after_dashes = count_after_dashes(argc, argv);
	build_tables(&t);
	opterr = 0;
	while (status == 0 && (c = getopt_long(argc, argv, t.letters, t.rows, NULL)) != -1) {
		if (c == '?')
			status = bad_option(argv);
		else if (c == ':')
			status = usage_error("missing argument to option", argv[optind - 1]);
		else if (c < ROW)
			status = take_option(out, option_of_letter(c), optarg);
		else if (c < ROW + VERB_COUNT)
			status = take_verb(out, &verb_given, (enum verb)(c - ROW));
		else
			status = take_option(out, (enum option_id)(c - ROW - VERB_COUNT), optarg);
	}
	out->operands = argv + optind;
	out->operand_count = argc - optind;
	if (status < 0 || out->help || out->version)
		return status;
	return buf_failed(&out->again) < 0 ? -1 : check_operands(out);
}

void cli_release(struct invocation *in)
{
	buf_free(&in->again);
}

/* One row of help: the words in a column, and the text beside or, if they are long, below it. */
static void help_row(struct buf *out, const struct buf *words, const char *text)
{
	enum { COLUMN = 26, WIDTH = 80 };

	buf_addf(out, "  %-*s", COLUMN, words->ptr);
	if (words->len > COLUMN - 1)
		buf_addf(out, "\n  %-*s", COLUMN, "");
	buf_wrap(out, text, COLUMN + 2, WIDTH);
	buf_adds(out, "\n");
}

static void help_option(struct buf *out, int id)
{
	struct buf words = BUF_INIT;

	if (options[id].letter)
		buf_addf(&words, "-%c", options[id].letter);
	if (options[id].letter && options[id].name)
		buf_adds(&words, ", ");
	if (options[id].name)
		buf_addf(&words, "--%s", options[id].name);
	if (options[id].argument)
		buf_addf(
			&words, " %s", id == OPTION_FORMAT ? format_names() : options[id].argument);
	help_row(out, &words, options[id].help);
	out->failed = out->failed || words.failed;
	buf_free(&words);
}

void cli_help(struct buf *out)
{
	struct buf words = BUF_INIT;
	int i;

	buf_adds(out,
		"usage: pycguard [VERB] [OPTION...] [--] [OPERAND...]\n\n"
		"Keeps Python bytecode out of git. One verb a run; with none, --check-staged.\n\n");
	for (i = 0; i < VERB_COUNT; i++) {
		buf_clear(&words);
		buf_addf(&words, "--%s%s%s", verbs[i].name, verbs[i].operands ? " " : "",
			verbs[i].operands ? verbs[i].operands : "");
		help_row(out, &words, verbs[i].help);
	}
	buf_adds(out, "\n");
	for (i = 0; i < OPTION_COUNT; i++)
		help_option(out, i);
	buf_adds(out,
		"\nExit status: 0 nothing to reject, 1 something rejected, 2 it could not look.\n");
	out->failed = out->failed || words.failed;
	buf_free(&words);
}
