/*
 * hook_file - the file that --install writes as a hook, and what a hook's file is when it is found.
 *
 * The text is that of hook/pre-commit with the path of the program filled in, and a last line that
 * tells whether it was edited since:
 *
 *     # Written by pycguard 1.2.3; sum: 0123456789abcdef
 *
 * The sum is SipHash-2-4 with key 0 of all that stands before its digits. It is no seal: it tells
 * an edit from an upgrade, and nobody gains by a forgery.
 */
#ifndef PYCGUARD_HOOK_FILE_H
#define PYCGUARD_HOOK_FILE_H

#include <stdbool.h>

#include "base/buf.h"

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
	bool runs;          /* git would run it */
	struct buf text;    /* of a link: what it points to; of a large file: its beginning */
	struct buf program; /* the path filled in, where it is ours */
	struct buf version; /* of the pycguard that wrote it, where it is ours */
};

#define HOOK_FILE_INIT                                                                             \
	{                                                                                          \
		HOOK_FILE_NONE, false, BUF_INIT, BUF_INIT, BUF_INIT                                \
	}

/** Append the text of a hook that runs `program`, an absolute path. */
void hook_file_text(struct buf *out, const char *program);

/** Look at `path`. @return 0, also when there is nothing; -1 with the failure recorded. */
int hook_file_read(struct hook_file *out, const char *path);

/** Whether two paths hold the same link, or files of the same bytes and mode. -1 recorded. */
int hook_file_same(bool *out, const char *a, const char *b);

void hook_file_free(struct hook_file *f);

#endif
