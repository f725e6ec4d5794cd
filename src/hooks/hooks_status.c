#include "hooks/hooks.h"

#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/path.h"
#include "git/exec/exec.h"

static void add_path(struct buf *out, const char *path)
{
	path_quote(out, path, strlen(path));
}

/* As the hook asks: a file that is not empty, for that is what is left of a program whose disk was
 * full. 1, 0 or -1 recorded. */
static int is_program(const char *path)
{
	struct stat st;
	int can_run = io_can_run(path);

	if (can_run <= 0)
		return can_run;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* As the hook looks: not in the directory where it runs. 1, 0 or -1 recorded. */
static int is_on(const char *search)
{
	struct buf path = BUF_INIT;
	int found = 0;
	size_t len;

	for (; search && *search && found == 0; search += len + (search[len] == ':')) {
		len = strcspn(search, ":");
		if (*search != '/')
			continue;
		buf_clear(&path);
		buf_add(&path, search, len);
		buf_adds(&path, "/pycguard");
		found = buf_failed(&path) < 0 ? -1 : is_program(path.ptr);
	}
	buf_free(&path);
	return found;
}

/* ", running PROGRAM". 1 when that can be run; 0 when not; -1 recorded. */
static int tell_program(struct buf *out, const char *program, const char *search)
{
	int can_run = is_program(program), is_found = 0;

	if (can_run == 0)
		is_found = is_on(search);
	if (can_run < 0 || is_found < 0)
		return -1;
	buf_adds(out, is_found ? ", running the pycguard on PATH, because " : ", running ");
	add_path(out, program);
	if (!can_run)
		buf_adds(out, is_found ? " is gone" : ", which is gone: it blocks");
	return can_run || is_found;
}

static void tell_owner(struct buf *out, const struct hook_file *f)
{
	const struct manager *m = manager_of(f->text.ptr);

	if (m)
		buf_addf(out, " (%s's)", m->name);
	if (!f->runs)
		buf_adds(out, " (not executable, so not run)");
}

enum { HOOK_MANAGED = 2 };

/* A hook that is not ours. HOOK_MANAGED when it is a manager's that runs pycguard; 0; -1. */
static int tell_other(struct buf *out, const struct hooks *h, const struct hook_site *s)
{
	const struct manager *m = manager_of(s->file.text.ptr);
	int runs = m && s->file.runs ? manager_runs_us(m, h->top, s->hook == HOOK_PRE_PUSH) : 0;

	if (runs > 0) {
		buf_addf(out, "run by %s, as %s says\n", m->name,
			s->hook == HOOK_PRE_PUSH ? m->push_file : m->file);
	} else if (runs == 0) {
		buf_adds(out, "not installed, and somebody else's: ");
		add_path(out, s->path.ptr);
		tell_owner(out, &s->file);
		buf_addc(out, '\n');
	}
	return runs > 0 ? HOOK_MANAGED : runs;
}

/* 1 when it is installed and can be run; 0 when not; -1 recorded. */
static int tell_ours(struct buf *out, const struct hook_site *s, const char *search)
{
	int runs = 0;

	if (s->file.kind == HOOK_FILE_OURS)
		buf_addf(out, "installed by pycguard %s: ", s->file.version.ptr);
	else
		buf_adds(out, "edited since it was installed: ");
	add_path(out, s->path.ptr);
	if (!s->file.runs)
		buf_adds(out, ", which is not executable, so git does not run it");
	else
		runs = tell_program(out, s->file.program.ptr, search);
	if (s->earlier.kind != HOOK_FILE_NONE) {
		buf_adds(out, ", after ");
		add_path(out, s->kept.ptr);
		tell_owner(out, &s->earlier);
	}
	buf_addc(out, '\n');
	return runs;
}

/* What is not there, and would not be here unless it is named, is worth no line. */
static int tell_hook(struct buf *out, const struct hooks *h, enum hook hook, const char *search)
{
	struct hook_site s = HOOK_SITE_INIT;
	bool wanted = h->wanted & 1U << hook;
	int status = hook_site_open(&s, hooks_dir(h, hook), hook);

	if (status == 0 && (wanted || s.file.kind != HOOK_FILE_NONE))
		buf_addf(out, "%s: ", hook_name(hook));
	if (status < 0)
		;
	else if (s.file.kind == HOOK_FILE_OURS || s.file.kind == HOOK_FILE_EDITED)
		status = tell_ours(out, &s, search);
	else if (s.file.kind != HOOK_FILE_NONE)
		status = tell_other(out, h, &s);
	else if (wanted)
		buf_adds(out, "not installed\n");
	hook_site_close(&s);
	return status;
}

/* Ours, but git looks elsewhere: core.hooksPath was set afterwards. */
static int tell_unreached(struct buf *out, const struct hooks *h, enum hook hook)
{
	struct hook_site s = HOOK_SITE_INIT;
	int status;

	if (strcmp(hooks_dir(h, hook), h->standard) == 0)
		return 0;
	status = hook_site_open(&s, h->standard, hook);
	if (status == 0 && (s.file.kind == HOOK_FILE_OURS || s.file.kind == HOOK_FILE_EDITED)) {
		buf_addf(out, "%s: not reached: ", hook_name(hook));
		add_path(out, s.path.ptr);
		buf_addc(out, '\n');
	}
	hook_site_close(&s);
	return status;
}

/* One linked work tree, in which a relative core.hooksPath is another directory. */
static int tell_tree(struct buf *out, const struct hooks *h, const char *tree)
{
	struct hook_site s = HOOK_SITE_INIT;
	struct buf dir = BUF_INIT;
	struct stat st;
	int status = 0;

	buf_addf(&dir, "%s/%s", tree, h->value);
	if (stat(tree, &st) == 0 && strcmp(tree, h->top) != 0)
		status = buf_failed(&dir) < 0 ? -1 : hook_site_open(&s, dir.ptr, HOOK_PRE_COMMIT);
	if (status == 0 && s.dir && s.file.kind == HOOK_FILE_NONE) {
		buf_adds(out, "not guarded: the linked work tree ");
		add_path(out, tree);
		buf_adds(out, ", where core.hooksPath is relative and no hook is: install there"
			      " too\n");
	}
	hook_site_close(&s);
	buf_free(&dir);
	return status;
}

static int tell_trees(struct buf *out, const struct hooks *h)
{
	static const char *const args[] = {"worktree", "list", "--porcelain", NULL};
	static const char word[] = "worktree ";
	struct buf list = BUF_INIT;
	char *line, *next;
	int status = 0;

	if (!h->top || !h->value || strchr("/~%", *h->value))
		return 0;
	status = exec_ask(&list, &(struct exec){.args = args, .variables = h->variables});
	for (line = list.ptr; status == 0 && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (strncmp(line, word, sizeof word - 1) == 0)
			status = tell_tree(out, h, line + sizeof word - 1);
	}
	buf_free(&list);
	return status < 0 ? -1 : 0;
}

static void tell_where(struct buf *out, const struct hooks *h)
{
	const char *dir = hooks_dir(h, h->bare ? HOOK_PRE_RECEIVE : HOOK_PRE_COMMIT);
	struct stat st;

	buf_adds(out, "git looks in ");
	add_path(out, dir);
	if (h->scope) {
		buf_addf(out, ", by core.hooksPath of its %s configuration", h->scope);
		if (hooks_path_foreign(h))
			buf_adds(out, ", which is not this repository's own");
	}
	if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
		buf_adds(out, ", which is not a directory, so it runs no hook");
	if (!h->bare && (h->wanted & 1U << HOOK_PRE_RECEIVE) && strcmp(dir, h->receive_dir) != 0) {
		buf_adds(out, ", and for pre-receive in ");
		add_path(out, h->receive_dir);
	}
	buf_addc(out, '\n');
	if (!h->bare)
		buf_adds(out, "git runs no hook before the commits of revert, cherry-pick, rebase"
			      " and am: --check-range looks at them\n");
}

int hooks_status(struct buf *out, const struct hooks *h, const char *search)
{
	bool all = true, managed = false;
	int i;

	for (i = 0; i < HOOK_COUNT; i++) {
		int status = tell_hook(out, h, (enum hook)i, search);

		if (status < 0 || tell_unreached(out, h, (enum hook)i) < 0)
			return -1;
		managed = managed || status == HOOK_MANAGED;
		/* Before merges a manager that runs us may have no hook. */
		if ((h->wanted & 1U << i) && !(managed && i != HOOK_PRE_PUSH))
			all = all && status;
	}
	tell_where(out, h);
	if (tell_trees(out, h) < 0)
		return -1;
	return buf_failed(out) < 0 ? -1 : all;
}
