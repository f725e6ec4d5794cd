/*
 * dockerignore - which paths a .dockerignore keeps out of an image, by Docker's rules, which are
 * not git's. No I/O.
 *
 * The rules (docs.docker.com, "Dockerignore file"; moby/patternmatcher decides): a pattern is about
 * the path from the root of the context, a slash at its start or end means nothing; `*`, `?` and
 * `[...]` are those of Go's filepath.Match; `**` is any number of directories; `!` lets back in;
 * what matches a directory matches all below it; the last pattern that matches decides. A comment
 * begins at the start of its line; blanks around a pattern are no part of it.
 */
#ifndef PYCGUARD_DOCKERIGNORE_H
#define PYCGUARD_DOCKERIGNORE_H

#include "check/pathset.h"

/**
 * Ask the lines of such a file about paths.
 *
 * @param excluded one for each path, false before: whether it is kept out
 * @param skip     the length of the root of the context, with its slash, that all paths begin with
 * @param origin   the name of the file, for messages
 * @return 0; -1 with the failure recorded: a pattern that Docker refuses too, ...
 */
int dockerignore_ask(bool *excluded, const struct pathset *paths, size_t skip,
	const struct buf *text, const char *origin);

#endif
