/*
 * manager - knows the programs that manage hooks by the files that they write as hooks.
 */
#ifndef PYCGUARD_MANAGER_H
#define PYCGUARD_MANAGER_H

struct manager {
	const char *name;
	const char *marks; /* each with a NUL at its end, and a NUL after the last */
	const char *file;  /* where its users say what to run */
	const char *lines; /* what to write there for pycguard */
};

/** Whose a hook's text (of a link: its target) is; NULL: no manager's that is known. Static. */
const struct manager *manager_of(const char *text);

#endif
