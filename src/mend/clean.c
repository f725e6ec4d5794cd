#include "mend/clean.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/path.h"
#include "check/worktree.h"
#include "disk/directory.h"
#include "python/bytecode.h"

struct cleaning {
	const struct clean *clean;
	struct clean_result *out;
	struct worktree worktree;
	struct check check;
	struct matcher *matcher;
	struct pathset plan;    /* relative to the directory */
	struct pathset empties; /* each __pycache__ that holds nothing, likewise */
	struct directory at;    /* where the file is that is looked at */
};

/* Or an enum clean_kept. */
enum {
	VERDICT_FAILED = -1, /* recorded */
	VERDICT_DELETE = CLEAN_KEPT_COUNT,
	VERDICT_LEAVE, /* gone, or nothing that is deleted here */
};

static void failed(struct cleaning *c)
{
	c->clean->failed(c->clean->failed_arg);
}

/* A class file begins so (The Java Virtual Machine Specification, 4.1). */
static bool is_class_file(const unsigned char *bytes, size_t len)
{
	static const unsigned char magic[] = {0xca, 0xfe, 0xba, 0xbe};

	return len >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

/* 1 when the file's first bytes are those of bytecode, 0 when not, -1 with errno set. */
static int has_bytecode(int dir, const char *file, enum bytecode_kind kind)
{
	int fd = io_openat(dir, file, O_RDONLY | O_NONBLOCK, 0);
	unsigned char bytes[BYTECODE_HEADER_MAX];
	struct bytecode_header header;
	ssize_t n;
	int errnum;

	if (fd < 0)
		return -1;
	n = io_read_full(fd, bytes, sizeof bytes);
	errnum = errno;
	close(fd);
	errno = errnum;
	if (n < 0)
		return -1;
	if (kind == BYTECODE_JYTHON)
		return is_class_file(bytes, (size_t)n);
	bytecode_header(&header, bytes, (size_t)n);
	return header.magic != MAGIC_NONE;
}

static bool is_absent(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP;
}

static int cannot_read(const struct cleaning *c, const char *path)
{
	error_os(errno, "cannot read '%s%s'", c->worktree.shown_base.ptr, path);
	return VERDICT_FAILED;
}

/* Judges the file by its name and what it holds, and tells its size and identity. */
static int look_at(struct cleaning *c, const char *path, size_t len, struct stat *st)
{
	const char *file = path + path_base(path, len);
	struct bytecode_name name;
	int is;

	bytecode_name(&name, path, len, false);
	if (name.kind == BYTECODE_NONE || name.kind == BYTECODE_EXTENSION)
		return VERDICT_LEAVE;
	if (directory_enter(&c->at, path, path_base(path, len)) < 0)
		return VERDICT_FAILED;
	if (c->at.fd < 0)
		return faccessat(c->at.root, path, F_OK, 0) == 0 ? CLEAN_LINKED : VERDICT_LEAVE;
	if (fstatat(c->at.fd, file, st, AT_SYMLINK_NOFOLLOW) < 0)
		return is_absent(errno) ? VERDICT_LEAVE : cannot_read(c, path);
	if (!S_ISREG(st->st_mode) && !S_ISLNK(st->st_mode))
		return VERDICT_LEAVE;
	is = name.kind == BYTECODE_CACHE ? 1 : has_bytecode(c->at.fd, file, name.kind);
	if (is < 0)
		return is_absent(errno) ? VERDICT_LEAVE : cannot_read(c, path);
	return is ? VERDICT_DELETE : CLEAN_STRANGE;
}

static int look_whether_tracked(struct cleaning *c, const char *path)
{
	struct buf whole = BUF_INIT;
	enum tracked_answer answer = TRACKED_FAILED;

	buf_add(&whole, c->worktree.real.ptr, c->worktree.real.len);
	buf_adds(&whole, path);
	if (buf_failed(&whole) == 0)
		answer = tracked_look(c->clean->tracked, whole.ptr);
	buf_free(&whole);
	switch (answer) {
	case TRACKED_FAILED:
		error_prefix(
			"cannot tell whether '%s%s' is tracked", c->worktree.shown_base.ptr, path);
		return VERDICT_FAILED;
	case TRACKED_NO:
		return VERDICT_DELETE;
	case TRACKED_YES:
		return CLEAN_TRACKED;
	case TRACKED_UNKNOWN:
		break;
	}
	return VERDICT_LEAVE;
}

/* Adds a path as a person would write it. */
static int tell(struct cleaning *c, struct pathset *set, const char *path)
{
	struct buf shown = BUF_INIT;
	int status = -1;

	buf_add(&shown, c->worktree.shown_base.ptr, c->worktree.shown_base.len);
	buf_adds(&shown, path);
	if (buf_failed(&shown) == 0)
		status = pathset_add(set, shown.ptr, shown.len);
	buf_free(&shown);
	return status;
}

/* Whether a directory of that path is an environment, or one that it is in, up to the directory
 * that was named: `len` becomes the length of its path. 1, 0, -1 recorded. */
static int find_environment(const struct cleaning *c, const char *path, size_t *len)
{
	struct buf dir = BUF_INIT;
	int found = 0;
	size_t i;

	for (i = 0; i < *len && found == 0; i++) {
		int fd;

		buf_addc(&dir, path[i]);
		if (path[i] != '/' || dir.failed)
			continue;
		fd = io_openat(c->at.root, dir.ptr, O_RDONLY | O_DIRECTORY, 0);
		if (fd < 0 && is_absent(errno))
			break;
		found = fd < 0 ? -1 : disk_is_environment(fd);
		if (found < 0)
			cannot_read(c, dir.ptr);
		if (fd >= 0)
			close(fd);
		if (found > 0)
			*len = i + 1;
	}
	if (buf_failed(&dir) < 0)
		found = -1;
	buf_free(&dir);
	return found;
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
		return is_absent(errnum) ? 0 : -1;
	for (errno = 0; (d = readdir(dir)); errno = 0) {
		size_t len = strlen(d->d_name);

		*sources = *sources || (len > 3 && strcmp(d->d_name + len - 3, ".py") == 0);
		*package = *package || strcmp(d->d_name, "__init__.py") == 0 ||
			   strcmp(d->d_name, "__init__.pyc") == 0;
	}
	errnum = errno;
	closedir(dir);
	errno = errnum;
	return errnum && !is_absent(errnum) ? -1 : 0;
}

/* Whether what is in a directory was shipped without sources: there is none in it, nor above in the
 * package that it belongs to. 1, 0, -1 recorded. */
static int is_compiled(const struct cleaning *c, const char *path, size_t len)
{
	struct buf dir = BUF_INIT;
	bool sources, package, first = true;
	int status;

	buf_add(&dir, c->worktree.real.ptr, c->worktree.real.len);
	buf_add(&dir, path, len);
	for (;;) {
		status = buf_failed(&dir);
		if (status < 0)
			break;
		status = look_for_sources(dir.ptr, &sources, &package);
		if (status < 0) {
			error_os(errno, "cannot read directory '%s'", dir.ptr);
			break;
		}
		if (!first && !package)
			sources = false;
		if (sources || (!first && !package) || dir.len <= 1)
			break;
		buf_cut(&dir, path_base(dir.ptr, dir.len - 1));
		first = false;
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
	if (found)
		return found < 0 ? VERDICT_FAILED : CLEAN_COMPILED;
	return VERDICT_DELETE;
}

static int tell_kept(struct cleaning *c, int why, const char *path, size_t len)
{
	struct pathset *set = &c->out->kept[why];
	struct buf shown = BUF_INIT;
	int status = 0;

	buf_add(&shown, c->worktree.shown_base.ptr, c->worktree.shown_base.len);
	buf_add(&shown, path, len);
	if (shown.len == 0)
		buf_adds(&shown, "./");
	if (buf_failed(&shown) < 0)
		status = -1;
	else if (!set->count || strcmp(set->items[set->count - 1].path, shown.ptr) != 0)
		status = pathset_add(set, shown.ptr, shown.len);
	buf_free(&shown);
	return status;
}

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
		failed(c);
	if (v >= 0 && v < CLEAN_KEPT_COUNT)
		return tell_kept(c, v, path, told);
	if (v != VERDICT_DELETE)
		return 0;
	if (!c->clean->dry_run)
		return pathset_add(&c->plan, path, len);
	c->out->bytes += (uint64_t)st.st_size;
	return tell(c, &c->out->deleted, path);
}

static void take_empty(void *arg, const char *path)
{
	struct cleaning *c = arg;
	size_t len = strlen(path);

	if (!c->clean->all && find_environment(c, path, &len) != 0)
		return;
	if (c->clean->dry_run)
		c->out->directories++;
	else if (pathset_add(&c->empties, path, strlen(path)) < 0)
		failed(c);
}

static void tell_failed(void *arg)
{
	failed(arg);
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

/* Whether the file, as it is now, is still one to be deleted. 1, 0 or -1 recorded. */
static int judge_again(struct cleaning *c, const char *path)
{
	struct finding f;
	struct entry e;
	int found = snapshot_find(c->worktree.snapshot, path, &e);
	bool misleading;

	if (found <= 0)
		return found;
	if (check_entry(&f, &c->check, c->matcher, &e) < 0)
		return -1;
	misleading = f.rule != RULE_NONE && f.rule != RULE_POLICY && f.rule != RULE_BYTECODE;
	found = misleading || (c->clean->all && f.rule == RULE_BYTECODE);
	finding_clear(&f);
	return found;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mode == b->st_mode && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
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
	if (fstatat(c->at.fd, file, &now, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!same_file(st, &now))
			return 0;
		if (unlinkat(c->at.fd, file, 0) == 0)
			return 1;
	}
	if (is_absent(errno))
		return 0;
	return error_os(errno, "cannot delete '%s%s'", c->worktree.shown_base.ptr, path);
}

static bool is_cache_directory(const char *dir, size_t len)
{
	static const char name[] = BYTECODE_CACHES "/";

	return len >= sizeof name - 1 &&
	       memcmp(dir + len - (sizeof name - 1), name, sizeof name - 1) == 0 &&
	       (len == sizeof name - 1 || dir[len - sizeof name] == '/');
}

/* Deletes a __pycache__ if it is empty. */
static void delete_empty(struct cleaning *c, const char *path, size_t len)
{
	struct buf dir = BUF_INIT;
	size_t base = path_base(path, len - 1);

	buf_add(&dir, path, len - 1);
	if (buf_failed(&dir) < 0 || directory_enter(&c->at, dir.ptr, base) < 0)
		failed(c);
	else if (c->at.fd >= 0 && unlinkat(c->at.fd, dir.ptr + base, AT_REMOVEDIR) == 0)
		c->out->directories++;
	else if (c->at.fd >= 0 && !is_absent(errno) && errno != ENOTEMPTY && errno != EEXIST) {
		error_os(errno, "cannot delete '%s%s'", c->worktree.shown_base.ptr, dir.ptr);
		failed(c);
	}
	buf_free(&dir);
}

static int apply_plan(struct cleaning *c)
{
	size_t emptied =
		0; /* the length of the directory's path that the last one deleted was in */
	struct stat st;
	int status = 0;
	size_t i;

	progress_phase(c->clean->progress, "files deleted");
	for (i = 0; i < c->plan.count && status == 0 && !interrupt_caught(); i++) {
		const struct pathset_item *item = &c->plan.items[i];
		size_t base = path_base(item->path, item->len);
		int deleted = delete_file(c, item->path, item->len, &st);
		bool is_last = i + 1 == c->plan.count ||
			       path_compare(item->path, base, item[1].path,
				       path_base(item[1].path, item[1].len)) != 0;

		progress_tick(c->clean->progress, i);
		if (deleted < 0)
			failed(c);
		if (deleted > 0) {
			c->out->bytes += (uint64_t)st.st_size;
			status = tell(c, &c->out->deleted, item->path);
			emptied = base;
		}
		if (is_last && emptied && is_cache_directory(item->path, base))
			delete_empty(c, item->path, base);
		if (is_last)
			emptied = 0;
	}
	for (i = 0; i < c->empties.count && status == 0 && !interrupt_caught(); i++)
		delete_empty(c, c->empties.items[i].path, c->empties.items[i].len);
	return status;
}

int clean_directory(struct clean_result *out, const struct clean *clean, const char *dir)
{
	struct cleaning c = {.clean = clean, .out = out};
	const struct disk_options options = {
		.environments = true, .failed = tell_failed, .empty_cache = take_empty, .arg = &c};
	int status = worktree_open(&c.worktree, dir, &clean->files, &options);

	c.matcher = matcher_new();
	if (status == 0 && c.matcher) {
		c.check = worktree_check(&c.worktree);
		c.check.notes = clean->all;
		c.check.failed = clean->failed;
		c.check.failed_arg = clean->failed_arg;
		c.check.progress = clean->progress;
		c.at = directory_at(disk_root(c.worktree.snapshot));
		status = make_plan(&c);
		if (status == 0 && !clean->dry_run) {
			interrupt_catch();
			status = apply_plan(&c);
		}
		directory_leave(&c.at);
	} else {
		status = -1;
	}
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
