#include "git.h"

#include <stdlib.h>
#include <string.h>

#include "child.h"

enum { ARGS_MAX = 18, SET_COUNT = 4 };

/* One run of git. */
struct run {
	struct repository *repository;
	const char *args[ARGS_MAX];
	char **variables; /* the strings of the first SET_COUNT are ours */
};

static bool is_set_here(const char *variable)
{
	static const char *const names[] = {"GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE=",
		"LC_ALL=", "GIT_PREFIX=", "GIT_LITERAL_PATHSPECS=", "GIT_GLOB_PATHSPECS=",
		"GIT_NOGLOB_PATHSPECS=", "GIT_ICASE_PATHSPECS="};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static char *setting(const char *name, const char *value)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s=", name);
	buf_adds(&text, value);
	return buf_take(&text);
}

/* The environment of git: ours, but for what says which repository, so that it is the one that is
 * open here however that was found. */
static int make_variables(struct run *run)
{
	const struct repository *r = run->repository;
	size_t i, n = SET_COUNT, count = 0;

	while (r->variables[count])
		count++;
	run->variables = calloc(count + SET_COUNT + 1, sizeof *run->variables);
	if (!run->variables)
		return error_oom();
	run->variables[0] = setting("GIT_DIR", r->dir);
	run->variables[1] = setting("GIT_WORK_TREE", repository_top(r));
	run->variables[2] = setting("GIT_INDEX_FILE", r->index_path);
	run->variables[3] = setting("LC_ALL", "C");
	for (i = 0; i < SET_COUNT; i++)
		if (!run->variables[i])
			return -1;
	for (i = 0; i < count; i++)
		if (!is_set_here(r->variables[i]))
			run->variables[n++] = r->variables[i];
	return 0;
}

static void make_args(struct run *run, const char *const *args)
{
	size_t n = 0, i;

	run->args[n++] = "git";
	run->args[n++] = "-c";
	run->args[n++] = "core.fsmonitor=false"; /* it may name a program */
	run->args[n++] = "-C";
	run->args[n++] = repository_top(run->repository);
	for (i = 0; args[i] && n < ARGS_MAX - 1; i++)
		run->args[n++] = args[i];
}

static void run_free(struct run *run)
{
	size_t i;

	for (i = 0; run->variables && i < SET_COUNT; i++)
		free(run->variables[i]);
	free(run->variables);
}

int repository_git(
	struct buf *out, struct repository *r, const char *const *args, const struct buf *input)
{
	struct run run = {.repository = r};
	struct buf err = BUF_INIT;
	int status = -1;

	if (!repository_top(r))
		return error_set("the repository has no work tree");
	make_args(&run, args);
	if (make_variables(&run) == 0)
		status = child_run(out, &err, run.args, run.variables, input);
	if (status > 1)
		status = child_git_failed(&err);
	buf_free(&err);
	run_free(&run);
	return status;
}
