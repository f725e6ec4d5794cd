/*
 * reflines - what git writes to the standard input of pre-push and of pre-receive, a line a ref:
 *
 *     pre-push      LOCAL-REF ' ' LOCAL-ID ' ' REMOTE-REF ' ' REMOTE-ID LF
 *     pre-receive   OLD-ID ' ' NEW-ID ' ' REF LF
 *
 * (githooks(5)). An id is 40 or 64 hexadecimal digits, all zero where there is no such ref. Names
 * of refs hold no blanks, but LOCAL-REF is what the user typed and may ("HEAD@{1 day ago}"): a line
 * of pre-push is read from its end. Pure.
 */
#ifndef PYCGUARD_REFLINES_H
#define PYCGUARD_REFLINES_H

#include <stddef.h>

/** One ref. All strings are borrowed from the text. */
struct refline {
	const char *from; /* the id that the ref has where it is pushed to */
	const char *to;   /* the id that it is to have */
	const char *ref;
};

enum refline_kind { REFLINE_PUSH, REFLINE_RECEIVE };

/**
 * Take the next line.
 *
 * @param text moves past the line, whose blanks and end become NULs
 * @return 1 a line, 0 the end of the text, -1 with the failure recorded: no such line
 */
int refline_next(struct refline *out, char **text, enum refline_kind kind);

#endif
