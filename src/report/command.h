/*
 * command - commands for a person to paste into sh, bash, zsh or fish, from where that person's
 * shell stands. Every word is quoted for all four; long names go one a line.
 */
#ifndef PYCGUARD_COMMAND_H
#define PYCGUARD_COMMAND_H

#include "base/buf.h"
#include "check/pathset.h"

/** Where the shell stands. Borrowed. */
struct standing {
	const char *prefix; /* the subdirectory of the work tree, with its slash, or "" */
	const char *dir;    /* where -C led to, absolute; prefix is that of it. NULL: no -C */
};

/** Append " -C DIR" for a program to be where pycguard is, or nothing. */
void command_here(struct buf *out, const struct standing *at);

/** Append " -C TOP" for a program to be at the top of the work tree, or nothing. */
void command_top(struct buf *out, const struct standing *at);

/**
 * Append a git command that takes paths from the top of the work tree, and means these alone.
 *
 * @param words what stands before the paths: "add", "rm --cached -f"
 */
void command_git(
	struct buf *out, const struct standing *at, const char *words, const struct pathset *paths);

/** Append " -- PATH", or with several long ones each in a line of its own. */
void command_paths(struct buf *out, const struct pathset *paths);

#endif
