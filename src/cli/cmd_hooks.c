#include "cli/cli.h"
#include "hooks/hooks.h"

static int run(struct job *job)
{
	const struct invocation *in = job->in;
	struct hooks h;
	struct hooks_change c = {.force = in->force,
		.dry_run = in->dry_run,
		.paths_only = in->paths_only,
		.said = BUF_INIT,
		.warnings = BUF_INIT};
	char *program = NULL;
	bool asks = in->command == &cmd_status;
	int status = hooks_open(&h, job->env, in->hooks, !asks && !in->dry_run);

	if (status == 0 && asks) {
		status = hooks_status(&c.said, &h, job->env->path);
		if (status < 0)
			buf_clear(&c.said);
		status = status < 0 ? -1 : !status;
	} else if (status == 0 && in->command == &cmd_install) {
		program = program_path(job->env->program, job->env->path);
		status = program ? hooks_install(&c, &h, program) : -1;
	} else if (status == 0) {
		status = hooks_uninstall(&c, &h, in->hooks ? in->hooks : ~0U);
	}
	if (!in->quiet)
		fputs(c.warnings.ptr, stderr);
	if ((!in->quiet || c.paths_only) && report_write(&c.said) < 0)
		status = -1;
	if (status == 0 && c.dry_run && c.count)
		status = STATUS_REJECTED;
	free(program);
	buf_free(&c.said);
	buf_free(&c.warnings);
	hooks_close(&h);
	return status;
}

const struct command cmd_install = {
	.name = "install",
	.options = CLI_CHANGE | CLI_OPTION(HOOK) | CLI_OPTION(FORCE),
	.summary = "make git run pycguard before each commit",
	.help = "Makes git run pycguard before each commit and merge commit or, in a bare repository,"
		" on each push to it. With --hook, installs that hook too. A hook that is already there "
		"runs first. Where a hook manager owns the hooks, nothing is changed: the lines for "
		"its own configuration are printed.",
	.examples = {"--install", "--install --hook pre-push"},
	.run = run,
};

const struct command cmd_uninstall = {
	.name = "uninstall",
	.options = CLI_CHANGE | CLI_OPTION(HOOK) | CLI_OPTION(FORCE),
	.summary = "remove the hooks of --install",
	.help = "Removes the hooks that --install added (with --hook, only that one), and restores the "
		"earlier ones. A hook that was edited since stays.",
	.examples = {"--uninstall", "--uninstall --hook pre-push"},
	.run = run,
};

const struct command cmd_status = {
	.name = "status",
	.options = CLI_OPTION(HOOK),
	.summary = "which hooks are installed, and where git looks for them",
	.help = "Says which hooks are installed, what they run, and where git looks for them. Exits "
		"with 1 if a hook that --install would install, or that --hook names, is missing or "
		"cannot run.",
	.examples = {"--status", "--status --hook pre-push"},
	.run = run,
};
