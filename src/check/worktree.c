#include "check/worktree.h"

#include "check/tracked.h"
#include "python/bytecode.h"

static bool is_cache(const char *dir)
{
	return strcmp(dir + path_base(dir, strlen(dir)), BYTECODE_CACHES) == 0;
}

/* The policy of the repository that holds the directory, or else of itself; the way from there to
 * it stands before the paths. */
static int load_policy(struct worktree *w, const struct policy_files *files)
{
	struct buf file = BUF_INIT;
	int status;

	buf_adds(&file, w->real.ptr);
	status = buf_failed(&file) < 0 ? -1 : repository_root(&file);
	if (!file.len)
		buf_adds(&file, w->real.ptr);
	buf_adds(&w->policy_base, w->real.ptr + file.len);
	buf_adds(&file, policy_path);
	if (buf_failed(&file) < 0 || buf_failed(&w->policy_base) < 0)
		status = -1;
	if (status == 0)
		status = policy_load_disk(&w->policy, files, file.ptr, false);
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
	if (buf_failed(&out->real) < 0 || load_policy(out, files) < 0 ||
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
