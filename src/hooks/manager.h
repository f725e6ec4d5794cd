/*
 * manager - knows the programs that manage hooks by the files that they write as hooks.
 */
#ifndef PYCGUARD_MANAGER_H
#define PYCGUARD_MANAGER_H

#include <stdbool.h>

struct manager {
	const char *name;
	const char *marks; /* each with a NUL at its end, and a NUL after the last */
	const char *file;  /* where its users say what to run, below the top of the work tree */
	const char *where; /* in that file; "" */
	const char *lines; /* what to write there for pycguard */
	const char *push_file, *push_lines; /* the same for a hook before each push */
};

/** Whose a hook's text (of a link: its target) is; NULL: no manager's that is known. Static. */
const struct manager *manager_of(const char *text);

/**
 * Whether the manager's own configuration runs pycguard: its file has a line with that word which
 * is no comment.
 *
 * @param top  of the work tree; NULL: none
 * @param push before each push, not before each commit
 * @return 1; 0; -1 with the failure recorded
 */
int manager_runs_us(const struct manager *m, const char *top, bool push);

#endif
