/*
 * ignored - whether git ignores paths, and by which line of which file. git's own answer
 * (`git check-ignore`), whatever patterns and ignore files there are, on disk or, in a sparse
 * checkout, in the index. The paths need not exist, and must not be in the index.
 */
#ifndef PYCGUARD_IGNORED_H
#define PYCGUARD_IGNORED_H

#include "check/pathset.h"
#include "git/repository.h"

/** The answer for one path. The strings belong to the list. */
struct ignored {
	bool ignored;
	const char *source;  /* the file whose line decides, from the top or absolute; "" if none */
	const char *pattern; /* that line; one with `!` lets the path in */
};

/** Zeros are an empty one. */
struct ignored_list {
	struct ignored *items; /* in the order of the paths asked for */
	size_t count;
	struct buf text; /* what git said */
};

/**
 * Ask git. A path beyond a symbolic link counts as ignored: git takes none in.
 *
 * @param out for ignored_list_free, also on failure
 * @return 0; -1 with the failure recorded
 */
int ignored_ask(struct ignored_list *out, struct repository *r, const struct pathset *paths);

/**
 * Read what git said: `out->text`, for the items that are not marked as ignored yet.
 *
 * @return 0; -1 with the failure recorded (cut short, about another path)
 */
int ignored_take(struct ignored_list *out, const struct pathset *paths);

void ignored_list_free(struct ignored_list *list);

#endif
