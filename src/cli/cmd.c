#include "cli/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "disk/atomic_file.h"
#include "hooks/hooks.h"
#include "policy/policy.h"

enum { LIST_MAX = 30 };

static bool wants_color(const struct invocation *in, const struct environment *env)
{
	if (in->color && strcmp(in->color, "auto") != 0)
		return strcmp(in->color, "always") == 0;
	if (env->no_color)
		return false;
	return env->force_color || (!env->dumb_terminal && isatty(STDOUT_FILENO));
}

/* A hook is silent when all is well; a person at a terminal is told that it has looked. */
bool cmd_wants_all_clear(const struct invocation *in, const struct environment *env)
{
	return in->verbose || (!env->git_index_file && isatty(STDOUT_FILENO));
}

static bool is_push(enum report_mode mode)
{
	return mode == REPORT_PUSH || mode == REPORT_RECEIVE;
}

static void add_file(struct buf *out, const char *option, const char *name, bool absolute)
{
	char *real = absolute ? realpath(name, NULL) : NULL;

	buf_addf(out, " %s ", option);
	path_shell(out, real ? real : name, strlen(real ? real : name));
	free(real);
}

/* The options that say which policy, for a command that may run elsewhere. */
static void add_policy(struct buf *out, const struct invocation *in, const struct report *r)
{
	bool elsewhere = *r->at.prefix || report_of_commits(r);

	if (in->policy && r->mode != REPORT_RECEIVE)
		add_file(out, "--policy", in->policy, elsewhere);
	if (in->extend && r->mode != REPORT_RECEIVE)
		add_file(out, "--extend", in->extend, elsewhere);
}

/* The one who reads a server's report has a shell elsewhere. */
static int add_program(struct buf *out, const struct environment *env, const struct report *r)
{
	if (r->mode != REPORT_RECEIVE)
		return program_word(out, env->program, env->path);
	buf_adds(out, "pycguard");
	return buf_failed(out);
}

/* What a command to paste is made of. */
struct words {
	struct buf program, policy;
	char *dir;
};

static int fill_words(struct words *words, struct report *r, const struct invocation *in,
	const struct environment *env)
{
	if (in->directory && r->mode != REPORT_RECEIVE) {
		words->dir = getcwd(NULL, 0);
		if (!words->dir)
			return error_os(errno, "cannot tell the working directory");
	}
	r->at.dir = words->dir;
	add_policy(&words->policy, in, r);
	if (add_program(&words->program, env, r) < 0 || buf_failed(&words->policy) < 0)
		return -1;
	r->program = words->program.ptr;
	r->policy = words->policy.ptr;
	r->operands = in->operands;
	r->operand_count = in->operand_count;
	r->in_hook = env->git_index_file != NULL;
	return 0;
}

bool cmd_is_silent(const struct invocation *in, const struct environment *env)
{
	if (in->output)
		return false;
	if (in->paths_only)
		return true;
	return format_named(in->format) == report_human && !cmd_wants_all_clear(in, env);
}

/* What is no file, as a terminal or a pipe, is written to; a file is replaced. */
static int write_file(const char *path, const struct buf *text)
{
	struct stat st;
	int fd, status = 0;

	if (buf_failed(text) < 0)
		return -1;
	if (lstat(path, &st) < 0 ? errno == ENOENT : S_ISREG(st.st_mode))
		return atomic_file_write(path, text->ptr, text->len, 0666);
	fd = open(path, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return error_os(errno, "cannot write '%s'", path);
	if (io_write_all(fd, text->ptr, text->len) < 0)
		status = error_os(errno, "cannot write '%s'", path);
	close(fd);
	return status;
}

/* The report in the format asked for, for -o; never in colour. */
static int write_output(const char *path, report_printer *printer, const struct report *r)
{
	struct report plain = *r;
	struct buf text = BUF_INIT;
	int status;

	plain.color = false;
	printer(&text, &plain);
	status = write_file(path, &text);
	buf_free(&text);
	return status;
}

/* How many findings there are by each rule; a note is none. */
static void add_statistics(struct buf *out, const struct finding_list *findings)
{
	size_t counts[RULE_COUNT] = {0}, i;

	for (i = 0; i < findings->count; i++)
		if (findings->items[i].severity != SEVERITY_NOTE)
			counts[findings->items[i].rule]++;
	for (i = 0; i < RULE_COUNT; i++)
		if (counts[i])
			buf_addf(out, "%7zu  %s\n", counts[i], rule_text((enum rule)i)->id);
}

int cmd_report(const struct invocation *in, const struct environment *env, struct report *r)
{
	report_printer *printer = in->paths_only ? report_paths : format_named(in->format);
	struct words words = {BUF_INIT, BUF_INIT, NULL};
	struct buf text = BUF_INIT;
	int status;

	r->strict = in->strict;
	r->verbose = in->verbose;
	r->all_clear = in->verbose || (!is_push(r->mode) && cmd_wants_all_clear(in, env));
	r->color = wants_color(in, env);
	r->width = env->width;
	status = fill_words(&words, r, in, env);
	if (status == 0 && in->output) {
		status = write_output(in->output, printer, r);
		printer = report_human;
	}
	if (status == 0 && (!in->quiet || printer != report_human))
		printer(&text, r);
	if (in->statistics && !in->quiet && printer == report_human)
		add_statistics(&text, r->findings);
	if (status == 0)
		status = report_write(&text);
	buf_free(&text);
	buf_free(&words.program);
	buf_free(&words.policy);
	free(words.dir);
	if (status < 0)
		return STATUS_FAILED;
	return report_rejected(r) ? STATUS_REJECTED : STATUS_CLEAN;
}

void cmd_list(struct buf *out, const struct invocation *in, const struct pathset *paths)
{
	size_t i, shown = in->verbose || paths->count <= LIST_MAX ? paths->count : LIST_MAX;

	for (i = 0; i < shown; i++) {
		buf_adds(out, "  ");
		path_quote(out, paths->items[i].path, paths->items[i].len);
		buf_adds(out, "\n");
	}
	if (shown < paths->count)
		buf_addf(out, "  and %zu more (-v lists all)\n", paths->count - shown);
}

int cmd_say(const struct invocation *in, const struct pathset *paths, const struct buf *text)
{
	struct buf out = BUF_INIT;
	int status;
	size_t i;

	for (i = 0; in->paths_only && i < paths->count; i++)
		buf_add(&out, paths->items[i].path, paths->items[i].len + 1);
	if (!in->paths_only && !in->quiet)
		buf_add(&out, text->ptr, text->len);
	out.failed = out.failed || text->failed;
	status = report_write(&out);
	buf_free(&out);
	return status;
}
