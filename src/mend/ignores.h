/*
 * ignores - whether Python bytecode that is made here tomorrow would be kept out: of git by the
 * .gitignore files, of images by the .dockerignore beside each tracked Dockerfile; and what is
 * missing where.
 *
 * Asked for are paths that do not exist yet: in the top, in each directory of the index that holds
 * Python sources, and in new directories of these. One that the policy allows need not be ignored.
 * What git ignores, git is asked for; for Docker, its rules. Of the ignore files of a Dockerfile
 * the first counts that is there: NAME.dockerignore, .dockerignore; for a Containerfile
 * .containerignore too. What is in the index but not on disk (a sparse checkout) is read from
 * there, and not added to.
 */
#ifndef PYCGUARD_IGNORES_H
#define PYCGUARD_IGNORES_H

#include "check/pathset.h"
#include "disk/atomic_file.h"
#include "git/repository.h"
#include "policy/policy.h"

/** A pattern that an ignore file lacks. */
struct ignore_gap {
	char *file;          /* from the top; it need not exist */
	const char *pattern; /* static */
	char *example;       /* a path that gets in for want of it, from the top */
	char *culprit;       /* the `!` line that lets it in; "" if none */
};

struct ignore_gaps {
	struct ignore_gap *items; /* by file, in the order in which patterns are added */
	size_t count;
	/* Ignore files outside of the work tree that others do not have, but that keep bytecode
	 * out here. */
	struct pathset unshared;
	struct pathset at_top; /* Dockerfiles below the top whose context is taken to be the top */
};

/** Where to look. Everything is borrowed. */
struct ignores {
	struct repository *repository;
	struct snapshot *index;
	const struct policy *policy;
	int top;     /* descriptor of the top of the work tree */
	bool strict; /* ignore files that others do not have do not count */
};

/** Open the top of the work tree and, to add to ignore files, keep other runs that do so waiting
 * until it is closed. A descriptor, yours; -1 with the failure recorded. */
int ignores_open_top(struct repository *r, bool lock);

/** As atomic_file_open, to add to it: one that is in the index, but not on disk (a sparse
 * checkout), is refused, for with the new lines alone it would hide those that it has there. */
int ignores_open_file(struct atomic_file *f, int top, struct snapshot *index, const char *path);

/** @param out for ignore_gaps_free, also on failure. @return 0; -1 with the failure recorded. */
int ignores_find(struct ignore_gaps *out, const struct ignores *where);

/** Add the patterns that are missing, under one comment line a file. 0; -1 recorded. */
int ignores_add(const struct ignores *where, const struct ignore_gaps *gaps);

void ignore_gaps_free(struct ignore_gaps *gaps);

/** git's own answer for one path (`git check-ignore`), whatever patterns and ignore files there
 * are, on disk or, in a sparse checkout, in the index. */
struct ignored {
	bool ignored;
	bool by_index; /* git has read the index, and says of no path in it that it is ignored */
	const char *source;  /* the file whose line decides, from the top or absolute; "" if none */
	const char *pattern; /* that line; one with `!` lets the path in */
};

/**
 * Ask git. Only where an ignore file on the way is in the index alone has git to read that, and
 * then it goes through all of it for each path. A path beyond a symbolic link counts as ignored:
 * git takes none in.
 *
 * @param out      one for each path; their strings are in `text`, empty before
 * @param index    NULL: git reads the index for every path
 * @param patience for how many seconds git may say nothing; 0: EXEC_SILENCE
 * @return 0; -1 with the failure recorded
 */
int ignored_ask(struct ignored *out, struct buf *text, struct repository *r, struct snapshot *index,
	const struct pathset *paths, unsigned patience);

/** Read what git said of those that are not marked as ignored yet: first of those that are not
 * `by_index`. 0; -1 recorded (cut short, about another path). */
int ignored_take(struct ignored *out, const struct pathset *paths, const struct buf *text);

/**
 * Ask the lines of a .dockerignore about paths, by Docker's rules, which are not git's
 * (docs.docker.com, "Dockerignore file"; moby/patternmatcher decides): a pattern is about the path
 * from the root of the context, a slash at its start or end means nothing; `*`, `?` and `[...]` are
 * those of Go's filepath.Match; `**` is any number of directories; `!` lets back in; what matches a
 * directory matches all below it; the last pattern that matches decides. A comment begins at the
 * start of its line; blanks around a pattern are no part of it.
 *
 * @param excluded one for each path, false before: whether it is kept out
 * @param skip     the length of the root of the context, with its slash, that all paths begin with
 * @param origin   the name of the file, for messages
 * @return 0; -1 with the failure recorded: a pattern that Docker refuses too, ...
 */
int dockerignore_ask(bool *excluded, const struct pathset *paths, size_t skip,
	const struct buf *text, const char *origin);

#endif
