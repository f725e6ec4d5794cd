#include "mend/clean.h"

#include <dirent.h>

#include "base/signals.h"
#include "check/worktree.h"

struct cleaning {
	struct clean *clean;
	struct worktree worktree;
	struct matcher *matcher;
	struct pathset emptied; /* directories that hold nothing, or less than before; each with its
				 * slash, from the directory that was named */
	int root, at; /* that directory, and the one below it that `at_path` is of, or -1 */
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

/* Adds a path, once where the same one is added again and again. */
static void add_once(struct pathset *set, const char *path, size_t len)
{
	const struct pathset_item *last = set->count ? &set->items[set->count - 1] : NULL;

	if (!last || path_compare(last->path, last->len, path, len) != 0)
		pathset_add(set, path, len);
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
	return 0;
}

/* Judges a file by its name and, outside of __pycache__, by whether it begins as bytecode does;
 * tells its size and identity. */
static int look_at(struct cleaning *c, const char *path, size_t len, struct stat *st)
{
	const struct entry e = {.path = path, .len = len, .on_disk = true};
	size_t base = path_base(path, len);
	struct bytecode_header header;
	struct bytecode_name name;
	struct buf first = BUF_INIT;
	int status;
	bool is;

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
	if (name.kind == BYTECODE_CACHE)
		return VERDICT_DELETE;
	status = snapshot_read(c->worktree.snapshot, &e, &first, BYTECODE_HEADER_MAX);
	bytecode_header(&header, first.ptr, first.len);
	is = header.magic != MAGIC_NONE;
	if (name.kind == BYTECODE_JYTHON) /* The Java Virtual Machine Specification, 4.1 */
		is = first.len >= 4 && memcmp(first.ptr, "\xca\xfe\xba\xbe", 4) == 0;
	buf_free(&first);
	if (status)
		return status < 0 ? VERDICT_FAILED : VERDICT_LEAVE;
	return is ? VERDICT_DELETE : CLEAN_STRANGE;
}

/* The length of the path of an environment that a file or a directory is in, up to the directory
 * that was named; 0: of none; -1 recorded. */
static ssize_t find_environment(const struct cleaning *c, const char *path)
{
	const char *slash = path;
	int found = 0;

	while (found == 0 && (slash = strchr(slash, '/'))) {
		int fd = disk_enter(c->root, path, (size_t)(++slash - path));

		if (fd >= 0)
			found = disk_is_environment(fd);
		else if (!disk_is_absent(errno))
			found = -1;
		if (found < 0)
			cannot(c, "read directory of", path);
		if (fd >= 0)
			close(fd);
	}
	return found > 0 ? slash - path : found;
}

/* Whether what is in a directory was shipped without sources: there is none in it, nor above in the
 * package that it belongs to. 1, 0, -1 recorded. */
static int is_compiled(const struct cleaning *c, const char *path, size_t len)
{
	char *at = buf_join(c->worktree.real.ptr, path);
	size_t first = c->worktree.real.len + len;
	int status = 1;
	bool package = true;

	for (len = first; status == 1 && package && len; len = path_base(at, len - 1)) {
		DIR *dir;
		const struct dirent *d;
		bool sources = false;

		at[len] = '\0';
		dir = opendir(at);
		package = len == first;
		while (dir && (errno = 0, d = readdir(dir))) {
			size_t n = strlen(d->d_name);

			sources = sources || (n > 3 && strcmp(d->d_name + n - 3, ".py") == 0);
			package = package || strcmp(d->d_name, "__init__.py") == 0 ||
				  strcmp(d->d_name, "__init__.pyc") == 0;
		}
		if (errno && !disk_is_absent(errno))
			status = error_os(errno, "cannot read directory '%s'", at);
		else if (sources && package)
			status = 0;
		if (dir)
			closedir(dir);
	}
	free(at);
	return status;
}

/* Decides whether a file goes; if it stays, `st` tells no kind of file. */
static void plan_file(struct cleaning *c, const struct finding *f, struct stat *st)
{
	const size_t start = c->worktree.shown_base.len;
	const char *path = f->path + start;
	size_t base = path_base(path, f->path_len - start), told = f->path_len - start;
	int verdict = look_at(c, path, told, st);

	if (verdict == VERDICT_DELETE) {
		char *whole = buf_join(c->worktree.real.ptr, path);
		enum tracked_answer answer = tracked_look(c->clean->tracked, whole);

		if (answer == TRACKED_FAILED)
			verdict = error_prefix("cannot tell whether '%s' is tracked", f->path);
		else if (answer != TRACKED_NO)
			verdict = answer == TRACKED_YES ? CLEAN_TRACKED : VERDICT_LEAVE;
		free(whole);
	}
	if (verdict == VERDICT_DELETE && !c->clean->all) {
		ssize_t found = find_environment(c, path);

		if (found) {
			verdict = found < 0 ? VERDICT_FAILED : CLEAN_ENVIRONMENT;
			told = (size_t)found;
		} else if (f->rule == RULE_GHOST_MODULE && (found = is_compiled(c, path, base))) {
			verdict = found < 0 ? VERDICT_FAILED : CLEAN_COMPILED;
			told = base;
		}
	}
	if (verdict == VERDICT_FAILED)
		tell_failed(c);
	else if (verdict < CLEAN_KEPT_COUNT && start + told)
		add_once(&c->clean->kept[verdict], f->path, start + told);
	else if (verdict < CLEAN_KEPT_COUNT)
		add_once(&c->clean->kept[verdict], "./", 2);
	if (verdict != VERDICT_DELETE)
		st->st_mode = 0;
}

static void take_empty(void *arg, const char *path)
{
	struct cleaning *c = arg;

	if (!c->clean->all && find_environment(c, path) != 0)
		return;
	if (c->clean->dry_run)
		c->clean->directories++;
	else
		pathset_add(&c->emptied, path, strlen(path));
}

/* Deletes a file that is as it was when that was planned, and still judged alike. 1; 0 left alone,
 * since it or its source has changed or gone; -1 recorded. */
static int delete_file(struct cleaning *c, const struct finding *planned, const char *path,
	size_t base, const struct stat *st)
{
	struct finding f;
	struct entry e;
	struct stat now;
	bool same;
	int found = snapshot_find(c->worktree.snapshot, path, &e);

	if (found <= 0)
		return found;
	if (enter(c, path, base) < 0 || check_entry(&f, &c->worktree.check, c->matcher, &e) < 0)
		return -1;
	same = f.rule == planned->rule;
	finding_clear(&f);
	if (!same || c->at < 0)
		return 0;
	if (fstatat(c->at, path + base, &now, AT_SYMLINK_NOFOLLOW) == 0) {
		if (st->st_dev != now.st_dev || st->st_ino != now.st_ino ||
			st->st_size != now.st_size || st->st_mode != now.st_mode ||
			memcmp(&st->st_mtim, &now.st_mtim, sizeof now.st_mtim) != 0)
			return 0;
		if (unlinkat(c->at, path + base, 0) == 0)
			return 1;
	}
	return disk_is_absent(errno) ? 0 : cannot(c, "delete", path);
}

static void apply_plan(struct cleaning *c, const struct finding_list *plan, const struct stat *st)
{
	size_t i;

	for (i = 0; i < plan->count && !interrupt_caught(); i++) {
		const struct finding *f = &plan->items[i];
		const char *path = f->path + c->worktree.shown_base.len;
		size_t base = path_base(path, strlen(path));
		int deleted = 1;

		progress_tick(c->clean->progress, i);
		if (!st[i].st_mode)
			continue;
		if (!c->clean->dry_run)
			deleted = delete_file(c, f, path, base, &st[i]);
		if (deleted < 0)
			tell_failed(c);
		if (deleted <= 0)
			continue;
		c->clean->bytes += (uint64_t)st[i].st_size;
		pathset_add(&c->clean->deleted, f->path, f->path_len);
		if (base && !c->clean->dry_run)
			add_once(&c->emptied, path, base);
	}
	/* And each __pycache__ that is empty. */
	for (i = 0; i < c->emptied.count && !interrupt_caught(); i++) {
		const struct pathset_item *item = &c->emptied.items[i];
		size_t base = path_base(item->path, item->len - 1);

		item->path[item->len - 1] = '\0';
		if (strcmp(item->path + base, BYTECODE_CACHES) != 0)
			continue;
		if (enter(c, item->path, base) < 0) {
			tell_failed(c);
		} else if (c->at >= 0 && unlinkat(c->at, item->path + base, AT_REMOVEDIR) == 0) {
			c->clean->directories++;
		} else if (c->at >= 0 && !disk_is_absent(errno) && errno != ENOTEMPTY &&
			   errno != EEXIST) {
			cannot(c, "delete", item->path);
			tell_failed(c);
		}
	}
}

int clean_directory(struct clean *clean, const char *dir)
{
	struct cleaning c = {.clean = clean, .at = -1, .at_path = BUF_INIT};
	const struct disk_options options = {
		.environments = true, .failed = tell_failed, .empty_cache = take_empty, .arg = &c};
	struct finding_list findings = {0};
	struct stat *st = NULL;
	size_t checked, i;
	int status = worktree_open(&c.worktree, dir, &clean->files, &options);

	c.matcher = matcher_new();
	if (status == 0) {
		c.worktree.check.notes = clean->all;
		c.worktree.check.progress = clean->progress;
		c.root = disk_root(c.worktree.snapshot);
		status = check_run(&findings, &checked, &c.worktree.check);
	}
	if (status == 0) {
		st = memory_new(findings.count, sizeof *st);
		progress_phase(clean->progress, "files checked against git");
		for (i = 0; i < findings.count; i++) {
			progress_tick(clean->progress, i);
			plan_file(&c, &findings.items[i], &st[i]);
		}
		progress_phase(clean->progress, "files deleted");
		if (!clean->dry_run)
			interrupt_catch();
		apply_plan(&c, &findings, st);
	}
	if (c.at >= 0)
		close(c.at);
	free(st);
	finding_list_free(&findings);
	buf_free(&c.at_path);
	pathset_free(&c.emptied);
	matcher_free(c.matcher);
	worktree_close(&c.worktree);
	return status;
}

void clean_release(struct clean *c)
{
	pathset_free(&c->deleted);
	for (size_t i = 0; i < CLEAN_KEPT_COUNT; i++)
		pathset_free(&c->kept[i]);
}
