#include "mend/clean.h"

#include <dirent.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "check/worktree.h"
#include "python/bytecode.h"

struct cleaning {
	const struct clean *clean;
	struct clean_result *out;
	struct worktree worktree;
	struct check check;
	struct matcher *matcher;
	struct pathset plan;    /* relative to the directory */
	struct pathset empties; /* each __pycache__ that holds nothing, likewise */
	int root, at; /* the directory, and the one below it that `at_path` is of, or -1 */
	struct buf at_path;
};

/* Or an enum clean_kept. */
enum {
	VERDICT_FAILED = -1, /* recorded */
	VERDICT_DELETE = CLEAN_KEPT_COUNT,
	VERDICT_LEAVE, /* gone, or nothing that is deleted here */
};

static void tell_failed(void *arg)
{
	struct cleaning *c = arg;

	c->clean->failed(c->clean->failed_arg);
}

static int cannot(const struct cleaning *c, const char *what, const char *path)
{
	return error_os(errno, "cannot %s '%s%s'", what, c->worktree.shown_base.ptr, path);
}

/* Adds a path as a person would write it, once where the same one is added again and again. */
static int tell(struct cleaning *c, struct pathset *set, const char *path, size_t len)
{
	struct buf shown = BUF_INIT;
	int status = 0;

	buf_add(&shown, c->worktree.shown_base.ptr, c->worktree.shown_base.len);
	buf_add(&shown, path, len);
	buf_adds(&shown, shown.len ? "" : "./");
	if (buf_failed(&shown) < 0)
		status = -1;
	else if (!set->count || strcmp(set->items[set->count - 1].path, shown.ptr) != 0)
		status = pathset_add(set, shown.ptr, shown.len);
	buf_free(&shown);
	return status;
}

/* --- what a file is --------------------------------------------------------------------------- */

/* Judges a file outside of __pycache__ by whether it begins as bytecode does. */
static int look_into(struct cleaning *c, const char *path, enum bytecode_kind kind)
{
	/* A class file begins so (The Java Virtual Machine Specification, 4.1). */
	static const unsigned char class_magic[] = {0xca, 0xfe, 0xba, 0xbe};
	const struct entry e = {.path = path, .len = strlen(path), .on_disk = true};
	struct bytecode_header header = {.magic = MAGIC_NONE};
	struct buf first = BUF_INIT;
	int status = snapshot_read(c->worktree.snapshot, &e, &first, BYTECODE_HEADER_MAX);
	bool is = first.len >= 4 && memcmp(first.ptr, class_magic, 4) == 0;

	if (status == 0 && kind != BYTECODE_JYTHON) {
		bytecode_header(&header, first.ptr, first.len);
		is = header.magic != MAGIC_NONE;
	}
	buf_free(&first);
	return status < 0 ? VERDICT_FAILED :
	       status     ? VERDICT_LEAVE :
	       is         ? VERDICT_DELETE :
			    CLEAN_STRANGE;
}

/* Makes `at` the directory of that path, or -1 when it is not there. 0; -1 recorded. */
static int enter(struct cleaning *c, const char *path, size_t len)
{
	if (c->at >= 0 && path_compare(c->at_path.ptr, c->at_path.len, path, len) == 0)
		return 0;
	if (c->at >= 0)
		close(c->at);
	c->at = disk_enter(c->root, path, len);
	if (c->at < 0 && !disk_is_absent(errno))
		return cannot(c, "enter directory of", path);
	buf_clear(&c->at_path);
	buf_add(&c->at_path, path, len);
	return buf_failed(&c->at_path);
}

/* Judges the file by its name and what it holds, and tells its size and identity. */
static int look_at(struct cleaning *c, const char *path, size_t len, struct stat *st)
{
	size_t base = path_base(path, len);
	struct bytecode_name name;

	bytecode_name(&name, path, len, false);
	if (name.kind == BYTECODE_NONE || name.kind == BYTECODE_EXTENSION)
		return VERDICT_LEAVE;
	if (enter(c, path, base) < 0)
		return VERDICT_FAILED;
	if (c->at < 0)
		return faccessat(c->root, path, F_OK, 0) == 0 ? CLEAN_LINKED : VERDICT_LEAVE;
	if (fstatat(c->at, path + base, st, AT_SYMLINK_NOFOLLOW) < 0)
		return disk_is_absent(errno) ? VERDICT_LEAVE : cannot(c, "read", path);
	if (!S_ISREG(st->st_mode) && !S_ISLNK(st->st_mode))
		return VERDICT_LEAVE;
	return name.kind == BYTECODE_CACHE ? VERDICT_DELETE : look_into(c, path, name.kind);
}

/* --- what stays ------------------------------------------------------------------------------- */

static int look_whether_tracked(const struct cleaning *c, const char *path)
{
	static const int verdicts[] = {[TRACKED_NO] = VERDICT_DELETE,
		[TRACKED_YES] = CLEAN_TRACKED,
		[TRACKED_UNKNOWN] = VERDICT_LEAVE};
	struct buf whole = BUF_INIT;
	enum tracked_answer answer = TRACKED_FAILED;

	buf_adds(&whole, c->worktree.real.ptr);
	buf_adds(&whole, path);
	if (buf_failed(&whole) == 0)
		answer = tracked_look(c->clean->tracked, whole.ptr);
	buf_free(&whole);
	if (answer != TRACKED_FAILED)
		return verdicts[answer];
	return error_prefix(
		"cannot tell whether '%s%s' is tracked", c->worktree.shown_base.ptr, path);
}

/* Whether a directory of that path is an environment, or one that it is in, up to the directory
 * that was named: `len` becomes the length of its path. 1, 0, -1 recorded. */
static int find_environment(const struct cleaning *c, const char *path, size_t *len)
{
	size_t i;

	for (i = 0; i < *len; i++) {
		int fd, found;

		if (path[i] != '/')
			continue;
		fd = disk_enter(c->root, path, i + 1);
		if (fd < 0 && disk_is_absent(errno))
			break;
		found = fd < 0 ? -1 : disk_is_environment(fd);
		if (found < 0)
			cannot(c, "read directory of", path);
		if (fd >= 0)
			close(fd);
		if (found > 0)
			*len = i + 1;
		if (found)
			return found;
	}
	return 0;
}

/* Tells of the directory at `path`, absolute, whether it has sources, and whether it is a package.
 * 0; -1 with errno set. */
static int look_for_sources(const char *path, bool *sources, bool *package)
{
	DIR *dir = opendir(path);
	const struct dirent *d;
	int errnum = errno;

	*sources = *package = false;
	if (!dir)
		return disk_is_absent(errnum) ? 0 : -1;
	for (errno = 0; (d = readdir(dir)); errno = 0) {
		size_t len = strlen(d->d_name);

		*sources = *sources || (len > 3 && strcmp(d->d_name + len - 3, ".py") == 0);
		*package = *package || strcmp(d->d_name, "__init__.py") == 0 ||
			   strcmp(d->d_name, "__init__.pyc") == 0;
	}
	errnum = errno;
	closedir(dir);
	errno = errnum;
	return errnum && !disk_is_absent(errnum) ? -1 : 0;
}

/* Whether what is in a directory was shipped without sources: there is none in it, nor above in the
 * package that it belongs to. 1, 0, -1 recorded. */
static int is_compiled(const struct cleaning *c, const char *path, size_t len)
{
	struct buf dir = BUF_INIT;
	bool sources = false, package = true;
	size_t first;
	int status;

	buf_adds(&dir, c->worktree.real.ptr);
	buf_add(&dir, path, len);
	status = buf_failed(&dir);
	for (first = dir.len; status == 0 && !sources && package && dir.len;) {
		if (look_for_sources(dir.ptr, &sources, &package) < 0)
			status = error_os(errno, "cannot read directory '%s'", dir.ptr);
		sources = sources && (package || dir.len == first);
		package = package || dir.len == first;
		buf_cut(&dir, path_base(dir.ptr, dir.len - 1));
	}
	buf_free(&dir);
	return status < 0 ? -1 : !sources;
}

/* Whether what is misleading stays, since nobody asked for all: then `len` becomes the length of
 * the directory's path that is named. */
static int look_at_place(
	const struct cleaning *c, const struct finding *f, const char *path, size_t *len)
{
	int found;

	*len = path_base(path, *len);
	if (c->clean->all)
		return VERDICT_DELETE;
	found = find_environment(c, path, len);
	if (found)
		return found < 0 ? VERDICT_FAILED : CLEAN_ENVIRONMENT;
	found = f->rule == RULE_GHOST_MODULE ? is_compiled(c, path, *len) : 0;
	return found < 0 ? VERDICT_FAILED : found ? CLEAN_COMPILED : VERDICT_DELETE;
}

/* --- the plan --------------------------------------------------------------------------------- */

static int plan_file(struct cleaning *c, const struct finding *f)
{
	const char *path = f->path + c->worktree.shown_base.len;
	size_t len = f->path_len - c->worktree.shown_base.len, told = len;
	struct stat st;
	int v = look_at(c, path, len, &st);

	if (v == VERDICT_DELETE)
		v = look_whether_tracked(c, path);
	if (v == VERDICT_DELETE)
		v = look_at_place(c, f, path, &told);
	if (v == VERDICT_FAILED)
		tell_failed(c);
	if (v >= 0 && v < CLEAN_KEPT_COUNT)
		return tell(c, &c->out->kept[v], path, told);
	if (v != VERDICT_DELETE)
		return 0;
	if (!c->clean->dry_run)
		return pathset_add(&c->plan, path, len);
	c->out->bytes += (uint64_t)st.st_size;
	return tell(c, &c->out->deleted, path, len);
}

static void take_empty(void *arg, const char *path)
{
	struct cleaning *c = arg;
	size_t len = strlen(path);

	if (!c->clean->all && find_environment(c, path, &len) != 0)
		return;
	if (c->clean->dry_run)
		c->out->directories++;
	else if (pathset_add(&c->empties, path, len) < 0)
		tell_failed(c);
}

static int make_plan(struct cleaning *c)
{
	struct finding_list findings = FINDING_LIST_INIT;
	size_t checked, i;
	int status = check_run(&findings, &checked, &c->check);

	progress_phase(c->clean->progress, "files checked against git");
	for (i = 0; i < findings.count && status == 0; i++) {
		progress_tick(c->clean->progress, i);
		status = plan_file(c, &findings.items[i]);
	}
	finding_list_free(&findings);
	return status;
}

/* --- the deed --------------------------------------------------------------------------------- */

/* Whether the file, as it is now, is still one to be deleted. 1, 0 or -1 recorded. */
static int judge_again(struct cleaning *c, const char *path)
{
	struct finding f;
	struct entry e;
	int found = snapshot_find(c->worktree.snapshot, path, &e);

	if (found <= 0)
		return found;
	if (check_entry(&f, &c->check, c->matcher, &e) < 0)
		return -1;
	found = f.rule == RULE_BYTECODE ? c->clean->all :
					  f.rule != RULE_NONE && f.rule != RULE_POLICY;
	finding_clear(&f);
	return found;
}

/* 1 deleted, 0 left alone, since it has changed or gone, -1 recorded. */
static int delete_file(struct cleaning *c, const char *path, size_t len, struct stat *st)
{
	const char *file = path + path_base(path, len);
	struct stat now;
	int v = look_at(c, path, len, st);
	int still = v == VERDICT_DELETE ? judge_again(c, path) : v == VERDICT_FAILED ? -1 : 0;

	if (still <= 0)
		return still;
	if (fstatat(c->at, file, &now, AT_SYMLINK_NOFOLLOW) == 0) {
		if (st->st_dev != now.st_dev || st->st_ino != now.st_ino ||
			st->st_size != now.st_size || st->st_mode != now.st_mode ||
			memcmp(&st->st_mtim, &now.st_mtim, sizeof now.st_mtim) != 0)
			return 0;
		if (unlinkat(c->at, file, 0) == 0)
			return 1;
	}
	return disk_is_absent(errno) ? 0 : cannot(c, "delete", path);
}

/* Deletes a directory, with a slash at its end, if it is an empty __pycache__. */
static void delete_empty(struct cleaning *c, const char *path, size_t len)
{
	size_t base = path_base(path, len - 1);
	char *dir = strndup(path, len - 1);
	bool is_cache = dir && strcmp(dir + base, BYTECODE_CACHES) == 0;

	if (!dir)
		error_oom();
	if (!dir || (is_cache && enter(c, path, base) < 0))
		tell_failed(c);
	else if (is_cache && c->at >= 0 && unlinkat(c->at, dir + base, AT_REMOVEDIR) == 0)
		c->out->directories++;
	else if (is_cache && c->at >= 0 && !disk_is_absent(errno) && errno != ENOTEMPTY &&
		 errno != EEXIST) {
		cannot(c, "delete", dir);
		tell_failed(c);
	}
	free(dir);
}

static int apply_plan(struct cleaning *c)
{
	bool emptied = false; /* something in the directory of the last one has been deleted */
	struct stat st;
	int status = 0;
	size_t i;

	progress_phase(c->clean->progress, "files deleted");
	for (i = 0; i < c->plan.count && status == 0 && !interrupt_caught(); i++) {
		const struct pathset_item *item = &c->plan.items[i];
		size_t base = path_base(item->path, item->len);
		int deleted = delete_file(c, item->path, item->len, &st);

		progress_tick(c->clean->progress, i);
		if (deleted < 0)
			tell_failed(c);
		if (deleted > 0) {
			c->out->bytes += (uint64_t)st.st_size;
			status = tell(c, &c->out->deleted, item->path, item->len);
			emptied = true;
		}
		if (i + 1 < c->plan.count && path_compare(item->path, base, item[1].path,
						     path_base(item[1].path, item[1].len)) == 0)
			continue;
		if (emptied && base)
			delete_empty(c, item->path, base);
		emptied = false;
	}
	for (i = 0; i < c->empties.count && status == 0 && !interrupt_caught(); i++)
		delete_empty(c, c->empties.items[i].path, c->empties.items[i].len);
	return status;
}

int clean_directory(struct clean_result *out, const struct clean *clean, const char *dir)
{
	struct cleaning c = {.clean = clean, .out = out, .at = -1, .at_path = BUF_INIT};
	const struct disk_options options = {
		.environments = true, .failed = tell_failed, .empty_cache = take_empty, .arg = &c};
	int status = worktree_open(&c.worktree, dir, &clean->files, &options);

	c.matcher = matcher_new();
	if (!c.matcher)
		status = -1;
	if (status == 0) {
		c.check = worktree_check(&c.worktree);
		c.check.notes = clean->all;
		c.check.failed = clean->failed;
		c.check.failed_arg = clean->failed_arg;
		c.check.progress = clean->progress;
		c.root = disk_root(c.worktree.snapshot);
		status = make_plan(&c);
	}
	if (status == 0 && !clean->dry_run) {
		interrupt_catch();
		status = apply_plan(&c);
	}
	if (c.at >= 0)
		close(c.at);
	buf_free(&c.at_path);
	pathset_free(&c.plan);
	pathset_free(&c.empties);
	matcher_free(c.matcher);
	worktree_close(&c.worktree);
	return status;
}

void clean_result_free(struct clean_result *r)
{
	size_t i;

	pathset_free(&r->deleted);
	for (i = 0; i < CLEAN_KEPT_COUNT; i++)
		pathset_free(&r->kept[i]);
}
