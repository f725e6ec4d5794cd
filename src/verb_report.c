#include "verbs.h"

#include <unistd.h>

static bool wants_color(const struct invocation *in, const struct environment *env)
{
	if (in->color != COLOR_AUTO)
		return in->color == COLOR_ALWAYS;
	if (env->no_color)
		return false;
	return env->force_color || (!env->dumb_terminal && isatty(STDOUT_FILENO));
}

/* A hook is silent when all is well; a person at a terminal is told that it has looked. */
static bool wants_all_clear(const struct invocation *in, const struct environment *env)
{
	return in->verbose || (!env->git_index_file && isatty(STDOUT_FILENO));
}

int verb_report(const struct invocation *in, const struct environment *env, struct report *r)
{
	report_printer *printer = in->paths_only ? report_paths : report_printer_named(in->format);
	struct buf text = BUF_INIT;
	int status;

	r->strict = in->strict;
	r->verbose = in->verbose;
	r->all_clear = wants_all_clear(in, env);
	r->color = wants_color(in, env);
	if (!in->quiet || printer != report_human)
		printer(&text, r);
	status = report_write(&text);
	buf_free(&text);
	if (status < 0)
		return STATUS_FAILED;
	return report_rejected(r) ? STATUS_REJECTED : STATUS_CLEAN;
}

