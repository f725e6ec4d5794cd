/*
 * git_run - git itself, asked about a repository. Not for others than the files that use libgit2.
 *
 * However git is run here, it asks nobody, fetches nothing from anywhere, takes no lock that it can
 * do without, honours no replacement object, and runs no monitor of files and no pager.
 */
#ifndef PYCGUARD_GIT_RUN_H
#define PYCGUARD_GIT_RUN_H

#include "git.h"

enum { GIT_ARGUMENTS_MAX = 24, GIT_VARIABLES_SET = 9 };

/** A command line and an environment. */
struct git_command {
	const char *args[GIT_ARGUMENTS_MAX]; /* those given are borrowed */
	char **variables;
	char *set[GIT_VARIABLES_SET];
};

/**
 * Prepare to run a git command at the top of a repository's work tree.
 *
 * @param out  for git_command_release, also on failure
 * @param r    what is known of it; while `r->dir` is NULL, git finds it as it would for its user
 * @param args the words after `git`, at most a dozen, with a NULL at the end
 * @return 0; -1 with the failure recorded
 */
int git_command_make(struct git_command *out, const struct repository *r, const char *const *args);

void git_command_release(struct git_command *c);

/**
 * Run a git command, as repository_git, but in a bare repository too.
 *
 * @param err its complaints are appended; NULL: they are recorded when it fails
 * @return its exit status, above 1 only when `err` is given; -1 with the failure recorded
 */
int git_run(struct buf *out, struct buf *err, const struct repository *r, const char *const *args,
	const struct buf *input);

/**
 * For a command that has no way to say "none", which is what exit status 1 says of others.
 *
 * @param status as git_run gives it
 * @return 0; -1 with the failure recorded when it is not 0
 */
int git_must(int status, const char *command);

/** git_run without input, and the one line that it prints, without its end, replaces `out`. */
int git_ask(struct buf *out, const struct repository *r, const char *const *args);

#endif
