#include "hook_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hooks.h"
#include "io.h"
#include "path.h"

/* Calls `each` with every name in `dir`; a directory that is not there has none. */
static int for_each_name(const char *dir, int (*each)(void *arg, const char *name), void *arg)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int status = 0;

	if (!d)
		return errno == ENOENT ? 0 : error_os(errno, "cannot read directory '%s'", dir);
	while (status == 0 && (errno = 0, entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			status = each(arg, entry->d_name);
	if (status == 0 && errno)
		status = error_os(errno, "cannot read directory '%s'", dir);
	closedir(d);
	return status;
}

struct links {
	struct plan *plan;
	const char *dir;
	const char *base; /* the last component of dir */
	size_t others;    /* what is in there and not ours */
};

static void add_link(struct buf *path, struct buf *target, const struct links *l, const char *name)
{
	buf_addf(path, "%s.before-pycguard/%s", l->dir, name);
	buf_addf(target, "../%s/%s", l->base, name);
}

static int plan_if_missing(
	struct plan *out, enum step_kind kind, const char *path, const char *value)
{
	int there = io_exists(path);

	return there == 0 ? plan_add(out, kind, path, value) : there < 0 ? -1 : 0;
}

static int link_name(void *arg, const char *name)
{
	struct links *l = arg;
	struct buf path = BUF_INIT, target = BUF_INIT;
	int status = 0;

	if (hook_named(name) != HOOK_COUNT || strcmp(name, ".gitignore") == 0 ||
		fnmatch("*.sample", name, 0) == 0 || fnmatch("*" PLAN_NEW_SUFFIX, name, 0) == 0)
		return 0;
	add_link(&path, &target, l, name);
	if (buf_failed(&path) < 0 || buf_failed(&target) < 0)
		status = -1;
	else
		status = plan_if_missing(l->plan, STEP_LINK, path.ptr, target.ptr);
	buf_free(&path);
	buf_free(&target);
	return status;
}

int hook_dir_plan_kept(struct plan *out, const char *dir)
{
	struct links l = {out, dir, dir + path_base(dir, strlen(dir)), 0};
	struct buf path = BUF_INIT;
	int status = -1;

	buf_addf(&path, "%s.before-pycguard", dir);
	if (buf_failed(&path) < 0)
		goto done;
	if (plan_if_missing(out, STEP_MAKE_DIRECTORY, path.ptr, NULL) < 0)
		goto done;
	buf_adds(&path, "/.gitignore");
	if (buf_failed(&path) < 0)
		goto done;
	if (plan_if_missing(out, STEP_IGNORE_ALL, path.ptr, NULL) < 0)
		goto done;
	status = for_each_name(dir, link_name, &l);
done:
	buf_free(&path);
	return status;
}

/* 1 or 0; -1 with the failure recorded. */
static int is_our_link(const char *path, const char *target)
{
	char found[PATH_MAX];
	ssize_t n = readlink(path, found, sizeof found);

	if (n < 0 && errno != EINVAL && errno != ENOENT)
		return error_os(errno, "cannot look at '%s'", path);
	return n >= 0 && (size_t)n == strlen(target) && memcmp(found, target, (size_t)n) == 0;
}

static int count_other(void *arg, const char *name)
{
	struct links *l = arg;
	struct buf path = BUF_INIT, target = BUF_INIT;
	int status;

	add_link(&path, &target, l, name);
	status = buf_failed(&path) < 0 ? -1 : buf_failed(&target);
	if (status == 0 && strncmp(name, ".gitignore", sizeof ".gitignore" - 1) != 0)
		status = is_our_link(path.ptr, target.ptr);
	else if (status == 0)
		status = 1;
	l->others += status == 0;
	buf_free(&path);
	buf_free(&target);
	return status < 0 ? -1 : 0;
}

static int remove_name(void *arg, const char *name)
{
	struct links *l = arg;
	struct buf path = BUF_INIT;
	int status;

	buf_addf(&path, "%s.before-pycguard/%s", l->dir, name);
	status = buf_failed(&path);
	if (status == 0 && hook_named(name) == HOOK_COUNT)
		status = plan_add(l->plan, STEP_REMOVE, path.ptr, NULL);
	buf_free(&path);
	return status;
}

int hook_dir_plan_no_kept(struct plan *out, const char *dir, size_t leaving)
{
	struct links l = {out, dir, dir + path_base(dir, strlen(dir)), 0};
	struct buf path = BUF_INIT;
	int status;

	buf_addf(&path, "%s.before-pycguard", dir);
	status = buf_failed(&path) < 0 ? -1 : io_exists(path.ptr);
	if (status > 0) {
		status = for_each_name(path.ptr, count_other, &l);
		if (status == 0 && l.others == leaving) {
			status = for_each_name(path.ptr, remove_name, &l);
			if (status == 0)
				status = plan_add(out, STEP_REMOVE_DIRECTORY, path.ptr, NULL);
		}
	}
	buf_free(&path);
	return status;
}

int hook_dir_plan(struct plan *out, unsigned *count, const char *dir)
{
	char *parent;
	int status = io_exists(dir);

	if (status != 0)
		return status < 0 ? -1 : 0;
	parent = strndup(dir, path_base(dir, strlen(dir)) - 1);
	if (!parent)
		return error_oom();
	status = *parent ? hook_dir_plan(out, count, parent) : 0;
	free(parent);
	++*count;
	return status < 0 ? -1 : plan_add(out, STEP_MAKE_DIRECTORY, dir, NULL);
}

static int count_name(void *arg, const char *name)
{
	(void)name;
	++*(size_t *)arg;
	return 0;
}

int hook_dir_plan_none(struct plan *out, const char *dir, size_t leaving, unsigned made)
{
	size_t names = 0;
	char *path = strdup(dir);
	int status = path ? for_each_name(dir, count_name, &names) : error_oom();

	while (status == 0 && names == leaving && made-- > 0 && *path) {
		status = plan_add(out, STEP_REMOVE_DIRECTORY, path, NULL);
		path[path_base(path, strlen(path)) - 1] = '\0';
	}
	free(path);
	return status;
}
