#include "hooks/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "disk/atomic_file.h"

void hooks_change_free(struct hooks_change *c)
{
	buf_free(&c->said);
	buf_free(&c->warnings);
}

static void add_path(struct buf *out, const char *path)
{
	path_quote(out, path, strlen(path));
}

/* "DID PATH" or "would DO PATH", and, unless `other` is NULL, "JOINT OTHER". */
static void say(struct hooks_change *c, const char *did, const char *would, const char *path,
	const char *joint, const char *other)
{
	c->count++;
	if (c->paths_only) {
		buf_add(&c->said, path, strlen(path) + 1);
		return;
	}
	buf_addf(&c->said, "%s%s ", c->dry_run ? "would " : "", c->dry_run ? would : did);
	add_path(&c->said, path);
	if (other) {
		buf_adds(&c->said, joint);
		add_path(&c->said, other);
	}
	buf_addc(&c->said, '\n');
}

static void warn(struct hooks_change *c, const char *path, const char *why)
{
	buf_adds(&c->warnings, "pycguard: warning: left ");
	add_path(&c->warnings, path);
	buf_addf(&c->warnings, " alone: %s\n", why);
}

static int lock(struct hooks *h)
{
	h->lock = io_openat(AT_FDCWD, h->common, O_RDONLY | O_DIRECTORY, 0);
	if (h->lock < 0)
		return error_os(errno, "cannot read directory '%s'", h->common);
	while (flock(h->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return error_os(errno, "cannot lock directory '%s'", h->common);
	return 0;
}

static int refuse_foreign(const struct hooks *h)
{
	bool command = strcmp(h->scope, "command") == 0;
	struct buf own = BUF_INIT;

	path_shell(&own, h->standard, strlen(h->standard));
	if (buf_failed(&own) == 0)
		error_set(
			"core.hooksPath is '%s' in git's %s configuration, which is not this"
			" repository's own: unset it (%s%s%s), or give this repository one (git config"
			" core.hooksPath %s), or use --force to install there",
			h->value, h->scope,
			command ? "it is from the command line or GIT_CONFIG_*" : "git config --",
			command ? "" : h->scope, command ? "" : " --unset core.hooksPath", own.ptr);
	buf_free(&own);
	return -1;
}

static int refuse_directory(const struct hooks *h, const char *dir, const char *why)
{
	if (h->value)
		return error_set("core.hooksPath is '%s', where hooks cannot be: '%s' %s", h->value,
			dir, why);
	return error_set("cannot install hooks: '%s' %s", dir, why);
}

/* That `dir` is a directory, or can be made: its path must mean the same before and after. */
static int check_directory(const struct hooks *h, const char *dir)
{
	struct buf part = BUF_INIT;
	struct stat st;
	int status = 0;

	buf_adds(&part, dir);
	status = buf_failed(&part);
	while (status == 0 && stat(part.ptr, &st) < 0) {
		if (errno != ENOENT)
			status = refuse_directory(h, part.ptr, strerror(errno));
		else if (lstat(part.ptr, &st) == 0)
			status = refuse_directory(h, part.ptr, "is a link to nothing");
		else if (strcmp(part.ptr + path_base(part.ptr, part.len), "..") == 0)
			status = refuse_directory(h, part.ptr, "does not exist");
		else if (strcmp(part.ptr + path_base(part.ptr, part.len), "%(prefix)") == 0)
			status = refuse_directory(h, part.ptr, "is not known to this git");
		else
			buf_cut(&part, path_base(part.ptr, part.len) - 1);
		if (part.len == 0)
			break;
	}
	if (status == 0 && part.len && !S_ISDIR(st.st_mode))
		status = refuse_directory(h, part.ptr, "is not a directory");
	buf_free(&part);
	return status;
}

static int make_directory(const char *dir)
{
	struct buf parent = BUF_INIT;
	int status = 0;

	if (mkdir(dir, 0777) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return error_os(errno, "cannot make directory '%s'", dir);
	buf_add(&parent, dir, path_base(dir, strlen(dir)) - 1);
	status = buf_failed(&parent) < 0 ? -1 : make_directory(parent.ptr);
	buf_free(&parent);
	if (status == 0 && mkdir(dir, 0777) < 0 && errno != EEXIST)
		status = error_os(errno, "cannot make directory '%s'", dir);
	return status;
}

/* Removes it and those above it while they are empty, but for the one that git makes. */
static void remove_empty(const struct hooks *h, const char *dir)
{
	struct buf path = BUF_INIT;

	buf_adds(&path, dir);
	while (!path.failed && path.len > 1 && strcmp(path.ptr, h->standard) != 0 &&
		rmdir(path.ptr) == 0)
		buf_cut(&path, path_base(path.ptr, path.len) - 1);
	buf_free(&path);
}

/* Whether the hook is the earlier one too: a run was ended between the two steps. */
static int is_kept_already(bool *out, const struct hook_site *s)
{
	return hook_file_same(out, s->path.ptr, s->kept.ptr);
}

/* That the hook can be installed. Looks at what only --force passes over, too. */
static int check_install(struct hooks_change *c, const struct hook_site *s)
{
	const struct manager *m = manager_of(s->file.text.ptr);
	bool same = true;

	if (s->file.kind == HOOK_FILE_ODD)
		return error_set(
			"cannot install hook '%s': it is there, and not a file", s->path.ptr);
	if (s->file.kind == HOOK_FILE_EDITED && !c->force)
		return error_set(
			"hook '%s' was edited since pycguard wrote it: --force replaces it",
			s->path.ptr);
	if (s->file.kind != HOOK_FILE_OTHER)
		return 0;
	if (m) {
		c->manager = c->manager ? c->manager : m;
		c->managed |= 1U << s->hook;
	}
	if (s->earlier.kind != HOOK_FILE_NONE && (!m || c->force) && is_kept_already(&same, s) < 0)
		return -1;
	return same ? 0 :
		      error_set("cannot keep hook '%s': the earlier '%s' is there too, and only one"
				" can run first; remove one of the two",
			      s->path.ptr, s->kept.ptr);
}

/* Ours comes in place of the hook, which stays where it is until then. */
static int keep_and_write(const struct hook_site *s, bool keep, const char *text)
{
	if (keep && linkat(AT_FDCWD, s->path.ptr, AT_FDCWD, s->kept.ptr, 0) < 0)
		return error_os(errno, "cannot keep hook '%s'", s->path.ptr);
	if (atomic_file_write(s->path.ptr, text, 0777) == 0)
		return 0;
	if (keep)
		unlink(s->kept.ptr);
	return -1;
}

static int install(struct hooks_change *c, const struct hook_site *s, const char *program)
{
	bool keep = s->file.kind == HOOK_FILE_OTHER && s->earlier.kind == HOOK_FILE_NONE;
	struct buf text = BUF_INIT;
	int status;

	hook_file_text(&text, program);
	status = buf_failed(&text);
	if (status == 0 && !(s->file.runs && strcmp(s->file.text.ptr, text.ptr) == 0)) {
		if (!c->dry_run)
			status = keep_and_write(s, keep, text.ptr);
		if (status == 0 && keep)
			say(c, "kept", "keep", s->path.ptr, ", which runs first, as ", s->kept.ptr);
		if (status == 0)
			say(c, "installed", "install", s->path.ptr, NULL, NULL);
	}
	buf_free(&text);
	return status;
}

static int install_wanted(
	struct hooks_change *c, struct hooks *h, struct hook_site *sites, const char *program)
{
	int i, status = 0;

	for (i = 0; i < HOOK_COUNT; i++) {
		if (!(h->wanted & 1U << i))
			continue;
		if (check_directory(h, hooks_dir(h, (enum hook)i)) < 0 ||
			hook_site_open(&sites[i], hooks_dir(h, (enum hook)i), (enum hook)i) < 0 ||
			check_install(c, &sites[i]) < 0)
			return -1;
	}
	for (i = 0; i < HOOK_COUNT && status == 0; i++) {
		if (!(h->wanted & 1U << i) || (c->managed && !c->force))
			continue;
		if (!c->dry_run)
			status = make_directory(sites[i].dir);
		if (status == 0)
			status = install(c, &sites[i], program);
		if (status < 0)
			remove_empty(h, sites[i].dir);
	}
	return status;
}

int hooks_install(struct hooks_change *c, struct hooks *h, const char *program)
{
	struct hook_site sites[HOOK_COUNT];
	int i, status = 0;

	if (hooks_path_foreign(h) && !c->force)
		return refuse_foreign(h);
	if (!c->dry_run && lock(h) < 0)
		return -1;
	for (i = 0; i < HOOK_COUNT; i++)
		sites[i] = (struct hook_site)HOOK_SITE_INIT;
	status = install_wanted(c, h, sites, program);
	for (i = 0; i < HOOK_COUNT; i++)
		hook_site_close(&sites[i]);
	return status;
}

static int take(struct hooks_change *c, const char *path)
{
	if (!c->dry_run && unlink(path) < 0)
		return error_os(errno, "cannot remove '%s'", path);
	say(c, "removed", "remove", path, NULL, NULL);
	return 0;
}

static int put_back(struct hooks_change *c, const struct hook_site *s)
{
	if (!c->dry_run && rename(s->kept.ptr, s->path.ptr) < 0)
		return error_os(errno, "cannot put back hook '%s'", s->path.ptr);
	say(c, "put back", "put back", s->path.ptr, " from ", s->kept.ptr);
	return 0;
}

static int uninstall(struct hooks_change *c, const struct hook_site *s)
{
	bool same = false;

	if (s->file.kind == HOOK_FILE_EDITED && !c->force) {
		warn(c, s->path.ptr, "it was edited since pycguard wrote it");
		return 0;
	}
	if (s->earlier.kind == HOOK_FILE_NONE)
		return s->file.kind == HOOK_FILE_OURS || s->file.kind == HOOK_FILE_EDITED ?
			       take(c, s->path.ptr) :
			       0;
	if (s->file.kind != HOOK_FILE_OTHER && s->file.kind != HOOK_FILE_ODD)
		return put_back(c, s);
	if (s->file.kind == HOOK_FILE_OTHER && is_kept_already(&same, s) < 0)
		return -1;
	if (same)
		return take(c, s->kept.ptr);
	warn(c, s->kept.ptr, "something else is in its place now");
	return 0;
}

/* `shared`: other repositories have their hooks here too. */
static int uninstall_from(
	struct hooks_change *c, const struct hooks *h, const char *dir, unsigned which, bool shared)
{
	size_t before = c->count;
	int i, status = 0;

	for (i = 0; i < HOOK_COUNT && status == 0; i++) {
		struct hook_site s = HOOK_SITE_INIT;

		if (!(which & 1U << i))
			continue;
		status = hook_site_open(&s, dir, (enum hook)i);
		if (status == 0 && shared && !c->force && s.file.kind == HOOK_FILE_OURS)
			status = refuse_foreign(h);
		if (status == 0)
			status = uninstall(c, &s);
		hook_site_close(&s);
	}
	if (c->count > before && !c->dry_run)
		remove_empty(h, dir);
	return status;
}

int hooks_uninstall(struct hooks_change *c, struct hooks *h, unsigned which)
{
	const char *const dirs[] = {h->dir, h->receive_dir, h->standard};
	size_t i, j;

	if (!c->dry_run && lock(h) < 0)
		return -1;
	for (i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		for (j = 0; strcmp(dirs[i], dirs[j]) != 0; j++)
			;
		if (j == i &&
			uninstall_from(c, h, dirs[i], which,
				hooks_path_foreign(h) && strcmp(dirs[i], h->standard) != 0) < 0)
			return -1;
	}
	return 0;
}
