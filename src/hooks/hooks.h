/*
 * hooks - the hooks of a repository: where git looks for them, what is there, and how pycguard's
 * are installed and removed.
 *
 * A hook is one file, DIR/NAME, which every git runs. A hook of the user's own moves beside ours,
 * which runs it first:
 *
 *     DIR/pre-commit                    ours: hook/pre-commit with the path of the program in it
 *     DIR/pre-commit.before-pycguard    the earlier hook
 *
 * A hook that a hook manager owns is left alone (manager.c). One writer at a time: a lock on the
 * repository's directory ends with the process. A run that is killed leaves of each hook the old
 * one or the new one, and the next run goes on from there.
 */
#ifndef PYCGUARD_HOOKS_H
#define PYCGUARD_HOOKS_H

#include "git/repository.h"

/* The hooks that pycguard can serve: HOOK(ENUM, NAME). */
#define HOOKS                                                                                      \
	HOOK(HOOK_PRE_COMMIT, "pre-commit")                                                        \
	HOOK(HOOK_PRE_MERGE_COMMIT, "pre-merge-commit")                                            \
	HOOK(HOOK_PRE_PUSH, "pre-push")                                                            \
	HOOK(HOOK_PRE_RECEIVE, "pre-receive")

enum hook {
#define HOOK(id, name) id,
	HOOKS
#undef HOOK
		HOOK_COUNT
};

extern const char *const hook_names[HOOK_COUNT];

/** The repository's side. */
struct hooks {
	struct repository *repository;
	bool bare;
	unsigned wanted;     /* a bit for each enum hook: what is named, and what is the default */
	char *scope, *value; /* of core.hooksPath: "local", ...; NULL when it is not set */
	char *dir, *receive_dir; /* see hooks_dir */
	char *standard;          /* where git would look without core.hooksPath */
	int lock;                /* a descriptor, or -1 */
};

/** Ask git about the repository that `env` names. Wanted are the hooks of `named`, a bit for each,
 * and the defaults. `change` keeps other runs that change hooks waiting. `out` is for hooks_close,
 * also on failure. 0; -1 recorded. */
int hooks_open(struct hooks *out, const struct environment *env, unsigned named, bool change);

void hooks_close(struct hooks *h);

/** Whether core.hooksPath is not the repository's own, but of all repositories or of this run. */
bool hooks_path_foreign(const struct hooks *h);

/** Where git looks for that hook; absolute, may not exist, may be no directory. Borrowed. */
const char *hooks_dir(const struct hooks *h, enum hook hook);

enum hook_file_kind {
	HOOK_FILE_NONE,
	HOOK_FILE_OURS,
	HOOK_FILE_EDITED, /* ours once */
	HOOK_FILE_OTHER,  /* somebody's: a file or a symbolic link */
	HOOK_FILE_ODD,    /* a directory, a socket, ...: nothing that git could run */
};

/** What is found at a hook's path. Start with zeros, end with hook_file_free. */
struct hook_file {
	enum hook_file_kind kind;
	bool ours;          /* edited or not */
	bool runs;          /* git would run it */
	struct buf text;    /* of a link: what it points to; of a large file: its beginning */
	struct buf program; /* the path filled in, where it is ours */
	struct buf version; /* of the pycguard that wrote it, where it is ours */
	struct stat st;
};

/** Append the text of a hook that runs `program`, an absolute path. */
void hook_file_text(struct buf *out, const char *program);

/** Look at `path`. 0, also when there is nothing; -1 recorded. */
int hook_file_read(struct hook_file *out, const char *path);

/** Whether both are the same link, or files of the same bytes and mode. */
bool hook_file_same(const struct hook_file *a, const struct hook_file *b);

void hook_file_free(struct hook_file *f);

/** One hook in one directory, and what is there. Start with zeros. */
struct hook_site {
	enum hook hook;
	struct buf path, kept; /* the hook, and where an earlier one is kept */
	struct hook_file file, earlier;
};

/** Look at that hook in `dir`. `out` is for hook_site_close, also on failure. 0; -1 recorded. */
int hook_site_open(struct hook_site *out, const char *dir, enum hook hook);

void hook_site_close(struct hook_site *s);

/** A program that manages hooks. */
struct manager {
	const char *name;
	const char *marks; /* each with a NUL at its end: one of them is in its hook files */
	const char *file;  /* where its users say what to run, below the top of the work tree, */
	const char *where; /* and where in it; "" */
	const char *lines; /* what to write there for pycguard */
	const char *push_file, *push_lines; /* the same for a hook before each push */
};

/** Whose a hook's text (of a link: its target) is; NULL: no manager's that is known. Static. */
const struct manager *manager_of(const char *text);

/** Whether the manager's own configuration runs pycguard, before each push or before each commit:
 * its file has a line with that word which is no comment. 1; 0; -1 with the failure recorded. */
int manager_runs_us(const struct manager *m, const struct hooks *h, bool push);

/** What --install and --uninstall are to do, and what they say. */
struct hooks_change {
	bool force;      /* over what stands in the way too */
	bool dry_run;    /* only say it */
	bool paths_only; /* say only the paths, a NUL after each */
	struct buf said, warnings;
	size_t count; /* of changes */
};

/** Install what is wanted, to run `program`, an absolute path: all of it or, when one of the hooks
 * is in the way or a manager owns one (and it is not forced), nothing. 0; 1 when a manager is to be
 * told first, and how is said; -1 recorded: `said` has what was done before it. */
int hooks_install(struct hooks_change *c, const struct hooks *h, const char *program);

/** Remove the hooks of `which`, where git looks and where it would look without core.hooksPath (it
 * may have been set after --install). 0; -1 as above. */
int hooks_uninstall(struct hooks_change *c, const struct hooks *h, unsigned which);

/** Append how things are, for people. No program that a hook names is run; one that is no longer
 * where it was is looked for in PATH, `search`, which may be NULL. 1 when every wanted hook is
 * installed and what it runs is there, or a manager runs it; 0 when not; -1 recorded. */
int hooks_status(struct buf *out, const struct hooks *h, const char *search);

/** The absolute path of the running program: the name that it was started by (argv[0]), which stays
 * when an upgrade moves what a link points to; else what the kernel says. `search` is PATH or NULL.
 * Yours, for free(); NULL with the failure recorded. */
char *program_path(const char *name, const char *search);

/** Append it as one word of a shell: its name, where PATH leads to it, else its path. 0; -1. */
int program_word(struct buf *out, const char *name, const char *search);

#endif
