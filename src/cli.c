#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "cli_rows.h"
#include "formats.h"
#include "hooks.h"
#include "path.h"

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
		*row++ = (struct option){verb_rows[i].name, no_argument, NULL, ROW + i};
	for (i = 0; i < OPTION_COUNT; i++) {
		if (option_rows[i].name)
			*row++ = (struct option){option_rows[i].name,
				option_rows[i].argument ? required_argument : no_argument, NULL,
				ROW + VERB_COUNT + i};
		if (!option_rows[i].letter)
			continue;
		*letter++ = option_rows[i].letter;
		if (option_rows[i].argument)
			*letter++ = ':';
	}
}

static int usage_error(const char *what, const char *subject)
{
	return error_set("%s '%s' (see pycguard --help)", what, subject);
}

/* Appends every long option that begins with the word; how many there are. */
static size_t add_candidates(struct buf *out, const char *word, size_t len)
{
	size_t row, count = 0;

	for (row = 0; row < CLI_ROWS; row++) {
		const char *name = cli_long_name(row);

		if (name && strncmp(name, word, len) == 0)
			buf_addf(out, "%s--%s", count++ ? ", " : "", name);
	}
	return count;
}

/* `word` is what stands after the dashes of `option`. */
static int unknown_option(const char *option, const char *word)
{
	size_t len = strcspn(word, "=");
	const char *nearest = cli_nearest(word, len);
	struct buf candidates = BUF_INIT;

	if (len && add_candidates(&candidates, word, len) > 1)
		error_set("ambiguous option '%s': it could be %s", option, candidates.ptr);
	else if (nearest)
		error_set("unknown option '%s': did you mean --%s?", option, nearest);
	else
		usage_error("unknown option", option);
	buf_free(&candidates);
	return -1;
}

/* A letter of `word`, of which getopt may have read all. One dash before a long name is a slip. */
static int unknown_letter(char letter, const char *word)
{
	const char option[] = {'-', letter, '\0'};

	if (word && word[0] == '-' && word[1] != '-' && strlen(word) > 3 &&
		cli_nearest(word + 1, strcspn(word + 1, "=")))
		return unknown_option(word, word + 1);
	return usage_error("unknown option", option);
}

/* getopt's '?': an option that is unknown, ambiguous, or has an argument it does not take. */
static int bad_option(char **argv)
{
	const char *word = argv[optind - 1];

	if (optopt >= ROW)
		return usage_error("option takes no argument:", word);
	if (!optopt)
		return unknown_option(word, word + 2);
	if (word[0] != '-' || word[1] == '-' || !strchr(word, optopt))
		word = argv[optind]; /* more of it is to be read */
	return unknown_letter((char)optopt, word);
}

static int take_verb(struct invocation *out, bool *given, enum verb verb)
{
	if (*given && out->verb != verb)
		return error_set("one verb a run: --%s and --%s exclude each other",
			verb_rows[out->verb].name, verb_rows[verb].name);
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
		if (*value && chdir(value) < 0)
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
	case OPTION_USAGE:
		out->usage = true;
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

	for (i = 0; i < OPTION_COUNT && option_rows[i].letter != letter; i++)
		;
	return (enum option_id)i;
}

const char *cli_verb_name(enum verb verb)
{
	return verb_rows[verb].name;
}

/* `pycguard install` would look for a file of that name. One that is there is a path all the
 * same. */
static int check_not_a_verb(const struct invocation *in)
{
	const char *word = in->operand_count ? in->operands[0] : "";
	const char *nearest = cli_nearest(word, strlen(word));

	if (in->operand_count == in->after_dashes || !nearest || access(word, F_OK) == 0)
		return 0;
	return error_set("no verb and no file '%s': did you mean --%s? (a path that is not on disk "
			 "goes after --)",
		word, nearest);
}

static int check_operands(const struct invocation *in)
{
	int most = verb_rows[in->verb].most;

	if (in->all && in->verb != VERB_CLEAN)
		return error_set("--all goes with --clean (see pycguard --help)");
	if (in->operand_count < verb_rows[in->verb].least)
		return error_set("--%s needs %s (see pycguard --help)", verb_rows[in->verb].name,
			verb_rows[in->verb].operands);
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
	if (status < 0 || out->usage || out->help || out->version)
		return status;
	if (buf_failed(&out->again) < 0 || (!verb_given && check_not_a_verb(out) < 0))
		return -1;
	return check_operands(out);
}

void cli_release(struct invocation *in)
{
	buf_free(&in->again);
}
