/*
 * cli - the command line: the tables of commands and options, parsing, help, the exit statuses; and
 * the job that each command works on. How an option is added is in src/README.md; a command is a
 * row in cli.def, and a struct command in its file cmd_*.c: parsing, help and the completions come
 * from there.
 */
#ifndef PYCGUARD_CLI_H
#define PYCGUARD_CLI_H

#include "check/policy_load.h"
#include "report/report.h"

enum {
	STATUS_CLEAN = 0,    /* nothing to reject */
	STATUS_REJECTED = 1, /* something rejected */
	STATUS_FAILED = 2,   /* it could not look; why is recorded in error.h */
};

enum option_id {
#define OPTION(id, letter, name, argument, choices, field, help) OPTION_##id,
#include "cli/cli.def"
	OPTION_COUNT
};

/* Sets of options. */
#define CLI_OPTION(id) (1U << OPTION_##id)
#define CLI_POLICY (CLI_OPTION(POLICY) | CLI_OPTION(EXTEND))
#define CLI_REPORT                                                                                 \
	(CLI_POLICY | CLI_OPTION(FORMAT) | CLI_OPTION(OUTPUT) | CLI_OPTION(STATISTICS) |           \
		CLI_OPTION(EXIT_ZERO) | CLI_OPTION(STRICT) | CLI_OPTION(NULL_BYTES))
#define CLI_CHANGE (CLI_OPTION(DRY_RUN) | CLI_OPTION(NULL_BYTES))
/* What every command has. */
#define CLI_COMMON                                                                                 \
	(CLI_OPTION(DIRECTORY) | CLI_OPTION(QUIET) | CLI_OPTION(VERBOSE) | CLI_OPTION(COLOR) |     \
		CLI_OPTION(HELP) | CLI_OPTION(VERSION))

struct job;

/** What the user asked for. All strings are borrowed from argv. */
struct invocation {
	const struct command *command;
	const char *policy, *extend, *output, *reason; /* NULL: not given */
	const char *format;                            /* as given; "human" by default */
	const char *color;            /* "always", "never", "auto", or NULL, which is the same */
	const char *hook, *directory; /* the last ones */
	bool statistics, exit_zero, strict;
	bool squash, staged, all, force, dry_run;
	bool paths_only; /* -z */
	bool quiet, verbose;
	bool help, version;
	unsigned hooks; /* --hook: a bit for each enum hook */
	char **operands;
	int operand_count;
	int after_dashes; /* how many of them stood after "--" */
};

/** One command: what it is called, which options it has, and what it does. */
struct command {
	const char *name;     /* without its dashes */
	const char *operands; /* "PATH...", "[REMOTE [URL]]": how many it takes; NULL: none */
	unsigned options;     /* CLI_OPTION of each; those of CLI_COMMON besides */
	const char *summary;  /* for the list of all commands */
	const char *help;     /* what more there is to say */
	const char *examples[2];
	/** @return STATUS_CLEAN or STATUS_REJECTED; -1 with the failure recorded */
	int (*run)(struct job *job);
};

#define COMMAND(name) extern const struct command cmd_##name;
#include "cli/cli.def"

/** Every command; NULL after the last. */
extern const struct command *const cli_commands[];

struct option_row {
	char letter;          /* 0: none */
	const char *name;     /* NULL: none */
	const char *argument; /* what help calls it; NULL: none */
	const char *choices;  /* "A|B": the argument is one of these; NULL: any */
	size_t field;         /* of struct invocation */
	const char *help;
};

extern const struct option_row cli_options[OPTION_COUNT];

/** Read the command line, whose array is put in order for that. -C takes effect at once, as git's
 * does: what follows is relative to it. 0; -1 with the failure recorded. */
int cli_parse(struct invocation *out, int argc, char **argv);

/** Print the help of a command, or of all when it is NULL, in lines of at most `width` columns. 0;
 * -1 with the failure recorded. */
int cli_help(const struct command *command, size_t width);

/** What a command works with. What it opens and fills is closed and freed after it. */
struct job {
	const struct invocation *in;
	const struct environment *env;
	struct policy_files files;
	struct progress progress; /* shown as files that are looked at */
	report_printer *printer;
	struct report report; /* of the findings, as the command line asks for it */
	struct finding_list findings;
	struct repository *repository;
	struct snapshot *index;
	struct policy *policy;
	bool caseless;
	struct check check;   /* of the index, as far as it is the same for all */
	char *prefix;         /* the report's */
	struct pathset named; /* see job_named */
	struct pathset paths; /* what a command that changes something has changed, or would */
	struct buf text;      /* the same for people */
	struct pathset notes; /* see job_failed */
	size_t failed;        /* so many of them are failures */
	bool limited;         /* all that is noted is that the process may not have more */
};

/** Run a command, be it another than is asked for. A status, or -1 with the failure recorded. */
int job_run(
	const struct command *command, const struct invocation *in, const struct environment *env);

/** Open the repository and learn where the user's shell stands in it: a hook runs at the top, and
 * GIT_PREFIX says where the user is. 0; 1, recorded, when there is none; -1 recorded. */
int job_open(struct job *job);

/** That, its index and the policy. 0; -1 recorded, when there is none too. */
int job_open_index(struct job *job);

/** Take the operands for paths of the index. 0; -1 with the failure recorded. */
int job_named(struct job *job);

/** Note a failure, which is recorded, or what a person should know, and go on. From any thread. */
void job_failed(void *job);
void job_warned(void *job);

/** Say what was noted. `status`; -1, recorded, when something has failed. */
int job_say_failures(struct job *job, int status, const char *done);

/** Append paths for people, one a line; without -v not hundreds of them. */
void job_list(struct job *job, const struct pathset *paths);

/** Print what a command that changes something has done, or would do: with -z the paths, else (but
 * for -q) the text. STATUS_REJECTED if a dry run leaves something, else STATUS_CLEAN; -1 recorded.
 */
int job_say(struct job *job);

/** Find out what a person should know beside the findings: whether .pycguard as it is on disk
 * allows them, and whether git would add them again. Only hints: what fails is not said. */
void job_find_hints(struct job *job);

/** Print the report. STATUS_CLEAN or STATUS_REJECTED; -1 recorded, when it cannot be written. */
int job_report(struct job *job);

#endif
