#include "hooks/hooks.h"

static void add(struct buf *out, const char *before, const char *path, const char *after)
{
	buf_adds(out, before);
	path_quote(out, path, strlen(path));
	buf_adds(out, after);
}

/* As the hook asks: a binary or a file that names its interpreter. 1, 0 or -1 recorded. */
static int is_program(const char *path)
{
	static const char starts[][5] = {
		"#!", "\177ELF", "\317\372\355\376", "\316\372\355\376", "\312\376\272\276"};
	struct buf text = BUF_INIT;
	int status = io_can_run(path);
	bool found = false;
	struct stat st;

	if (status > 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		io_read_file(&text, path, O_NONBLOCK, sizeof *starts) == 0)
		for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
			found = found || strncmp(text.ptr, starts[i], strlen(starts[i])) == 0;
	buf_free(&text);
	return status < 0 ? -1 : found;
}

static void tell_owner(struct buf *out, const struct hook_file *f)
{
	const struct manager *m = manager_of(f->text.ptr);

	if (m)
		buf_addf(out, " (%s's)", m->name);
	if (!f->runs)
		buf_adds(out, " (not executable, so not run)");
}

/* 1 when it is as installed and can be run; 0 when not; -1 recorded. */
static int tell_ours(struct buf *out, const struct hook_site *s, const char *search)
{
	const char *program = s->file.program.ptr;
	int runs = s->file.runs ? is_program(program) : 0;

	if (s->file.kind == HOOK_FILE_OURS)
		buf_addf(out, "installed by pycguard %s: ", s->file.version.ptr);
	else
		buf_adds(out, "edited since it was installed: ");
	add(out, "", s->path.ptr, "");
	if (!s->file.runs) {
		buf_adds(out, ", which is not executable, so git does not run it");
	} else if (runs > 0) {
		add(out, ", running ", program, "");
	} else if (runs == 0) {
		/* As the hook looks: one that a relative PATH finds is the repository's. */
		char *found = io_find_program("pycguard", search);

		if (found && *found == '/')
			runs = is_program(found);
		add(out, runs > 0 ? ", running the pycguard on PATH, because " : ", running ",
			program, runs > 0 ? " is gone" : ", which is gone, so it blocks");
		free(found);
	}
	if (s->earlier.kind != HOOK_FILE_NONE) {
		add(out, ", after ", s->kept.ptr, "");
		tell_owner(out, &s->earlier);
	}
	buf_addc(out, '\n');
	return runs > 0 ? s->file.kind == HOOK_FILE_OURS : runs;
}

enum { HOOK_MANAGED = 2 };

/* What is not there, and would not be here unless it is named, is worth no line. HOOK_MANAGED when
 * it is a manager's that runs pycguard; else as tell_ours. */
static int tell_hook(struct buf *out, const struct hooks *h, enum hook hook, const char *search)
{
	struct hook_site s = {0}, unreached = {0};
	const struct manager *m;
	bool wanted = h->wanted & 1U << hook, push = hook == HOOK_PRE_PUSH;
	int status = hook_site_open(&s, hooks_dir(h, hook), hook);

	if (status == 0 && (wanted || s.file.kind != HOOK_FILE_NONE))
		buf_addf(out, "%s: ", hook_names[hook]);
	if (status == 0 && s.file.ours) {
		status = tell_ours(out, &s, search);
	} else if (status == 0 && s.file.kind != HOOK_FILE_NONE) {
		m = manager_of(s.file.text.ptr);
		status = m && s.file.runs ? manager_runs_us(m, h, push) : 0;
		if (status > 0) {
			buf_addf(out, "run by %s, as %s says\n", m->name,
				push ? m->push_file : m->file);
			status = HOOK_MANAGED;
		} else {
			add(out, "not installed; there is another hook: ", s.path.ptr, "");
			tell_owner(out, &s.file);
			buf_addc(out, '\n');
		}
	} else if (status == 0 && wanted) {
		buf_adds(out, "not installed\n");
	}
	/* Ours, but git looks elsewhere: core.hooksPath was set afterwards. */
	if (status >= 0 && strcmp(hooks_dir(h, hook), h->standard) != 0 &&
		hook_site_open(&unreached, h->standard, hook) < 0)
		status = -1;
	if (status >= 0 && unreached.file.ours) {
		buf_addf(out, "%s: installed where git does not look: ", hook_names[hook]);
		add(out, "", unreached.path.ptr, "\n");
	}
	hook_site_close(&s);
	hook_site_close(&unreached);
	return status;
}

/* The linked work trees, in each of which a relative core.hooksPath is another directory. */
static int tell_trees(struct buf *out, const struct hooks *h)
{
	static const char *const args[] = {"worktree", "list", "--porcelain", NULL};
	static const char word[] = "worktree ";
	const char *top = h->repository->top;
	struct buf list = BUF_INIT, dir = BUF_INIT;
	char *tree, *rest;
	struct stat st;
	int status = 0;

	if (top && h->value && *h->value != '/' && strcmp(h->scope, "worktree") != 0)
		status = repository_git(&list, h->repository, args, NULL);
	for (tree = strtok_r(list.ptr, "\n", &rest); tree && status == 0;
		tree = strtok_r(NULL, "\n", &rest)) {
		struct hook_site s = {0};

		if (strncmp(tree, word, sizeof word - 1) != 0)
			continue;
		tree += sizeof word - 1;
		if (strncmp(rest, "bare\n", 5) == 0 || stat(tree, &st) < 0 ||
			(strncmp(tree, top, strlen(tree)) == 0 &&
				strcmp(top + strlen(tree), "/") == 0))
			continue;
		buf_clear(&dir);
		buf_addf(&dir, "%s/%s", tree, h->value);
		status = hook_site_open(&s, dir.ptr, HOOK_PRE_COMMIT);
		if (status == 0 && s.file.kind == HOOK_FILE_NONE)
			add(out, "not guarded: the linked work tree ", tree,
				" has no hook, because core.hooksPath is relative: run pycguard "
				"--install there too\n");
		hook_site_close(&s);
	}
	buf_free(&list);
	buf_free(&dir);
	return status < 0 ? -1 : 0;
}

int hooks_status(struct buf *out, const struct hooks *h, const char *search)
{
	const char *dir = h->bare ? h->receive_dir : h->dir;
	bool all = true, managed = false;
	struct stat st;

	for (enum hook i = 0; i < HOOK_COUNT; i++) {
		int status = tell_hook(out, h, i, search);

		if (status < 0)
			return -1;
		managed = managed || status == HOOK_MANAGED;
		/* Before merges a manager that runs us may have no hook. */
		if ((h->wanted & 1U << i) && !(managed && i != HOOK_PRE_PUSH))
			all = all && status;
	}
	add(out, "git looks for hooks in ", dir, "");
	if (h->scope)
		buf_addf(out, ", as core.hooksPath in its %s configuration says%s", h->scope,
			hooks_path_foreign(h) ? ", which is not this repository's own" : "");
	if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
		buf_adds(out, ", which is not a directory, so it runs no hook");
	if (h->wanted & 1U << HOOK_PRE_RECEIVE && strcmp(dir, h->receive_dir) != 0)
		add(out, ", and for pre-receive in ", h->receive_dir, "");
	buf_addc(out, '\n');
	if (!h->bare)
		buf_adds(out, "git runs no hook before the commits of revert, cherry-pick, rebase"
			      " and am (--check-range checks these)\n");
	return tell_trees(out, h) < 0 ? -1 : all;
}
