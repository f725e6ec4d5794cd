#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "hooks.h"
#include "manager.h"
#include "self.h"

/* With -z, what the step changes: a path or a key of git's configuration. */
static int say(const struct invocation *in, const struct step *s)
{
	struct buf text = BUF_INIT;
	int status;

	if (s->kind == STEP_WARN) {
		buf_adds(&text, "pycguard: warning: ");
		plan_describe(&text, s, in->dry_run);
		if (!in->quiet)
			fputs(text.ptr, stderr);
		status = buf_failed(&text);
	} else {
		if (in->paths_only)
			buf_add(&text, s->path, strlen(s->path) + 1);
		else if (!in->quiet)
			plan_describe(&text, s, in->dry_run);
		status = report_write(&text);
	}
	buf_free(&text);
	return status;
}

/* Does the plan, or says what it would do. */
static int carry_out(const struct invocation *in, const struct plan *plan, struct hooks *h)
{
	size_t i;

	for (i = 0; i < plan->count; i++) {
		if (!in->dry_run && plan_do(&plan->items[i], h->variables) < 0)
			return STATUS_FAILED;
		if (say(in, &plan->items[i]) < 0)
			return STATUS_FAILED;
	}
	return in->dry_run && !plan_is_empty(plan) ? STATUS_REJECTED : STATUS_CLEAN;
}

static int print(const struct invocation *in, struct buf *text)
{
	int status = in->quiet || in->paths_only ? buf_failed(text) : report_write(text);

	buf_free(text);
	return status;
}

/* Says how the manager whose hook is at `path`, if it is one, is told to run pycguard. */
static int add_manager(struct buf *out, const char *path, const struct manager **told)
{
	struct hook_file f = HOOK_FILE_INIT;
	const struct manager *m;
	int status = hook_file_read(&f, path);

	m = status == 0 && f.kind == HOOK_FILE_OTHER ? manager_of(f.text.ptr) : NULL;
	hook_file_free(&f);
	if (!m || m == *told)
		return status;
	*told = m;
	buf_addf(out,
		"\n%s manages hooks here, and may write its own over pycguard's. To have it run"
		" pycguard,\nfor all who use it here, in %s:\n\n%s",
		m->name, m->file, m->lines);
	return 0;
}

static int tell_managers(const struct invocation *in, const struct hooks *h)
{
	const struct manager *told = NULL;
	struct buf out = BUF_INIT, path = BUF_INIT;
	int i, status = 0;

	for (i = HOOK_PRE_COMMIT; i <= HOOK_PRE_MERGE_COMMIT && status == 0; i++) {
		buf_clear(&path);
		hooks_place(&path, hooks_dir(h, (enum hook)i), (enum hook)i);
		status = buf_failed(&path) < 0 ? -1 : add_manager(&out, path.ptr, &told);
		buf_clear(&path);
		hooks_kept_place(&path, hooks_dir(h, (enum hook)i), (enum hook)i);
		if (status == 0)
			status = buf_failed(&path) < 0 ? -1 : add_manager(&out, path.ptr, &told);
	}
	if (status == 0)
		status = print(in, &out);
	buf_free(&path);
	buf_free(&out);
	return status;
}

static int tell_nothing_to_do(const struct invocation *in, const struct plan *plan)
{
	struct buf out = BUF_INIT;

	if (plan->count == 0)
		buf_addf(&out, "nothing to do: %s\n",
			in->command == &cmd_install ? "the hooks are installed" :
						      "no hook here is pycguard's");
	return print(in, &out);
}

static int install(struct plan *plan, const struct invocation *in, const struct environment *env,
	const struct hooks *h)
{
	struct buf program = BUF_INIT;
	int status = self_path(&program, env->program, env->path);

	if (status == 0)
		status = hooks_plan_install(plan, h, program.ptr, in->force);
	buf_free(&program);
	return status;
}

static int change(const struct invocation *in, const struct environment *env)
{
	unsigned every = (1U << HOOK_COUNT) - 1;
	struct hooks h = HOOKS_INIT;
	struct plan plan = PLAN_INIT;
	int status = hooks_open(&h, env, in->hooks);

	if (status == 0 && !in->dry_run)
		status = hooks_lock(&h);
	if (status == 0 && in->command == &cmd_install)
		status = install(&plan, in, env, &h);
	else if (status == 0)
		status = hooks_plan_uninstall(&plan, &h, in->hooks ? in->hooks : every, in->force);
	if (status == 0)
		status = tell_nothing_to_do(in, &plan);
	status = status < 0 ? STATUS_FAILED : carry_out(in, &plan, &h);
	if (status != STATUS_FAILED && in->command == &cmd_install && tell_managers(in, &h) < 0)
		status = STATUS_FAILED;
	plan_free(&plan);
	hooks_close(&h);
	return status;
}

static int show_status(const struct invocation *in, const struct environment *env)
{
	struct hooks h = HOOKS_INIT;
	struct buf text = BUF_INIT;
	int status = hooks_open(&h, env, in->hooks);

	if (status == 0)
		status = hooks_status(&text, &h, env->path);
	if (status >= 0 && print(in, &text) < 0)
		status = -1;
	buf_free(&text);
	hooks_close(&h);
	if (status < 0)
		return STATUS_FAILED;
	return status ? STATUS_CLEAN : STATUS_REJECTED;
}

const struct command cmd_install = {
	.name = "install",
	.options = CLI_CHANGE | CLI_OPTION(HOOK) | CLI_OPTION(FORCE),
	.summary = "make git run pycguard before each commit",
	.help = "Makes git run pycguard before each commit and merge commit or, in a bare repository, on each push to it. A hook that is already there runs first.",
	.examples = {"--install", "--install --hook pre-push"},
	.run = change,
};

const struct command cmd_uninstall = {
	.name = "uninstall",
	.options = CLI_CHANGE | CLI_OPTION(HOOK) | CLI_OPTION(FORCE),
	.summary = "remove the hooks of --install",
	.help = "Removes the hooks that --install added, and restores the earlier ones. A hook that was edited since stays.",
	.examples = {"--uninstall", "--uninstall --hook pre-push"},
	.run = change,
};

const struct command cmd_status = {
	.name = "status",
	.options = CLI_OPTION(HOOK),
	.summary = "which hooks are installed, and where git looks for them",
	.help = "Says which hooks are installed, what they run, and where git looks for them. Exits with 1 if a hook is missing or cannot run.",
	.examples = {"--status", "--status --hook pre-push"},
	.run = show_status,
};
