/*
 * pathset - a list of paths; once sorted, a set, in which each stands for itself and all below it.
 */
#ifndef PYCGUARD_PATHSET_H
#define PYCGUARD_PATHSET_H

#include "base/base.h"

struct pathset_item {
	char *path;
	size_t len;
};

struct pathset {
	struct pathset_item *items;
	size_t count;
};

/** Take a copy of `path` into the set. Start with zeros. */
void pathset_add(struct pathset *set, const char *path, size_t len);

/** Put the set in order. Once, after the last pathset_add and before pathset_holds. */
void pathset_sort(struct pathset *set);

/** Whether `path` is one of the set or below one. */
bool pathset_holds(const struct pathset *set, const char *path, size_t len);

void pathset_free(struct pathset *set);

#endif
