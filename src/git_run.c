#include "git_run.h"

#include <stdlib.h>
#include <string.h>

#include "child.h"

/* What git is told whatever the repository, and what it must not hear from our own environment. */
static const char *const settings[] = {"LC_ALL=C", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none",
	"GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_TERMINAL_PROMPT=0"};
static const char *const unset[] = {"GIT_PREFIX=", "GIT_LITERAL_PATHSPECS=", "GIT_GLOB_PATHSPECS=",
	"GIT_NOGLOB_PATHSPECS=", "GIT_ICASE_PATHSPECS=", "GIT_TRACE"};
static const char *const whereabouts[] = {"GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE="};

enum { SETTINGS = sizeof settings / sizeof *settings };

static bool begins_with_one(const char *variable, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static bool is_set_here(const char *variable)
{
	size_t i;

	for (i = 0; i < SETTINGS; i++)
		if (strncmp(variable, settings[i], strcspn(settings[i], "=") + 1) == 0)
			return true;
	return begins_with_one(variable, unset, sizeof unset / sizeof *unset);
}

static char *setting(const char *name, const char *value)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, name);
	buf_adds(&text, value);
	return buf_take(&text);
}

/* Our environment, but for what says which repository, so that it is the one that is open here
 * however that was found. */
static int make_variables(struct git_command *c, const struct repository *r)
{
	const char *const places[] = {r->dir, r->top, r->index_path};
	size_t i, n = 0, set = 0, count = 0;

	while (r->variables[count])
		count++;
	c->variables = calloc(count + SETTINGS + GIT_VARIABLES_SET + 1, sizeof *c->variables);
	if (!c->variables)
		return error_oom();
	for (i = 0; i < SETTINGS; i++)
		c->variables[n++] = (char *)settings[i];
	for (i = 0; r->dir && i < sizeof places / sizeof *places; i++) {
		if (!places[i])
			continue;
		c->variables[n] = c->set[set++] = setting(whereabouts[i], places[i]);
		if (!c->variables[n++])
			return -1;
	}
	for (i = 0; i < count; i++)
		if (!is_set_here(r->variables[i]) &&
			!((r->dir || r->elsewhere) &&
				begins_with_one(r->variables[i], whereabouts, 3)))
			c->variables[n++] = r->variables[i];
	return 0;
}

int git_command_make(struct git_command *out, const struct repository *r, const char *const *args)
{
	size_t n = 0, i;

	*out = (struct git_command){0};
	out->args[n++] = "git";
	out->args[n++] = "-c";
	out->args[n++] = "core.fsmonitor=false"; /* it may name a program */
	out->args[n++] = "--no-pager";
	if (r->top) {
		out->args[n++] = "-C";
		out->args[n++] = r->top;
	}
	for (i = 0; args[i] && n < GIT_ARGUMENTS_MAX - 1; i++)
		out->args[n++] = args[i];
	return make_variables(out, r);
}

void git_command_release(struct git_command *c)
{
	size_t i;

	for (i = 0; i < GIT_VARIABLES_SET; i++)
		free(c->set[i]);
	free(c->variables);
}

int git_run(struct buf *out, struct buf *err, const struct repository *r, const char *const *args,
	const struct buf *input)
{
	struct git_command c;
	struct buf complaint = BUF_INIT;
	int status = git_command_make(&c, r, args);

	if (status == 0)
		status = child_run(out, err ? err : &complaint, c.args, c.variables, input);
	if (status > 1 && !err)
		status = child_git_failed(&complaint);
	buf_free(&complaint);
	git_command_release(&c);
	return status;
}

int git_must(int status, const char *command)
{
	return status > 0 ? error_set("git %s ended with status %d", command, status) : status;
}

int git_ask(struct buf *out, const struct repository *r, const char *const *args)
{
	int status;

	buf_clear(out);
	status = git_run(out, NULL, r, args, NULL);
	if (status >= 0 && buf_failed(out) < 0)
		return -1;
	if (out->len && out->ptr[out->len - 1] == '\n')
		buf_cut(out, out->len - 1);
	return status;
}

int repository_git(
	struct buf *out, struct repository *r, const char *const *args, const struct buf *input)
{
	if (!repository_top(r))
		return error_set("the repository has no work tree");
	return git_run(out, NULL, r, args, input);
}
