#include "verbs.h"

#include <string.h>
#include <unistd.h>

#include "path.h"

static bool wants_color(const struct invocation *in, const struct environment *env)
{
	if (in->color != COLOR_AUTO)
		return in->color == COLOR_ALWAYS;
	if (env->no_color)
		return false;
	return env->force_color || (!env->dumb_terminal && isatty(STDOUT_FILENO));
}

/* A hook is silent when all is well; a person at a terminal is told that it has looked. */
bool verb_wants_all_clear(const struct invocation *in, const struct environment *env)
{
	return in->verbose || (!env->git_index_file && isatty(STDOUT_FILENO));
}

/* The command that mends what this one finds, for the same shell. */
static void write_mend(struct buf *out, const struct invocation *in, const struct environment *env,
	enum report_mode mode)
{
	int i;

	buf_adds(out, env->program);
	buf_add(out, in->again.ptr, in->again.len);
	if (mode != REPORT_WORKTREE) {
		buf_adds(out, " --untrack");
		return;
	}
	buf_adds(out, in->strict ? " --clean --all" : " --clean");
	for (i = 0; i < in->operand_count; i++) {
		buf_adds(out, i ? " " : " -- ");
		path_shell(out, in->operands[i], strlen(in->operands[i]));
	}
}

int verb_report(const struct invocation *in, const struct environment *env, struct report *r)
{
	report_printer *printer = in->paths_only ? report_paths : report_printer_named(in->format);
	struct buf text = BUF_INIT, mend = BUF_INIT;
	int status;

	write_mend(&mend, in, env, r->mode);
	r->mend = mend.ptr;
	r->strict = in->strict;
	r->verbose = in->verbose;
	r->all_clear = verb_wants_all_clear(in, env);
	r->color = wants_color(in, env);
	if (!in->quiet || printer != report_human)
		printer(&text, r);
	text.failed = text.failed || mend.failed;
	status = report_write(&text);
	buf_free(&text);
	buf_free(&mend);
	if (status < 0)
		return STATUS_FAILED;
	return report_rejected(r) ? STATUS_REJECTED : STATUS_CLEAN;
}

