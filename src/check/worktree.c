#include "check/worktree.h"

static bool is_cache(const struct buf *dir)
{
	return strcmp(dir->ptr + path_base(dir->ptr, dir->len), BYTECODE_CACHES) == 0;
}

/* The policy of the repository that holds the directory, or else of itself; the way from there to
 * it stands before the paths. */
static struct policy *load_policy(struct worktree *w, const struct policy_files *files)
{
	struct buf file = BUF_INIT;
	struct policy *policy = NULL;
	int status;

	buf_adds(&file, w->real.ptr);
	status = repository_root(&file);
	if (!file.len)
		buf_adds(&file, w->real.ptr);
	buf_adds(&w->policy_base, w->real.ptr + file.len);
	buf_adds(&file, policy_path);
	if (status == 0)
		policy = policy_load(files, NULL, file.ptr, false);
	buf_free(&file);
	return policy;
}

int worktree_open(struct worktree *w, const char *dir, const struct policy_files *files,
	const struct disk_options *options)
{
	struct disk_options o = *options;
	struct buf *real = &w->real, *shown = &w->shown_base;
	char *path = realpath(dir, NULL);
	bool from_above;

	*w = (struct worktree){.real = BUF_INIT, .policy_base = BUF_INIT, .shown_base = BUF_INIT};
	if (!path)
		return error_os(errno, "cannot read directory '%s'", dir);
	/* What stands before the paths: the directory as the person wrote it. */
	if (strcmp(dir, ".") != 0)
		buf_adds(shown, dir);
	while (shown->len > 1 && shown->ptr[shown->len - 1] == '/')
		buf_cut(shown, shown->len - 1);
	from_above = is_cache(shown); /* also by a link of that name, which Python goes through */
	if (from_above) {
		buf_cut(shown, path_base(shown->ptr, shown->len));
		free(path);
		path = realpath(shown->len ? shown->ptr : ".", NULL);
		if (!path)
			return error_os(errno, "cannot read directory above '%s'", dir);
	}
	buf_adds(real, path);
	free(path);
	if (!from_above && is_cache(real)) {
		from_above = true;
		buf_cut(real, path_base(real->ptr, real->len));
		buf_adds(shown, shown->len ? "/.." : "..");
	} else if (real->len > 1) {
		buf_addc(real, '/');
	}
	if (shown->len && shown->ptr[shown->len - 1] != '/')
		buf_addc(shown, '/');
	w->policy = load_policy(w, files);
	o.only = from_above ? BYTECODE_CACHES "/" : NULL;
	if (from_above)
		dir = shown->len ? shown->ptr : ".";
	if (!w->policy || disk_open(&w->snapshot, dir, &o) < 0)
		return -1;
	w->check = (struct check){.kind = CHECK_DISK,
		.snapshot = w->snapshot,
		.policy = w->policy,
		.policy_base = w->policy_base.ptr,
		.shown_base = shown->ptr,
		.failed = o.failed,
		.failed_arg = o.arg};
	return 0;
}

void worktree_close(struct worktree *w)
{
	snapshot_free(w->snapshot);
	policy_free(w->policy);
	buf_free(&w->real);
	buf_free(&w->policy_base);
	buf_free(&w->shown_base);
}
