/* Directories: they are opened and read, in the order of the names that are in them. */
#define _GNU_SOURCE
#include "inject.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is left of an open directory; of one that has not been read yet there is none. */
struct listing {
	DIR *dir;
	struct dirent64 **items;
	size_t count, at;
	int errnum; /* when it could not be read to its end */
};

enum { OPEN_MAX_AT_ONCE = 256 };
static struct listing listings[OPEN_MAX_AT_ONCE];

static struct listing *find(const DIR *dir)
{
	size_t i;

	for (i = 0; i < OPEN_MAX_AT_ONCE; i++)
		if (listings[i].dir == dir)
			return &listings[i];
	return NULL;
}

static int compare(const void *a, const void *b)
{
	return strcmp(
		(*(struct dirent64 *const *)a)->d_name, (*(struct dirent64 *const *)b)->d_name);
}

static void add(struct listing *l, const struct dirent64 *entry)
{
	struct dirent64 *copy = malloc(entry->d_reclen);

	if (l->count % 64 == 0)
		l->items = realloc(l->items, (l->count + 64) * sizeof *l->items);
	if (!copy || !l->items)
		abort();
	l->items[l->count++] = memcpy(copy, entry, entry->d_reclen);
}

static struct listing *list(DIR *dir)
{
	struct listing *l = find(NULL);
	struct dirent64 *entry;

	NEXT(readdir64);
	if (!l)
		abort();
	*l = (struct listing){.dir = dir};
	inject_pause();
	for (errno = 0; (entry = next(dir)); errno = 0)
		add(l, entry);
	l->errnum = errno;
	qsort(l->items, l->count, sizeof *l->items, compare);
	inject_resume();
	return l;
}

static void forget(DIR *dir)
{
	struct listing *l = dir ? find(dir) : NULL;

	if (!l)
		return;
	while (l->count > 0)
		free(l->items[--l->count]);
	free(l->items);
	*l = (struct listing){0};
}

struct dirent64 *readdir64(DIR *dir)
{
	struct listing *l;
	char path[PATH_MAX];
	int errnum = errno;

	if (inject_fails("readdir:readdir", inject_path_of(dirfd(dir), path)))
		return NULL;
	inject_turn_hold();
	l = find(dir);
	l = l ? l : list(dir);
	inject_turn_release();
	errno = l->at == l->count && l->errnum ? l->errnum : errnum;
	return l->at < l->count ? l->items[l->at++] : NULL;
}

/* Where the two are not one, nobody sorts. */
struct dirent *readdir(DIR *dir)
{
	NEXT(readdir);
	if (sizeof(struct dirent) == sizeof(struct dirent64) && sizeof(ino_t) == sizeof(ino64_t))
		return (struct dirent *)readdir64(dir);
	return next(dir);
}

void rewinddir(DIR *dir)
{
	NEXT(rewinddir);
	forget(dir);
	next(dir);
}

int closedir(DIR *dir)
{
	NEXT(closedir);
	forget(dir);
	return next(dir);
}

DIR *opendir(const char *path)
{
	NEXT(opendir);
	return inject_fails("opendir:opendir", path) ? NULL : next(path);
}

DIR *fdopendir(int fd)
{
	char path[PATH_MAX];

	NEXT(fdopendir);
	return inject_fails("fdopendir:opendir", inject_path_of(fd, path)) ? NULL : next(fd);
}
