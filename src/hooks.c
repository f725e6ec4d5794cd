#include "hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "exec.h"
#include "io.h"
#include "path.h"

enum unasked { HOOK_IF_NAMED, HOOK_WITH_WORK_TREE, HOOK_WITHOUT_WORK_TREE };

static const struct {
	const char *name, *section, *check;
	enum unasked unasked;
} rows[HOOK_COUNT] = {
#define HOOK(name, text, section, check, unasked) [name] = {text, section, check, unasked},
#include "hooks.def"
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

const char *hook_section(enum hook hook)
{
	return rows[hook].section;
}

const char *hook_check(enum hook hook)
{
	return rows[hook].check;
}

const char *hook_names(void)
{
#define HOOK(name, text, section, check, unasked) ", " text
	static const char names[] =
#include "hooks.def"
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

static int ask_version(struct hooks *h, struct buf *answer)
{
	static const char *const args[] = {"version", NULL};
	int major, minor;

	if (ask(answer, h, args) < 0)
		return error_prefix("cannot ask git where its hooks are");
	if (sscanf(answer->ptr, "git version %4d.%4d", &major, &minor) != 2)
		return error_set("cannot tell the version of git from '%s'", answer->ptr);
	h->configured = major > 2 || (major == 2 && minor >= 54);
	return 0;
}

static int ask_bare(struct hooks *h, struct buf *answer)
{
	static const char *const args[] = {"rev-parse", "--is-bare-repository", NULL};

	if (ask(answer, h, args) < 0)
		return -1;
	h->bare = strcmp(answer->ptr, "true") == 0;
	return 0;
}

/* Appends the absolute path of `path`, without links as far as it exists. */
static int add_real(struct buf *out, const char *path)
{
	size_t len = strlen(path), base;
	char *real = realpath(len ? path : ".", NULL);
	struct buf parent = BUF_INIT;
	int status;

	if (real) {
		buf_adds(out, real);
		free(real);
		return buf_failed(out);
	}
	if (errno != ENOENT)
		return error_os(errno, "cannot use hooks directory '%s'", path);
	while (len > 1 && path[len - 1] == '/')
		len--;
	base = path_base(path, len);
	buf_add(&parent, path, base);
	while (parent.len > 1 && parent.ptr[parent.len - 1] == '/')
		buf_cut(&parent, parent.len - 1);
	status = buf_failed(&parent) < 0 ? -1 : add_real(out, parent.ptr);
	buf_free(&parent);
	if (out->len == 0 || out->ptr[out->len - 1] != '/')
		buf_addc(out, '/');
	buf_add(out, path + base, len - base);
	return status < 0 ? -1 : buf_failed(out);
}

static char *real_path(const char *path)
{
	struct buf real = BUF_INIT;

	if (add_real(&real, path) < 0) {
		buf_free(&real);
		return NULL;
	}
	return buf_take(&real);
}

static int ask_common(struct hooks *h, struct buf *answer)
{
	static const char *const args[] = {"rev-parse", "--git-common-dir", NULL};
	struct buf standard = BUF_INIT;

	if (ask(answer, h, args) < 0)
		return -1;
	h->common = real_path(answer->ptr);
	if (!h->common)
		return -1;
	buf_addf(&standard, "%s/hooks", h->common);
	if (buf_failed(&standard) == 0)
		h->standard = real_path(standard.ptr);
	buf_free(&standard);
	return h->standard ? 0 : -1;
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
	struct buf path = BUF_INIT;

	if (ask(answer, h, here) < 0)
		return -1;
	h->dir = real_path(answer->ptr);
	if (!h->dir || ask(answer, h, there) < 0)
		return -1;
	if (*answer->ptr != '/')
		buf_addf(&path, "%s/", h->common);
	buf_adds(&path, answer->ptr);
	if (buf_failed(&path) == 0)
		h->receive_dir = real_path(path.ptr);
	buf_free(&path);
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
	if (ask_version(out, &answer) == 0 && ask_bare(out, &answer) == 0 &&
		ask_common(out, &answer) == 0 && ask_hooks_path(out, &answer) == 0)
		status = ask_directories(out, &answer);
	buf_free(&answer);
	out->wanted = named;
	for (i = 0; i < HOOK_COUNT; i++)
		if (rows[i].unasked == (out->bare ? HOOK_WITHOUT_WORK_TREE : HOOK_WITH_WORK_TREE))
			out->wanted |= 1U << i;
	return status;
}

int hooks_lock(struct hooks *h)
{
	h->lock = io_openat(AT_FDCWD, h->common, O_RDONLY | O_DIRECTORY, 0);
	if (h->lock < 0)
		return error_os(errno, "cannot read directory '%s'", h->common);
	while (flock(h->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return error_os(errno, "cannot lock directory '%s'", h->common);
	return 0;
}

bool hooks_path_foreign(const struct hooks *h)
{
	return h->scope && strcmp(h->scope, "local") != 0 && strcmp(h->scope, "worktree") != 0;
}

int hooks_refuse_path(const struct hooks *h)
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

void hooks_close(struct hooks *h)
{
	if (h->lock >= 0)
		close(h->lock);
	free(h->dir);
	free(h->receive_dir);
	free(h->common);
	free(h->standard);
	free(h->scope);
	free(h->value);
	*h = (struct hooks)HOOKS_INIT;
}

void hooks_place(struct buf *out, const char *dir, enum hook hook)
{
	buf_addf(out, "%s/%s", dir, hook_name(hook));
}

void hooks_kept_place(struct buf *out, const char *dir, enum hook hook)
{
	buf_addf(out, "%s.before-pycguard/%s", dir, hook_name(hook));
}
