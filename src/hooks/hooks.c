#include "hooks/hooks.h"

#include <sys/file.h>

const char *const hook_names[HOOK_COUNT] = {
#define HOOK(id, name) name,
	HOOKS
#undef HOOK
};

/* The path of `path`, which counts from `from`; without links if it is there. */
static char *absolute(const char *from, const char *path)
{
	struct buf full = BUF_INIT;
	char *real;

	buf_addf(&full, "%s%s", *path == '/' ? "" : from, path);
	while (full.len > 1 && full.ptr[full.len - 1] == '/')
		buf_cut(&full, full.len - 1);
	real = realpath(full.ptr, NULL);
	if (!real)
		return buf_take(&full);
	buf_free(&full);
	return real;
}

/* In the repository's own directory there is no work tree, but hooks are there. git's answer on the
 * path is "SCOPE NUL VALUE NUL". */
static int ask_git(struct hooks *h)
{
	static const char *const ask_bare[] = {"rev-parse", "--is-bare-repository", NULL};
	static const char *const ask_path[] = {
		"config", "-z", "--show-scope", "--type=path", "--get", "core.hooksPath", NULL};
	struct buf bare = BUF_INIT, answer = BUF_INIT;
	int status = 0;
	size_t len;

	if (!h->repository->top)
		status = repository_git(&bare, h->repository, ask_bare, NULL);
	h->bare = strcmp(bare.ptr, "true\n") == 0;
	if (status > 0)
		status = error_set("git rev-parse ended with status %d", status);
	if (status == 0)
		status = repository_git(&answer, h->repository, ask_path, NULL);
	len = strlen(answer.ptr);
	if (status == 0 && len + 1 >= answer.len) {
		status = error_set("git config says '%s'", answer.ptr);
	} else if (status == 0) {
		h->scope = memory_string(answer.ptr);
		h->value = memory_string(answer.ptr + len + 1);
		if (!*h->value)
			status = error_set(
				"core.hooksPath is empty in git's %s configuration", h->scope);
	}
	buf_free(&bare);
	buf_free(&answer);
	return status < 0 ? -1 : 0;
}

int hooks_open(struct hooks *h, const struct environment *env, unsigned named, bool change)
{
	const char *common, *top, *value;

	*h = (struct hooks){.lock = -1};
	if (repository_open(&h->repository, env, NULL) != 0 || ask_git(h) < 0)
		return -1;
	/* A relative one counts from where git runs the hook: the top of the work tree, but for
	 * what a push runs on the other side, which starts in the repository itself. */
	common = h->repository->common;
	top = h->repository->top ? h->repository->top : common;
	value = h->value ? h->value : "hooks";
	h->standard = absolute(common, "hooks");
	h->dir = absolute(h->value ? top : common, value);
	h->receive_dir = absolute(common, value);
	h->wanted = named | (h->bare ? 1U << HOOK_PRE_RECEIVE :
				       1U << HOOK_PRE_COMMIT | 1U << HOOK_PRE_MERGE_COMMIT);
	if (!change)
		return 0;
	h->lock = io_openat(AT_FDCWD, common, O_RDONLY | O_DIRECTORY, 0);
	if (h->lock < 0)
		return error_os(errno, "cannot read directory '%s'", common);
	while (flock(h->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return error_os(errno, "cannot lock directory '%s'", common);
	return 0;
}

void hooks_close(struct hooks *h)
{
	if (h->lock >= 0)
		close(h->lock);
	repository_free(h->repository);
	free(h->scope);
	free(h->value);
	free(h->dir);
	free(h->receive_dir);
	free(h->standard);
}

bool hooks_path_foreign(const struct hooks *h)
{
	return h->scope && strcmp(h->scope, "local") != 0 && strcmp(h->scope, "worktree") != 0;
}

const char *hooks_dir(const struct hooks *h, enum hook hook)
{
	return hook == HOOK_PRE_RECEIVE ? h->receive_dir : h->dir;
}

int hook_site_open(struct hook_site *s, const char *dir, enum hook hook)
{
	*s = (struct hook_site){.hook = hook, .path = BUF_INIT, .kept = BUF_INIT};
	buf_addf(&s->path, "%s/%s", dir, hook_names[hook]);
	buf_addf(&s->kept, "%s.before-pycguard", s->path.ptr);
	return hook_file_read(&s->file, s->path.ptr) < 0 ||
			       hook_file_read(&s->earlier, s->kept.ptr) < 0 ?
		       -1 :
		       0;
}

void hook_site_close(struct hook_site *s)
{
	buf_free(&s->path);
	buf_free(&s->kept);
	hook_file_free(&s->file);
	hook_file_free(&s->earlier);
}
