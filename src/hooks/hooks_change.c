#include "hooks/hooks.h"
#include "disk/atomic_file.h"
#include "disk/disk.h"

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
	path_quote(&c->said, path, strlen(path));
	if (other) {
		buf_adds(&c->said, joint);
		path_quote(&c->said, other, strlen(other));
	}
	buf_addc(&c->said, '\n');
}

static void warn(struct hooks_change *c, const struct buf *path, const char *why)
{
	buf_adds(&c->warnings, "pycguard: warning: left ");
	path_quote(&c->warnings, path->ptr, path->len);
	buf_addf(&c->warnings, " alone: %s\n", why);
}

static int refuse_foreign(const struct hooks *h)
{
	bool command = strcmp(h->scope, "command") == 0;
	struct buf own = BUF_INIT;

	path_shell(&own, h->standard, strlen(h->standard));
	error_set("core.hooksPath is '%s' in git's %s configuration, which is not this repository's"
		  " own: unset it (%s%s%s), or give this repository one (git config core.hooksPath"
		  " %s), or use --force to install there",
		h->value, h->scope,
		command ? "it is from the command line or GIT_CONFIG_*" : "git config --",
		command ? "" : h->scope, command ? "" : " --unset core.hooksPath", own.ptr);
	buf_free(&own);
	return -1;
}

/* That `dir` is a directory, or can be made: its path must mean the same before and after. */
static int check_directory(const struct hooks *h, const char *dir)
{
	struct buf part = BUF_INIT;
	const char *why = NULL;
	struct stat st;
	int status = 0;

	buf_adds(&part, dir);
	while (part.len && !why && stat(part.ptr, &st) < 0) {
		size_t base = path_base(part.ptr, part.len);

		if (errno != ENOENT)
			why = errno == ELOOP   ? "is in a loop of links" :
			      errno == ENOTDIR ? "is below a file" :
						 "cannot be looked at";
		else if (lstat(part.ptr, &st) == 0)
			why = "is a link to nothing";
		else if (strcmp(part.ptr + base, "..") == 0)
			why = "does not exist";
		else if (strcmp(part.ptr + base, "%(prefix)") == 0)
			why = "is not known to this git";
		else
			buf_cut(&part, base - 1);
	}
	if (!why && part.len && !S_ISDIR(st.st_mode))
		why = "is not a directory";
	if (why && h->value)
		status = error_set("core.hooksPath is '%s', where hooks cannot be: '%s' %s",
			h->value, part.ptr, why);
	else if (why)
		status = error_set("cannot install hooks: '%s' %s", part.ptr, why);
	buf_free(&part);
	return status;
}

static int make_directory(const char *dir)
{
	struct buf part = BUF_INIT;
	size_t len = 0;
	int status = 0;

	while (status == 0 && dir[len]) {
		len += 1 + strcspn(dir + len + 1, "/");
		buf_clear(&part);
		buf_add(&part, dir, len);
		if (mkdir(part.ptr, 0777) < 0 && errno != EEXIST)
			status = error_os(errno, "cannot make directory '%s'", part.ptr);
	}
	buf_free(&part);
	return status;
}

/* Removes what is empty of the directories that core.hooksPath names in the repository, but for the
 * one that git makes, and unless there is a link on the way. */
static void remove_empty(const struct hooks *h, const char *dir)
{
	const char *from =
		h->repository->top && dir == h->dir ? h->repository->top : h->repository->common;
	const char *value = h->value ? h->value : h->standard;
	char *path = buf_join(*value == '/' ? "" : from, value), *up = memory_string(dir);
	int root = io_openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY, 0);
	int fd = root < 0 ? -1 : disk_enter(root, path + 1, strlen(path + 1));

	if (fd >= 0 && strncmp(dir, from, strlen(from)) == 0)
		while (strlen(up) >= strlen(from) && strcmp(up, h->standard) != 0 && rmdir(up) == 0)
			*strrchr(up, '/') = '\0';
	if (fd >= 0)
		close(fd);
	if (root >= 0)
		close(root);
	free(up);
	free(path);
}

/* That the hook can be installed. What only --force passes over is looked at too. */
static int check_install(
	const struct manager **owner, const struct hooks_change *c, const struct hook_site *s)
{
	const struct manager *m = manager_of(s->file.text.ptr);

	if (s->file.kind == HOOK_FILE_ODD)
		return error_set(
			"cannot install hook '%s': it exists, but is not a file", s->path.ptr);
	if (s->file.kind == HOOK_FILE_EDITED && !c->force)
		return error_set(
			"hook '%s' was edited since pycguard wrote it: --force replaces it",
			s->path.ptr);
	if (s->file.kind != HOOK_FILE_OTHER)
		return 0;
	if (!*owner)
		*owner = m;
	if (s->earlier.kind != HOOK_FILE_NONE && (!m || c->force) &&
		!hook_file_same(&s->file, &s->earlier))
		return error_set(
			"cannot keep hook '%s': the earlier '%s' is there too, and only one"
			" can run first; remove one of the two",
			s->path.ptr, s->kept.ptr);
	return 0;
}

/* Ours comes in place of the hook, which stays where it is until then. */
static int install(struct hooks_change *c, const struct hook_site *s, const char *program)
{
	bool keep = s->file.kind == HOOK_FILE_OTHER && s->earlier.kind == HOOK_FILE_NONE;
	struct buf text = BUF_INIT;
	int status = 0;

	hook_file_text(&text, program);
	if (!s->file.runs || strcmp(s->file.text.ptr, text.ptr) != 0) {
		if (!c->dry_run && keep &&
			linkat(AT_FDCWD, s->path.ptr, AT_FDCWD, s->kept.ptr, 0) < 0) {
			status = error_os(errno, "cannot keep hook '%s'", s->path.ptr);
		} else if (!c->dry_run &&
			   atomic_file_write(s->path.ptr, text.ptr, text.len, 0777) < 0) {
			status = -1;
			if (keep)
				unlink(s->kept.ptr);
		}
		if (status == 0 && keep)
			say(c, "kept", "keep", s->path.ptr, ", which runs first, as ", s->kept.ptr);
		if (status == 0)
			say(c, "installed", "install", s->path.ptr, NULL, NULL);
	}
	buf_free(&text);
	return status;
}

/* How the manager that owns the hooks here is told to run pycguard, unless it does. */
static int tell_manager(struct hooks_change *c, const struct hooks *h, const struct manager *m)
{
	bool push = h->wanted & 1U << HOOK_PRE_PUSH;
	int told = manager_runs_us(m, h, false);

	if (told > 0 && push)
		told = manager_runs_us(m, h, true);
	if (told < 0 || c->paths_only)
		return told < 0 ? -1 : !told && !c->force;
	if (told) {
		buf_addf(&c->said, "nothing to do: %s runs pycguard, as %s says\n", m->name,
			m->file);
		return 0;
	}
	buf_addf(&c->said, "%s manages the hooks here, and %s.\n", m->name,
		c->force ? "may write its own over pycguard's" : "nothing was changed");
	buf_addf(&c->said, "To have it run pycguard, for all who use it here, add to %s%s:\n\n%s",
		m->file, m->where, m->lines);
	if (push)
		buf_addf(&c->said, "\nand to %s%s:\n\n%s", m->push_file, m->where, m->push_lines);
	if (!c->force)
		buf_adds(&c->said,
			"\nOr use --force: pycguard's hook then comes before its own, and"
			" runs it first.\n");
	return !c->force;
}

int hooks_install(struct hooks_change *c, const struct hooks *h, const char *program)
{
	struct hook_site sites[HOOK_COUNT] = {0};
	const struct manager *owner = NULL;
	int status = 0;

	if (hooks_path_foreign(h) && !c->force)
		return refuse_foreign(h);
	for (enum hook i = 0; i < HOOK_COUNT && status == 0; i++)
		if (h->wanted & 1U << i &&
			(check_directory(h, hooks_dir(h, i)) < 0 ||
				hook_site_open(&sites[i], hooks_dir(h, i), i) < 0 ||
				check_install(&owner, c, &sites[i]) < 0))
			status = -1;
	for (enum hook i = 0; i < HOOK_COUNT && status == 0 && (!owner || c->force); i++)
		if (h->wanted & 1U << i && ((!c->dry_run && make_directory(hooks_dir(h, i)) < 0) ||
						   install(c, &sites[i], program) < 0)) {
			remove_empty(h, hooks_dir(h, i));
			status = -1;
		}
	for (enum hook i = 0; i < HOOK_COUNT; i++)
		hook_site_close(&sites[i]);
	if (status == 0 && owner)
		return tell_manager(c, h, owner);
	if (status == 0 && !c->count && !c->paths_only)
		buf_adds(&c->said, "nothing to do: the hooks are installed\n");
	return status;
}

static int uninstall(struct hooks_change *c, const struct hooks *h, const char *dir, enum hook hook)
{
	struct hook_site s = {0};
	const char *gone = NULL;
	int status = hook_site_open(&s, dir, hook);

	if (status < 0) {
		/* it is recorded */
	} else if (s.file.kind == HOOK_FILE_OURS && !c->force && hooks_path_foreign(h) &&
		   strcmp(dir, h->standard) != 0) {
		/* Other repositories may have their hooks there too. */
		status = refuse_foreign(h);
	} else if (s.file.kind == HOOK_FILE_EDITED && !c->force) {
		warn(c, &s.path, "it was edited since pycguard wrote it");
	} else if (s.earlier.kind == HOOK_FILE_NONE) {
		gone = s.file.ours ? s.path.ptr : NULL;
	} else if (s.file.ours || s.file.kind == HOOK_FILE_NONE) {
		if (!c->dry_run && rename(s.kept.ptr, s.path.ptr) < 0)
			status = error_os(errno, "cannot restore hook '%s'", s.path.ptr);
		else
			say(c, "put back", "put back", s.path.ptr, " from ", s.kept.ptr);
	} else if (s.file.kind == HOOK_FILE_OTHER && hook_file_same(&s.file, &s.earlier)) {
		gone = s.kept.ptr; /* a run was ended between two steps */
	} else {
		warn(c, &s.kept, "something else is in its place now");
	}
	if (gone && !c->dry_run && unlink(gone) < 0)
		status = error_os(errno, "cannot remove '%s'", gone);
	else if (gone)
		say(c, "removed", "remove", gone, NULL, NULL);
	hook_site_close(&s);
	return status;
}

int hooks_uninstall(struct hooks_change *c, const struct hooks *h, unsigned which)
{
	int status = 0;

	for (enum hook hook = 0; hook < HOOK_COUNT && status == 0; hook++) {
		const char *dir = hooks_dir(h, hook);
		size_t before = c->count;

		if (!(which & 1U << hook))
			continue;
		status = uninstall(c, h, dir, hook);
		if (c->count > before && !c->dry_run)
			remove_empty(h, dir);
		if (status == 0 && strcmp(dir, h->standard) != 0)
			status = uninstall(c, h, h->standard, hook);
	}
	if (status == 0 && !c->count && !c->warnings.len && !c->paths_only)
		buf_adds(&c->said, "nothing to do: pycguard has no hook here\n");
	return status;
}
