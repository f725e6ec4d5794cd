/*
 * pushed - what a push adds: the lines that git writes to a hook, and what the remote has already.
 *
 *     pre-push      LOCAL-REF ' ' LOCAL-ID ' ' REMOTE-REF ' ' REMOTE-ID LF
 *     pre-receive   OLD-ID ' ' NEW-ID ' ' REF LF
 *
 * (githooks(5)). Names of refs hold no blanks, but LOCAL-REF is what the user typed and may
 * ("HEAD@{1 day ago}"): a line is read from its end.
 */
#ifndef PYCGUARD_PUSHED_H
#define PYCGUARD_PUSHED_H

#include "range/walk.h"

/** One ref. All strings are borrowed from the text. */
struct refline {
	const char *from,
		*to; /* the ids that it has where it is pushed to, and that it is to have */
	const char *ref;
};

enum refline_kind { REFLINE_PUSH, REFLINE_RECEIVE };

/** Take the next line: `text` moves past it, and its blanks and end become NULs. 1; 0 at the end of
 * the text; -1 with the failure recorded: no such line. Pure. */
int refline_next(struct refline *out, char **text, enum refline_kind kind);

/** Hide what a remote has, as far as we have seen: the refs that its own fetch refspecs write. One
 * that was never fetched, or has no name but a URL, has what any remote has. 0; -1 recorded. */
int pushed_hide(struct walk *w, const char *remote);

#endif
