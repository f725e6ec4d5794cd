/*
 * hooks - the hooks of a repository: where git looks for them, what is there, and how pycguard's
 * are installed and removed.
 *
 * A hook is one file, DIR/NAME, which every git runs; git itself says which directory DIR is. A
 * hook of the user's own moves beside ours, which runs it first:
 *
 *     DIR/pre-commit                    ours (hook_file.h)
 *     DIR/pre-commit.before-pycguard    the earlier hook
 *
 * A hook that a hook manager owns is left alone (manager.h).
 *
 * One writer at a time: a lock on the repository's directory ends with the process. A run that is
 * killed leaves of each hook the old one or the new one, and the next run goes on from there.
 */
#ifndef PYCGUARD_HOOKS_H
#define PYCGUARD_HOOKS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/environment.h"
#include "hooks/hook_file.h"
#include "hooks/manager.h"

enum hook {
#define HOOK(name, text, unasked) name,
#include "hooks/hooks.def"
	HOOK_COUNT
};

/** The repository's side. Start with HOOKS_INIT, end with hooks_close. */
struct hooks {
	char **variables; /* the environment's, borrowed */
	bool bare;
	unsigned wanted;     /* a bit for each enum hook: what is named, and what is the default */
	char *top;           /* of the work tree; NULL: there is none */
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

/** "pre-commit, pre-merge-commit, ...", for messages. */
const char *hook_names(void);

/**
 * Ask git about the repository that `env` names.
 *
 * @param named a bit for each hook that is named; what is wanted are those, and the defaults
 * @return 0; -1 with the failure recorded
 */
int hooks_open(struct hooks *out, const struct environment *env, unsigned named);

/** Whether core.hooksPath is not the repository's own, but of all repositories or of this run. */
bool hooks_path_foreign(const struct hooks *h);

void hooks_close(struct hooks *h);

/** Where git looks for that hook; absolute, may not exist, may be no directory. Borrowed. */
const char *hooks_dir(const struct hooks *h, enum hook hook);

/** One hook in one directory, and what is there. Start with HOOK_SITE_INIT. */
struct hook_site {
	const char *dir;
	enum hook hook;
	struct buf path, kept; /* the hook, and where an earlier one is kept */
	struct hook_file file, earlier;
};

#define HOOK_SITE_INIT                                                                             \
	{                                                                                          \
		.path = BUF_INIT, .kept = BUF_INIT, .file = HOOK_FILE_INIT,                        \
		.earlier = HOOK_FILE_INIT                                                          \
	}

/** Look at that hook in `dir`, which must outlive it. @return 0; -1 with the failure recorded. */
int hook_site_open(struct hook_site *out, const char *dir, enum hook hook);

void hook_site_close(struct hook_site *s);

/** What --install and --uninstall are to do, and what they say. Ends with hooks_change_free. */
struct hooks_change {
	bool force;      /* also into a core.hooksPath that is not the repository's own, over an
			    edited hook of ours, and where a hook manager owns the hook */
	bool dry_run;    /* only say it */
	bool paths_only; /* say only the paths, a NUL after each */
	struct buf said, warnings;
	size_t count;     /* of changes */
	unsigned managed; /* --install: the hooks that a manager owns, a bit for each */
	const struct manager *manager; /* the first of them; NULL: none */
};

#define HOOKS_CHANGE_INIT                                                                          \
	{                                                                                          \
		.said = BUF_INIT, .warnings = BUF_INIT                                             \
	}

void hooks_change_free(struct hooks_change *c);

/**
 * Install what is wanted: all of it or, when one of the hooks is in the way or a manager owns one
 * (and it is not forced), nothing.
 *
 * @param program absolute path of what the hooks are to run
 * @return 0; -1 with the failure recorded: `said` has what was done before it
 */
int hooks_install(struct hooks_change *c, struct hooks *h, const char *program);

/**
 * Remove the hooks of `which`, where git looks and where it would look without core.hooksPath (it
 * may have been set after --install). The same returns.
 */
int hooks_uninstall(struct hooks_change *c, struct hooks *h, unsigned which);

/**
 * Append how things are, for people. No program that a hook names is run.
 *
 * @param search PATH, for a program that is no longer where it was; may be NULL
 * @return 1 when every wanted hook is installed and what it runs is there, or a manager runs it;
 *         0 when not; -1 recorded
 */
int hooks_status(struct buf *out, const struct hooks *h, const char *search);

#endif
