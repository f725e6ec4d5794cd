#include "clean.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytecode.h"
#include "directory.h"
#include "io.h"
#include "path.h"
#include "worktree.h"

struct cleaning {
	const struct clean *clean;
	struct clean_result *out;
	struct worktree worktree;
	struct check check;
	struct matcher *matcher;
	struct pathset plan; /* relative to the directory */
	struct directory at; /* where the file is that is looked at */
};

enum verdict {
	VERDICT_FAILED = -1, /* recorded */
	VERDICT_DELETE,
	VERDICT_STRANGE,
	VERDICT_TRACKED,
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
		return errno == ENOENT ? 0 : -1;
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

static enum verdict cannot_read(const struct cleaning *c, const char *path)
{
	error_os(errno, "cannot read '%s%s'", c->worktree.shown_base.ptr, path);
	return VERDICT_FAILED;
}

/* Judges the file by its name and what it holds, and tells its size and identity. */
static enum verdict look_at(struct cleaning *c, const char *path, size_t len, struct stat *st)
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
		return VERDICT_LEAVE;
	if (fstatat(c->at.fd, file, st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? VERDICT_LEAVE : cannot_read(c, path);
	if (!S_ISREG(st->st_mode) && !S_ISLNK(st->st_mode))
		return VERDICT_LEAVE;
	is = name.kind == BYTECODE_CACHE ? 1 : has_bytecode(c->at.fd, file, name.kind);
	if (is < 0)
		return cannot_read(c, path);
	return is ? VERDICT_DELETE : VERDICT_STRANGE;
}

static enum verdict look_whether_tracked(struct cleaning *c, const char *path)
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
		return VERDICT_TRACKED;
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

static int plan_file(struct cleaning *c, const struct finding *f)
{
	const char *path = f->path + c->worktree.shown_base.len;
	size_t len = f->path_len - c->worktree.shown_base.len;
	struct stat st;
	enum verdict v = look_at(c, path, len, &st);

	if (v == VERDICT_DELETE)
		v = look_whether_tracked(c, path);
	if (v == VERDICT_FAILED)
		failed(c);
	if (v == VERDICT_STRANGE)
		return tell(c, &c->out->strange, path);
	if (v == VERDICT_TRACKED)
		return tell(c, &c->out->tracked, path);
	if (v != VERDICT_DELETE)
		return 0;
	if (!c->clean->dry_run)
		return pathset_add(&c->plan, path, len);
	c->out->bytes += (uint64_t)st.st_size;
	return tell(c, &c->out->deleted, path);
}

static int make_plan(struct cleaning *c)
{
	struct finding_list findings = FINDING_LIST_INIT;
	size_t checked, i;
	int status = check_run(&findings, &checked, &c->check);

	for (i = 0; i < findings.count && status == 0; i++)
		status = plan_file(c, &findings.items[i]);
	finding_list_free(&findings);
	return status;
}

/* Whether the file, as it is now, is still one to be deleted. 1, 0 or -1 recorded. */
static int judge_again(struct cleaning *c, const char *path)
{
	struct finding f;
	struct entry e;
	int found = snapshot_find(c->worktree.snapshot, path, &e);
	bool lies;

	if (found <= 0)
		return found;
	if (check_entry(&f, &c->check, c->matcher, &e) < 0)
		return -1;
	lies = f.rule != RULE_NONE && f.rule != RULE_POLICY && f.rule != RULE_BYTECODE;
	found = lies || (c->clean->all && f.rule == RULE_BYTECODE);
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
	enum verdict v = look_at(c, path, len, st);
	int still = v == VERDICT_DELETE ? judge_again(c, path) : v == VERDICT_FAILED ? -1 : 0;

	if (still <= 0)
		return still;
	if (fstatat(c->at.fd, file, &now, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!same_file(st, &now))
			return 0;
		if (unlinkat(c->at.fd, file, 0) == 0)
			return 1;
	}
	if (errno == ENOENT)
		return 0;
	return error_os(errno, "cannot delete '%s%s'", c->worktree.shown_base.ptr, path);
}

static bool is_cache_directory(const char *dir, size_t len)
{
	static const char name[] = BYTECODE_CACHES "/";

	return len >= sizeof name - 1 && strcmp(dir + len - (sizeof name - 1), name) == 0 &&
	       (len == sizeof name - 1 || dir[len - sizeof name] == '/');
}

/* Deletes the __pycache__ that the last deletion was in, if it is empty now. */
static void delete_emptied(struct cleaning *c, struct buf *dir)
{
	size_t base;

	if (!c->clean->all || dir->failed || !is_cache_directory(dir->ptr, dir->len))
		return;
	buf_cut(dir, dir->len - 1);
	base = path_base(dir->ptr, dir->len);
	if (directory_enter(&c->at, dir->ptr, base) < 0) {
		failed(c);
		return;
	}
	if (c->at.fd < 0 || unlinkat(c->at.fd, dir->ptr + base, AT_REMOVEDIR) == 0) {
		c->out->directories += c->at.fd >= 0;
		return;
	}
	if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT || errno == ENOTDIR)
		return;
	error_os(errno, "cannot delete '%s%s'", c->worktree.shown_base.ptr, dir->ptr);
	failed(c);
}

static int apply_plan(struct cleaning *c)
{
	struct buf emptied = BUF_INIT;
	struct stat st;
	int status = 0;
	size_t i;

	for (i = 0; i < c->plan.count && status == 0; i++) {
		const struct pathset_item *item = &c->plan.items[i];
		size_t base = path_base(item->path, item->len);
		int deleted;

		if (path_compare(emptied.ptr, emptied.len, item->path, base) != 0) {
			delete_emptied(c, &emptied);
			buf_clear(&emptied);
		}
		deleted = delete_file(c, item->path, item->len, &st);
		if (deleted < 0)
			failed(c);
		if (deleted <= 0)
			continue;
		c->out->bytes += (uint64_t)st.st_size;
		status = tell(c, &c->out->deleted, item->path);
		buf_clear(&emptied);
		buf_add(&emptied, item->path, base);
		if (status == 0)
			status = buf_failed(&emptied);
	}
	delete_emptied(c, &emptied);
	buf_free(&emptied);
	return status;
}

int clean_directory(struct clean_result *out, const struct clean *clean, const char *dir)
{
	struct cleaning c = {.clean = clean, .out = out, .plan = PATHSET_INIT};
	int status =
		worktree_open(&c.worktree, dir, clean->policy, clean->failed, clean->failed_arg);

	c.matcher = matcher_new();
	if (status == 0 && c.matcher) {
		c.check = worktree_check(&c.worktree);
		c.check.notes = clean->all;
		c.check.failed = clean->failed;
		c.check.failed_arg = clean->failed_arg;
		c.check.progress = clean->progress;
		c.at = directory_at(disk_root(c.worktree.snapshot));
		status = make_plan(&c);
		if (status == 0)
			status = apply_plan(&c);
		directory_leave(&c.at);
	} else {
		status = -1;
	}
	pathset_free(&c.plan);
	matcher_free(c.matcher);
	worktree_close(&c.worktree);
	return status;
}

void clean_result_free(struct clean_result *r)
{
	pathset_free(&r->deleted);
	pathset_free(&r->tracked);
	pathset_free(&r->strange);
}
