#include "hooks.h"
#include "io.h"

#include <string.h>

#include "hook_dir.h"

/* One hook in one directory, and what is there. */
struct site {
	const char *dir;
	enum hook hook;
	struct buf path, kept; /* the hook, and where an earlier one is kept */
	bool has_kept;
	struct hook_file file;
};

#define SITE_INIT                                                                                  \
	{                                                                                          \
		.path = BUF_INIT, .kept = BUF_INIT, .file = HOOK_FILE_INIT                         \
	}

static void site_close(struct site *s)
{
	buf_free(&s->path);
	buf_free(&s->kept);
	hook_file_free(&s->file);
}

static int site_open(struct site *s, const char *dir, enum hook hook)
{
	int kept;

	s->dir = dir;
	s->hook = hook;
	hooks_place(&s->path, dir, hook);
	hooks_kept_place(&s->kept, dir, hook);
	if (buf_failed(&s->path) < 0 || buf_failed(&s->kept) < 0)
		return -1;
	kept = io_exists(s->kept.ptr);
	if (kept < 0)
		return -1;
	s->has_kept = kept;
	return hook_file_read(&s->file, s->path.ptr);
}

/* How many directories our hooks in `dir` say were made for them. */
static int made_for(unsigned *out, const char *dir)
{
	int i, status = 0;

	for (i = 0; i < HOOK_COUNT && status == 0; i++) {
		struct site s = SITE_INIT;

		status = site_open(&s, dir, (enum hook)i);
		if (status == 0 && s.file.kind == HOOK_FILE_OURS && s.file.directories > *out)
			*out = s.file.directories;
		site_close(&s);
	}
	return status;
}

/* --- install --- */

static int plan_keep(struct plan *out, const struct site *s)
{
	bool same;

	if (s->has_kept) {
		if (hook_file_same(&same, s->path.ptr, s->kept.ptr) < 0)
			return -1;
		if (!same)
			return error_set(
				"cannot keep hook '%s': the earlier '%s' is there too, and only one"
				" can run first; remove one of the two",
				s->path.ptr, s->kept.ptr);
		return hook_dir_plan_kept(out, s->dir);
	}
	if (hook_dir_plan_kept(out, s->dir) < 0)
		return -1;
	return plan_add(out, STEP_KEEP, s->path.ptr, s->kept.ptr);
}

static int plan_text(struct plan *out, const struct site *s, const char *program)
{
	struct buf text = BUF_INIT;
	unsigned made = 0;
	int status = made_for(&made, s->dir) < 0 ? -1 : hook_dir_plan(out, &made, s->dir);

	hook_file_text(&text, program, made);
	if (status == 0)
		status = buf_failed(&text);
	if (status == 0 && (!s->file.runs || strcmp(s->file.text.ptr, text.ptr) != 0))
		status = plan_add(out, STEP_INSTALL, s->path.ptr, text.ptr);
	buf_free(&text);
	return status;
}

static int plan_file(struct plan *out, const struct site *s, const char *program, bool force)
{
	switch (s->file.kind) {
	case HOOK_FILE_ODD:
		return error_set("cannot install hook '%s': it is there, and no file", s->path.ptr);
	case HOOK_FILE_EDITED:
		if (!force)
			return error_set(
				"hook '%s' was edited since pycguard wrote it: --force writes it"
				" anew",
				s->path.ptr);
		break;
	case HOOK_FILE_OTHER:
		if (plan_keep(out, s) < 0)
			return -1;
		break;
	case HOOK_FILE_OURS:
	case HOOK_FILE_NONE:
		if (s->has_kept && hook_dir_plan_kept(out, s->dir) < 0)
			return -1;
		break;
	}
	return plan_text(out, s, program);
}

static int plan_files(struct plan *out, const struct hooks *h, const char *program, bool force)
{
	int i, status = 0;

	if (hooks_path_foreign(h) && !force)
		return hooks_refuse_path(h);
	for (i = 0; i < HOOK_COUNT && status == 0; i++) {
		struct site s = SITE_INIT;

		if (!(h->wanted & 1U << i))
			continue;
		status = site_open(&s, hooks_dir(h, (enum hook)i), (enum hook)i);
		if (status == 0)
			status = plan_file(out, &s, program, force);
		site_close(&s);
	}
	return status;
}

/* --- uninstall --- */

/* What of one hooks directory goes. */
struct leaving {
	size_t kept, names; /* files of the directory of earlier hooks, and of it */
	unsigned made;
};

static int warn(struct plan *out, const char *path, const char *why)
{
	return plan_add(out, STEP_WARN, path, why);
}

static int plan_give_back(struct plan *out, const struct site *s, struct leaving *l)
{
	if (s->has_kept) {
		l->kept++;
		return plan_add(out, STEP_GIVE_BACK, s->path.ptr, s->kept.ptr);
	}
	if (s->file.kind == HOOK_FILE_NONE)
		return 0;
	l->names++;
	return plan_add(out, STEP_REMOVE, s->path.ptr, NULL);
}

/* Somebody's hook is in our place, or was never ours. */
static int plan_let_be(struct plan *out, const struct site *s, struct leaving *l)
{
	bool same;

	if (!s->has_kept)
		return 0;
	if (s->file.kind == HOOK_FILE_ODD)
		return warn(out, s->kept.ptr, "the hook that it ran before is no file any more");
	if (hook_file_same(&same, s->path.ptr, s->kept.ptr) < 0)
		return -1;
	if (!same)
		return warn(out, s->kept.ptr, "another hook has come into its place");
	l->kept++;
	return plan_add(out, STEP_REMOVE, s->kept.ptr, NULL);
}

static int plan_remains(struct plan *out, const struct site *s, struct leaving *l)
{
	struct buf name = BUF_INIT;
	int status;

	buf_addf(&name, "%s" PLAN_NEW_SUFFIX, s->path.ptr);
	status = buf_failed(&name) < 0 ? -1 : io_exists(name.ptr);
	if (status > 0) {
		l->names++;
		status = plan_add(out, STEP_REMOVE, name.ptr, NULL);
	}
	buf_free(&name);
	return status;
}

static int plan_no_file(struct plan *out, const struct site *s, bool force, struct leaving *l)
{
	if (plan_remains(out, s, l) < 0)
		return -1;
	switch (s->file.kind) {
	case HOOK_FILE_EDITED:
		if (!force)
			return warn(out, s->path.ptr, "it was edited since pycguard wrote it");
		return plan_give_back(out, s, l);
	case HOOK_FILE_OURS:
	case HOOK_FILE_NONE:
		return plan_give_back(out, s, l);
	case HOOK_FILE_OTHER:
	case HOOK_FILE_ODD:
		break;
	}
	return plan_let_be(out, s, l);
}

/* `foreign`: other repositories have their hooks here too. */
static int plan_no_files(struct plan *out, const struct hooks *h, const char *dir, unsigned which,
	bool foreign, bool force)
{
	struct leaving l = {0, 0, 0};
	int i, status = made_for(&l.made, dir);

	for (i = 0; i < HOOK_COUNT && status == 0; i++) {
		struct site s = SITE_INIT;

		if (!(which & 1U << i))
			continue;
		status = site_open(&s, dir, (enum hook)i);
		if (status == 0 && foreign && !force && s.file.kind == HOOK_FILE_OURS)
			status = hooks_refuse_path(h);
		if (status == 0)
			status = plan_no_file(out, &s, force, &l);
		site_close(&s);
	}
	if (status == 0)
		status = hook_dir_plan_no_kept(out, dir, l.kept);
	return status < 0 ? -1 : hook_dir_plan_none(out, dir, l.names, l.made);
}

/* Also where git would look without core.hooksPath: it may have been set after --install. */
static int plan_no_files_anywhere(
	struct plan *out, const struct hooks *h, unsigned which, bool force)
{
	const char *const dirs[] = {h->dir, h->receive_dir, h->standard};
	bool foreign;
	size_t i, j;

	for (i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		for (j = 0; strcmp(dirs[i], dirs[j]) != 0; j++)
			;
		if (j < i)
			continue;
		foreign = hooks_path_foreign(h) && strcmp(dirs[i], h->standard) != 0;
		if (plan_no_files(out, h, dirs[i], which, foreign, force) < 0)
			return -1;
	}
	return 0;
}

int hooks_plan_install(struct plan *out, const struct hooks *h, const char *program, bool force)
{
	if (!h->configured)
		return plan_files(out, h, program, force);
	if (hooks_config_plan_install(out, h, program, force) < 0)
		return -1;
	/* Those of an older git would run the check twice. */
	return plan_no_files_anywhere(out, h, h->wanted, false);
}

int hooks_plan_uninstall(struct plan *out, const struct hooks *h, unsigned which, bool force)
{
	if (hooks_config_plan_uninstall(out, h, which, force) < 0)
		return -1;
	return plan_no_files_anywhere(out, h, which, force);
}
