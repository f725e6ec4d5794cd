#include "hooks/hooks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "git/exec/exec.h"

enum unasked { HOOK_IF_NAMED, HOOK_WITH_WORK_TREE, HOOK_WITHOUT_WORK_TREE };

static const struct {
	const char *name;
	enum unasked unasked;
} rows[HOOK_COUNT] = {
#define HOOK(name, text, unasked) [name] = {text, unasked},
#include "hooks/hooks.def"
};

enum hook hook_named(const char *name)
{
	int i;

	for (i = 0; i < HOOK_COUNT && strcmp(rows[i].name, name) != 0; i++)
		;
	return (enum hook)i;
}

const char *hook_name(enum hook hook)
{
	return rows[hook].name;
}

const char *hook_names(void)
{
#define HOOK(name, text, unasked) ", " text
	static const char names[] =
#include "hooks/hooks.def"
		;

	return names + 2;
}

/* git must have the answer: no "none". */
static int ask(struct buf *out, const struct hooks *h, const char *const args[])
{
	struct exec e = {.args = args, .variables = h->variables};
	int status = exec_ask(out, &e);

	if (status == 1)
		return error_set("git %s ended with status 1", args[0]);
	return status;
}

/*
 * The absolute path of `path`, which counts from `from`; without links if it is there, or the
 * directory that it is in. NULL, recorded.
 */
static char *absolute(const char *from, const char *path)
{
	struct buf full = BUF_INIT, result = BUF_INIT;
	size_t base;
	char *real;

	if (*path != '/')
		buf_addf(&full, "%s/", from);
	buf_adds(&full, path);
	while (full.len > 1 && full.ptr[full.len - 1] == '/')
		buf_cut(&full, full.len - 1);
	if (buf_failed(&full) < 0) {
		buf_free(&full);
		return NULL;
	}
	base = path_base(full.ptr, full.len);
	real = realpath(full.ptr, NULL);
	if (real) {
		buf_adds(&result, real);
	} else {
		buf_add(&result, full.ptr, base);
		real = base ? realpath(result.ptr, NULL) : NULL;
		if (real) {
			buf_clear(&result);
			buf_adds(&result, real);
			if (result.len > 1)
				buf_addc(&result, '/');
		}
		buf_adds(&result, full.ptr + base);
	}
	free(real);
	buf_free(&full);
	return buf_take(&result);
}

static char *absolute_here(const char *path)
{
	char *here = realpath(".", NULL), *found = NULL;

	if (here)
		found = absolute(here, path);
	else
		error_os(errno, "cannot tell the current directory");
	free(here);
	return found;
}

static int ask_repository(struct hooks *h, struct buf *answer)
{
	static const char *const bare[] = {"rev-parse", "--is-bare-repository", NULL};
	static const char *const common[] = {"rev-parse", "--git-common-dir", NULL};
	static const char *const top[] = {"rev-parse", "--show-toplevel", NULL};
	struct buf words = BUF_INIT;
	struct exec e;
	int status;

	if (ask(answer, h, bare) < 0)
		return error_prefix("cannot ask git where its hooks are");
	h->bare = strcmp(answer->ptr, "true") == 0;
	if (ask(answer, h, common) < 0)
		return -1;
	h->common = absolute_here(answer->ptr);
	h->standard = h->common ? absolute(h->common, "hooks") : NULL;
	if (!h->standard)
		return -1;
	e = (struct exec){.args = top, .variables = h->variables};
	buf_clear(answer);
	status = exec_run(answer, &words, &e, NULL);
	buf_free(&words);
	/* In the repository's own directory there is none, but hooks are there. */
	if (status != 0)
		return status < 0 ? -1 : 0;
	buf_cut(answer, answer->len ? answer->len - 1 : 0);
	h->top = buf_take(answer);
	return h->top ? 0 : -1;
}

static int ask_hooks_path(struct hooks *h, struct buf *answer)
{
	static const char *const args[] = {
		"config", "-z", "--show-scope", "--get", "core.hooksPath", NULL};
	struct exec e = {.args = args, .variables = h->variables};
	int status = exec_ask(answer, &e);
	size_t len;

	if (status != 0)
		return status == 1 ? 0 : -1;
	len = strlen(answer->ptr);
	if (len == answer->len)
		return error_set("git config says '%s'", answer->ptr);
	h->scope = strdup(answer->ptr);
	h->value = strdup(answer->ptr + len + 1);
	if (!h->scope || !h->value)
		return error_oom();
	if (!*h->value)
		return error_set(
			"core.hooksPath is set to nothing in git's %s configuration", h->scope);
	return 0;
}

/*
 * Where git looks. A relative core.hooksPath counts from where git runs the hook: the top of the
 * work tree, but for what a push runs on the other side, which starts in the repository itself.
 */
static int ask_directories(struct hooks *h, struct buf *answer)
{
	static const char *const here[] = {"rev-parse", "--git-path", "hooks", NULL};
	const char *const there[] = {
		"-C", h->common, "--git-dir=.", "rev-parse", "--git-path", "hooks", NULL};

	if (ask(answer, h, here) < 0)
		return -1;
	h->dir = absolute_here(answer->ptr);
	if (!h->dir || ask(answer, h, there) < 0)
		return -1;
	h->receive_dir = absolute(h->common, answer->ptr);
	return h->receive_dir ? 0 : -1;
}

const char *hooks_dir(const struct hooks *h, enum hook hook)
{
	return hook == HOOK_PRE_RECEIVE ? h->receive_dir : h->dir;
}

int hooks_open(struct hooks *out, const struct environment *env, unsigned named)
{
	struct buf answer = BUF_INIT;
	int i, status = -1;

	out->variables = env->variables;
	if (ask_repository(out, &answer) == 0 && ask_hooks_path(out, &answer) == 0)
		status = ask_directories(out, &answer);
	buf_free(&answer);
	out->wanted = named;
	for (i = 0; i < HOOK_COUNT; i++)
		if (rows[i].unasked == (out->bare ? HOOK_WITHOUT_WORK_TREE : HOOK_WITH_WORK_TREE))
			out->wanted |= 1U << i;
	return status;
}

bool hooks_path_foreign(const struct hooks *h)
{
	return h->scope && strcmp(h->scope, "local") != 0 && strcmp(h->scope, "worktree") != 0;
}

void hooks_close(struct hooks *h)
{
	if (h->lock >= 0)
		close(h->lock);
	free(h->top);
	free(h->dir);
	free(h->receive_dir);
	free(h->common);
	free(h->standard);
	free(h->scope);
	free(h->value);
	*h = (struct hooks)HOOKS_INIT;
}

int hook_site_open(struct hook_site *s, const char *dir, enum hook hook)
{
	s->dir = dir;
	s->hook = hook;
	buf_addf(&s->path, "%s/%s", dir, hook_name(hook));
	buf_addf(&s->kept, "%s.before-pycguard", s->path.ptr);
	if (buf_failed(&s->path) < 0 || buf_failed(&s->kept) < 0)
		return -1;
	return hook_file_read(&s->file, s->path.ptr) < 0 ? -1 :
							   hook_file_read(&s->earlier, s->kept.ptr);
}

void hook_site_close(struct hook_site *s)
{
	buf_free(&s->path);
	buf_free(&s->kept);
	hook_file_free(&s->file);
	hook_file_free(&s->earlier);
}
