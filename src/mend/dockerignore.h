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

#include "policy/pattern.h"

struct dockerignore;

/**
 * Read the text of such a file.
 *
 * @param out    yours, for dockerignore_free; NULL on failure
 * @param origin its name, for messages
 * @return 0; -1 with the failure recorded: a pattern that Docker refuses too, no memory
 */
int dockerignore_parse(struct dockerignore **out, const char *text, size_t len, const char *origin);

/** NULL is allowed. */
void dockerignore_free(struct dockerignore *d);

/**
 * Whether a path is kept out.
 *
 * @param path the path of a file from the root of the context
 * @return 1 or 0; -1 with the failure recorded
 */
int dockerignore_excludes(
	const struct dockerignore *d, struct matcher *m, const char *path, size_t len);

#endif
