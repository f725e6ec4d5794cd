/*
 * ignored - whether git ignores paths, and by which line of which file. git's own answer
 * (`git check-ignore`), whatever patterns and ignore files there are, on disk or, in a sparse
 * checkout, in the index. The paths need not exist. Only where an ignore file on the way is in the
 * index alone has git to read that, and then it goes through all of it for each path.
 */
#ifndef PYCGUARD_IGNORED_H
#define PYCGUARD_IGNORED_H

#include "check/pathset.h"
#include "git/repository.h"

/** The answer for one path. The strings belong to the list. */
struct ignored {
	bool ignored;
	bool by_index; /* git has read the index, and says of no path in it that it is ignored */
	const char *source;  /* the file whose line decides, from the top or absolute; "" if none */
	const char *pattern; /* that line; one with `!` lets the path in */
};

/** Zeros are an empty one. */
struct ignored_list {
	struct ignored *items; /* in the order of the paths asked for */
	size_t count;
	struct buf
		text[2]; /* what git said of those that are not `by_index`, and of those that are */
};

/**
 * Ask git. A path beyond a symbolic link counts as ignored: git takes none in.
 *
 * @param out      for ignored_list_free, also on failure
 * @param index    NULL: git reads the index for every path
 * @param patience for how many seconds git may say nothing; 0: EXEC_SILENCE
 * @return 0; -1 with the failure recorded
 */
int ignored_ask(struct ignored_list *out, struct repository *r, struct snapshot *index,
	const struct pathset *paths, unsigned patience);

/**
 * Read what git said, `out->text[by_index]`, of these items that are not marked as ignored yet.
 *
 * @return 0; -1 with the failure recorded (cut short, about another path)
 */
int ignored_take(struct ignored_list *out, const struct pathset *paths, bool by_index);

void ignored_list_free(struct ignored_list *list);

#endif
