#include "cli/cmd.h"

#include <stdio.h>
#include <string.h>

#include "hooks/hooks.h"
#include "hooks/self.h"

/* How the manager that owns the hooks here is told to run pycguard. */
static void tell_manager(struct buf *out, const struct hooks *h, const struct hooks_change *c)
{
	const struct manager *m = c->manager;
	unsigned push = 1U << HOOK_PRE_PUSH;

	buf_addf(out, "%s manages the hooks here, and %s.\n", m->name,
		c->force ? "may write its own over pycguard's" : "nothing was changed");
	buf_addf(out, "To have it run pycguard, for all who use it here, add to %s%s:\n\n%s",
		m->file, m->where, m->lines);
	if (h->wanted & push)
		buf_addf(out, "\nand to %s%s:\n\n%s", m->push_file, m->where, m->push_lines);
	if (!c->force)
		buf_adds(out, "\nOr use --force: pycguard's hook then comes before its own, and"
			      " runs it first.\n");
}

/* Whether the manager runs pycguard before all that is wanted. 1; 0; -1 recorded. */
static int manager_is_told(const struct hooks *h, const struct hooks_change *c)
{
	int status = manager_runs_us(c->manager, h->top, false);

	if (status > 0 && (h->wanted & 1U << HOOK_PRE_PUSH))
		status = manager_runs_us(c->manager, h->top, true);
	return status;
}

static int install(struct hooks_change *c, const struct environment *env, struct hooks *h)
{
	struct buf program = BUF_INIT;
	int status = self_path(&program, env->program, env->path), told = 0;

	if (status == 0)
		status = hooks_install(c, h, program.ptr);
	buf_free(&program);
	if (status == 0 && c->manager)
		told = manager_is_told(h, c);
	if (status < 0 || told < 0)
		return -1;
	if (c->paths_only)
		;
	else if (told)
		buf_addf(&c->said, "nothing to do: %s runs pycguard, as %s says\n",
			c->manager->name, c->manager->file);
	else if (c->manager)
		tell_manager(&c->said, h, c);
	else if (!c->count)
		buf_adds(&c->said, "nothing to do: the hooks are installed\n");
	return c->manager && !told && !c->force ? STATUS_REJECTED : STATUS_CLEAN;
}

static int uninstall(struct hooks_change *c, const struct invocation *in, struct hooks *h)
{
	unsigned every = (1U << HOOK_COUNT) - 1;

	if (hooks_uninstall(c, h, in->hooks ? in->hooks : every) < 0)
		return -1;
	if (!c->count && !c->warnings.len && !c->paths_only)
		buf_adds(&c->said, "nothing to do: no hook here is pycguard's\n");
	return STATUS_CLEAN;
}

static int change(const struct invocation *in, const struct environment *env)
{
	struct hooks h = HOOKS_INIT;
	struct hooks_change c = HOOKS_CHANGE_INIT;
	int status = hooks_open(&h, env, in->hooks);

	c.force = in->force;
	c.dry_run = in->dry_run;
	c.paths_only = in->paths_only;
	if (status == 0)
		status = in->command == &cmd_install ? install(&c, env, &h) : uninstall(&c, in, &h);
	if (!in->quiet)
		fputs(c.warnings.ptr, stderr);
	if (status >= 0 && (buf_failed(&c.said) < 0 || buf_failed(&c.warnings) < 0))
		status = -1;
	if ((!in->quiet || c.paths_only) && report_write(&c.said) < 0)
		status = -1;
	if (status == STATUS_CLEAN && c.dry_run && c.count)
		status = STATUS_REJECTED;
	hooks_change_free(&c);
	hooks_close(&h);
	return status < 0 ? STATUS_FAILED : status;
}

static int show_status(const struct invocation *in, const struct environment *env)
{
	struct hooks h = HOOKS_INIT;
	struct buf text = BUF_INIT;
	int status = hooks_open(&h, env, in->hooks);

	if (status == 0)
		status = hooks_status(&text, &h, env->path);
	if (status >= 0 && !in->quiet && report_write(&text) < 0)
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
	.help = "Makes git run pycguard before each commit and merge commit or, in a bare repository,"
		" on each push to it. A hook that is already there runs first. Where a hook manager "
		"owns the hooks, nothing is changed: the lines for its own configuration are printed.",
	.examples = {"--install", "--install --hook pre-push"},
	.run = change,
};

const struct command cmd_uninstall = {
	.name = "uninstall",
	.options = CLI_CHANGE | CLI_OPTION(HOOK) | CLI_OPTION(FORCE),
	.summary = "remove the hooks of --install",
	.help = "Removes the hooks that --install added, and restores the earlier ones. A hook that "
		"was edited since stays.",
	.examples = {"--uninstall", "--uninstall --hook pre-push"},
	.run = change,
};

const struct command cmd_status = {
	.name = "status",
	.options = CLI_OPTION(HOOK),
	.summary = "which hooks are installed, and where git looks for them",
	.help = "Says which hooks are installed, what they run, and where git looks for them. Exits "
		"with 1 if a hook is missing or cannot run.",
	.examples = {"--status", "--status --hook pre-push"},
	.run = show_status,
};
