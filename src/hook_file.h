/*
 * hook_file - the file that --install writes as a hook, and what a hook's file is when it is found.
 *
 * The text is that of hook/pre-commit with the path of the program filled in, and a last line that
 * tells whether it was edited since:
 *
 *     # Written by pycguard 1.2.3; directories made for it: 0; sum: 0123456789abcdef
 *
 * The sum is SipHash-2-4 with key 0 of all that stands before its digits. It is no seal: it tells
 * an edit from an upgrade, and nobody gains by a forgery.
 */
#ifndef PYCGUARD_HOOK_FILE_H
#define PYCGUARD_HOOK_FILE_H

#include <stdbool.h>

#include "buf.h"

enum hook_file_kind {
	HOOK_FILE_NONE,
	HOOK_FILE_OURS,
	HOOK_FILE_EDITED, /* ours once */
	HOOK_FILE_OTHER,  /* somebody's: a file or a symbolic link */
	HOOK_FILE_ODD,    /* a directory, a socket, ...: nothing that git could run */
};

/** What is found at a hook's path. Start with HOOK_FILE_INIT, end with hook_file_free. */
struct hook_file {
	enum hook_file_kind kind;
	bool runs;            /* git would run it */
	unsigned directories; /* made for it, where it is ours */
	struct buf text;      /* of a link: what it points to; of a large file: its beginning */
	struct buf program;   /* the path filled in, where it is ours */
	struct buf version;   /* of the pycguard that wrote it, where it is ours */
};

#define HOOK_FILE_INIT                                                                             \
	{                                                                                          \
		HOOK_FILE_NONE, false, 0, BUF_INIT, BUF_INIT, BUF_INIT                             \
	}

/**
 * Append the text of a hook.
 *
 * @param program     absolute path of the program that it is to run
 * @param directories how many were made to hold it, for --uninstall
 */
void hook_file_text(struct buf *out, const char *program, unsigned directories);

/** Look at `path`. @return 0, also when there is nothing; -1 with the failure recorded. */
int hook_file_read(struct hook_file *out, const char *path);

/** Whether two paths hold the same link, or files of the same bytes and mode. -1 recorded. */
int hook_file_same(bool *out, const char *a, const char *b);

void hook_file_free(struct hook_file *f);

/**
 * Append the command that git 2.54 and later run for hook.NAME.command: what the file does, in one
 * line of shell.
 *
 * @param check the arguments of pycguard; git appends "$@" where a hook has any
 */
void hook_command_text(struct buf *out, const char *program, const char *check);

/** Whether it is such a command, whatever program it names. */
bool hook_command_ours(const char *command, const char *check);

/** Append the program that such a command names; nothing when there is none. @return 0; -1. */
int hook_command_program(struct buf *out, const char *command);

#endif
