#include "check/worktree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "python/bytecode.h"

static bool is_cache(const char *dir)
{
	return strcmp(dir + path_base(dir, strlen(dir)), BYTECODE_CACHES) == 0;
}

/* 1, 0 or -1 recorded. */
static int has_git(struct buf *dir)
{
	size_t len = dir->len;
	int found;

	buf_adds(dir, "/.git");
	found = buf_failed(dir) < 0 ? -1 : io_exists(dir->ptr);
	buf_cut(dir, len);
	return found;
}

/* Makes `root` the top of the repository that holds it, if any; `base` becomes the way from there
 * back, with its slash. */
static int find_policy_root(struct buf *root, struct buf *base, const char *real)
{
	const char *way;
	int found;

	buf_adds(root, real);
	while ((found = has_git(root)) == 0 && root->len > 0)
		buf_cut(root, path_base(root->ptr, root->len) - 1);
	if (found < 0)
		return -1;
	if (!found)
		buf_adds(root, real);
	way = real + root->len;
	way += *way == '/';
	if (*way) {
		buf_adds(base, way);
		buf_addc(base, '/');
	}
	return buf_failed(root) < 0 ? -1 : buf_failed(base);
}

static int load_policy(struct worktree *w, const char *real, const struct policy_files *files)
{
	struct buf file = BUF_INIT;
	int status = -1;

	if (find_policy_root(&file, &w->policy_base, real) < 0)
		goto done;
	buf_adds(&file, "/.pycguard");
	if (buf_failed(&file) < 0)
		goto done;
	status = policy_load_disk(&w->policy, files, file.ptr, false);
done:
	buf_free(&file);
	return status;
}

/* What stands before the paths: the directory as the person wrote it. */
static int find_shown_base(struct buf *base, const char *dir, bool from_above)
{
	if (strcmp(dir, ".") != 0)
		buf_adds(base, dir);
	while (base->len > 1 && base->ptr[base->len - 1] == '/')
		buf_cut(base, base->len - 1);
	if (from_above && is_cache(base->ptr))
		buf_cut(base, base->len - strlen(BYTECODE_CACHES));
	else if (from_above)
		buf_adds(base, base->len ? "/.." : "..");
	if (base->len && base->ptr[base->len - 1] != '/')
		buf_addc(base, '/');
	return buf_failed(base);
}

int worktree_open(struct worktree *out, const char *dir, const struct policy_files *files,
	const struct disk_options *options)
{
	struct disk_options o = *options;
	char *real = realpath(dir, NULL);
	bool from_above = real && is_cache(real);
	int status;

	*out = (struct worktree){.real = BUF_INIT, .policy_base = BUF_INIT, .shown_base = BUF_INIT};
	if (!real)
		return error_os(errno, "cannot read directory '%s'", dir);
	if (from_above)
		real[strlen(real) - strlen(BYTECODE_CACHES) - 1] = '\0';
	buf_adds(&out->real, real);
	if (!out->real.len || out->real.ptr[out->real.len - 1] != '/')
		buf_addc(&out->real, '/');
	if (load_policy(out, real, files) < 0 || buf_failed(&out->real) < 0 ||
		find_shown_base(&out->shown_base, dir, from_above) < 0)
		status = -1;
	else {
		const char *above = out->shown_base.len ? out->shown_base.ptr : ".";

		o.only = from_above ? BYTECODE_CACHES "/" : NULL;
		status = disk_open(&out->snapshot, from_above ? above : dir, &o);
	}
	free(real);
	return status;
}

struct check worktree_check(const struct worktree *w)
{
	return (struct check){.kind = CHECK_DISK,
		.snapshot = w->snapshot,
		.policy = w->policy,
		.policy_base = w->policy_base.ptr,
		.shown_base = w->shown_base.ptr};
}

void worktree_close(struct worktree *w)
{
	snapshot_free(w->snapshot);
	policy_free(w->policy);
	buf_free(&w->real);
	buf_free(&w->policy_base);
	buf_free(&w->shown_base);
}
