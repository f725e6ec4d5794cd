/*
 * hooks - the hooks of a repository: where git looks for them, what is there, and the plans that
 * install and uninstall pycguard's.
 *
 * git itself is asked, so that its answer holds for every repository that it can make. From 2.54 on
 * it runs a command of its configuration, and no file is touched. Before that a hook is one file
 * DIR/NAME. A hook that is there already moves to DIR.before-pycguard/NAME, and ours runs it from
 * there: it keeps its name and, by links to all else that DIR holds, what it finds beside itself,
 * which are the two things that hook managers go by.
 *
 *     DIR/pre-commit                        ours (hook_file.h)
 *     DIR.before-pycguard/pre-commit        the earlier hook
 *     DIR.before-pycguard/husky.sh          a link to ../DIR/husky.sh
 *     DIR.before-pycguard/.gitignore        DIR may lie in the work tree
 *
 * One writer at a time: hooks_lock holds a lock on the repository's directory that ends with the
 * process. A run that is killed leaves of each hook the old one or the new one; the next
 * run of either verb goes on from there.
 */
#ifndef PYCGUARD_HOOKS_H
#define PYCGUARD_HOOKS_H

#include <stdbool.h>

#include "buf.h"
#include "environment.h"
#include "hook_file.h"
#include "plan.h"

enum hook {
#define HOOK(name, text, section, check, unasked) name,
#include "hooks.def"
	HOOK_COUNT
};

/** The repository's side. Start with HOOKS_INIT, end with hooks_close. */
struct hooks {
	char **variables; /* the environment's, borrowed */
	bool configured;  /* git runs hooks of its configuration */
	bool bare;
	unsigned wanted;     /* a bit for each enum hook: what is named, and what is the default */
	char *common;        /* the directory that linked worktrees share; absolute */
	char *scope, *value; /* of core.hooksPath: "local", ...; NULL when it is not set */
	char *dir, *receive_dir; /* where git looks for hooks: hooks_dir */
	char *standard;          /* where it would look without core.hooksPath */
	int lock;                /* a descriptor, or -1 */
};

#define HOOKS_INIT                                                                                 \
	{                                                                                          \
		.lock = -1                                                                         \
	}

/** The hook of that name; HOOK_COUNT when it is none of ours. */
enum hook hook_named(const char *name);

const char *hook_name(enum hook hook);

/** "pycguard", ...: hook.SECTION.command and .event. */
const char *hook_section(enum hook hook);

/** The arguments that it runs pycguard with, as a part of a shell command. */
const char *hook_check(enum hook hook);

/** "pre-commit, pre-merge-commit, ...", for messages. */
const char *hook_names(void);

/**
 * Ask git about the repository that `env` names.
 *
 * @param named a bit for each hook that is named; what is wanted are those, and the defaults
 * @return 0; -1 with the failure recorded
 */
int hooks_open(struct hooks *out, const struct environment *env, unsigned named);

/** Wait for other writers, and be the one until hooks_close. @return 0; -1 recorded. */
int hooks_lock(struct hooks *h);

/** Whether core.hooksPath is not the repository's own, but of all repositories or of this run. */
bool hooks_path_foreign(const struct hooks *h);

/** Record that such a core.hooksPath is refused, with what can be done. Always -1. */
int hooks_refuse_path(const struct hooks *h);

void hooks_close(struct hooks *h);

/** Where git looks for that hook; absolute, without links, may not exist. Borrowed. */
const char *hooks_dir(const struct hooks *h, enum hook hook);

/** Append DIR/NAME, and where the earlier hook is kept. */
void hooks_place(struct buf *out, const char *dir, enum hook hook);
void hooks_kept_place(struct buf *out, const char *dir, enum hook hook);

/**
 * Plan to install what is wanted.
 *
 * @param program absolute path of what the hooks are to run
 * @param force   also into a core.hooksPath that is not the repository's own, and over an edited
 *                hook of ours
 * @return 0; -1 with the failure recorded
 */
int hooks_plan_install(struct plan *out, const struct hooks *h, const char *program, bool force);

/** Plan to uninstall the hooks of `which`, wherever they are. @return 0; -1 recorded. */
int hooks_plan_uninstall(struct plan *out, const struct hooks *h, unsigned which, bool force);

/** The same two for git's configuration: what the plans above call from git 2.54 on, or always. */
int hooks_config_plan_install(
	struct plan *out, const struct hooks *h, const char *program, bool force);
int hooks_config_plan_uninstall(
	struct plan *out, const struct hooks *h, unsigned which, bool force);

/**
 * Whether git's configuration, of whatever scope, has it run `hook`.
 *
 * @param out     false also when it is switched off: by hook.SECTION.enabled or, from git 2.55 on,
 *                by hook.NAME.enabled, all commands of that hook
 * @param command cleared; the command
 * @return 0; -1 with the failure recorded
 */
int hooks_config_has(bool *out, struct buf *command, const struct hooks *h, enum hook hook);

/**
 * Append how things are, for people.
 *
 * @param search PATH, for a program that is no longer where it was; may be NULL
 * @return 1 when every wanted hook is installed and what it runs is there; 0 when not; -1 recorded
 */
int hooks_status(struct buf *out, const struct hooks *h, const char *search);

#endif
