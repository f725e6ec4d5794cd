#define _DEFAULT_SOURCE /* d_type: without it each name costs a stat */
#define _DARWIN_C_SOURCE
#include "disk_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/vfs.h>
#endif

#include "bytecode.h"
#include "error.h"
#include "io.h"

struct name {
	char *text; /* in the names of its listing; a directory's ends in a slash */
	size_t len;
};

struct listing {
	struct buf names; /* each with a NUL */
	struct name *items;
	size_t count;
	bool is_venv;
	bool left_any_out; /* so that a name that is not here may be there all the same */
};

/* The directories from the first to the one being walked, of one thread. */
struct level {
	const struct level *up;
	const struct disk_snapshot *disk;
	const struct listing *list;
	const struct buf *path; /* its first `len` bytes are the directory's, with its slash */
	size_t len;
};

static _Thread_local const struct level *innermost;

/* 'd' a directory, 'f' a regular file or a link to one, 0 for what is not looked at; '?' when that
 * cannot be told, for the reason in errno. */
static char kind_of(int dir, const struct dirent *d)
{
	struct stat st;

#ifdef DT_DIR
	if (d->d_type == DT_DIR)
		return 'd';
	if (d->d_type == DT_REG)
		return 'f';
	if (d->d_type != DT_UNKNOWN && d->d_type != DT_LNK)
		return 0;
#endif
	if (fstatat(dir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return disk_is_absent(errno) ? 0 : '?';
	if (S_ISDIR(st.st_mode))
		return 'd';
	if (S_ISLNK(st.st_mode) && fstatat(dir, d->d_name, &st, 0) < 0)
		return disk_is_absent(errno) ? 0 : '?';
	return S_ISREG(st.st_mode) ? 'f' : 0;
}

static bool is_left_out(const char *name)
{
	static const char *const names[] = {".git", "node_modules", ".tox", ".nox"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* What cannot be looked at is told and passed over. */
static void tell(const struct disk_walk *w, int errnum, const char *what, const char *name)
{
	if (!w->disk->shown.len && !w->path.len && !*name)
		name = ".";
	error_os(errnum, "cannot %s '%s%s%s'", what, w->disk->shown.ptr, w->path.ptr, name);
	w->disk->failed(w->disk->arg);
}

static void list_entry(
	struct listing *list, const struct disk_walk *w, int dir, const struct dirent *d)
{
	char kind;

	if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
		return;
	if (strcmp(d->d_name, "pyvenv.cfg") == 0)
		list->is_venv = true;
	kind = kind_of(dir, d);
	if (kind == '?')
		tell(w, errno, "look at", d->d_name);
	if (!kind || kind == '?' || (kind == 'd' && is_left_out(d->d_name))) {
		list->left_any_out = true;
		return;
	}
	buf_adds(&list->names, d->d_name);
	if (kind == 'd')
		buf_addc(&list->names, '/');
	buf_addc(&list->names, '\0');
	list->count++;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

static int put_in_order(struct listing *list)
{
	char *text = list->names.ptr;
	size_t i;

	if (buf_failed(&list->names) < 0)
		return -1;
	list->items = malloc((list->count + 1) * sizeof *list->items);
	if (!list->items)
		return error_oom();
	for (i = 0; i < list->count; i++) {
		list->items[i] = (struct name){text, strlen(text)};
		text += list->items[i].len + 1;
	}
	qsort(list->items, list->count, sizeof *list->items, compare);
	return 0;
}

/* Lists a directory, in the order of an index, or tells that it cannot. Takes the descriptor over.
 * 0; -1 when memory is gone. */
static int list_directory(struct listing *list, const struct disk_walk *w, int fd)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *d;
	int errnum = errno;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		tell(w, errnum, "read directory", "");
		return 0;
	}
	for (errno = 0; (d = readdir(dir)); errno = 0)
		list_entry(list, w, dirfd(dir), d);
	errnum = errno;
	closedir(dir);
	if (errnum) {
		tell(w, errnum, "read directory", "");
		list->left_any_out = true;
	}
	return put_in_order(list);
}

static void listing_free(struct listing *list)
{
	buf_free(&list->names);
	free(list->items);
}

/* File systems of the kernel's own, endless or made up as one looks. */
static bool is_pseudo(int fd)
{
#ifdef __linux__
	enum { PROC_MAGIC = 0x9fa0, SYSFS_MAGIC = 0x62656572 };
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_type == PROC_MAGIC || fs.f_type == SYSFS_MAGIC);
#else
	(void)fd;
	return false;
#endif
}

/* It stays with the thread that has listed the directory it is in, where the sources are. */
static const char cache_name[] = BYTECODE_CACHES "/";

/* Whether so many names stand one above the other, of which each takes two bytes or more; a level
 * costs a descriptor and some of the stack. */
static bool is_too_deep(const struct buf *path)
{
	size_t i, depth = 0;

	for (i = 0; path->len > (size_t)2 * SNAPSHOT_DEPTH_MAX && i < path->len; i++)
		depth += path->ptr[i] == '/';
	return depth > SNAPSHOT_DEPTH_MAX;
}

static void tell_too_deep(const struct disk_walk *w)
{
	error_set("cannot read directory '%s%.60s...': it is more than %d levels deep",
		w->disk->shown.ptr, w->path.ptr, SNAPSHOT_DEPTH_MAX);
	w->disk->failed(w->disk->arg);
}

/* Descends to a directory; what cannot be read is told and passed over. */
static int walk_into(struct disk_walk *w, int parent, const char *name, dev_t device)
{
	struct stat st;
	int fd;

	if (is_too_deep(&w->path)) {
		tell_too_deep(w);
		return 0;
	}
	fd = io_openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0) {
		tell(w, errno, "read directory", "");
		if (fd >= 0)
			close(fd);
		return 0;
	}
	if (st.st_dev != device && is_pseudo(fd)) {
		close(fd);
		return 0;
	}
	if (w->pool && strcmp(name, cache_name) != 0 &&
		disk_pool_offer(w->pool, fd, st.st_dev, &w->path))
		return 0;
	return disk_walk_directory(w, fd, st.st_dev);
}

static int walk_name(struct disk_walk *w, int fd, const struct name *name, dev_t device)
{
	size_t len = w->path.len;
	struct entry e = {.mode = MODE_FILE, .on_disk = true};
	int status;

	buf_add(&w->path, name->text, name->len);
	if (buf_failed(&w->path) < 0)
		return -1;
	e.path = w->path.ptr;
	e.len = w->path.len;
	status = name->text[name->len - 1] == '/' ? walk_into(w, fd, name->text, device) :
						    w->visit(w->arg, &e);
	buf_cut(&w->path, len);
	return status;
}

int disk_walk_directory(struct disk_walk *w, int fd, dev_t device)
{
	struct listing list = {.names = BUF_INIT};
	struct level level = {innermost, w->disk, &list, &w->path, w->path.len};
	bool is_top = w->path.len == 0;
	int status = list_directory(&list, w, fcntl(fd, F_DUPFD_CLOEXEC, 0));
	size_t i;

	innermost = &level;
	for (i = 0; i < list.count && status == 0 && (is_top || !list.is_venv); i++)
		status = walk_name(w, fd, &list.items[i], device);
	innermost = level.up;
	listing_free(&list);
	close(fd);
	return status;
}

/* Takes the descriptor over. */
static int walk_only(struct disk_walk *w, int fd, dev_t device)
{
	int status = -1;

	buf_adds(&w->path, w->disk->only);
	buf_addc(&w->path, '/');
	if (buf_failed(&w->path) == 0)
		status = walk_into(w, fd, w->disk->only, device);
	close(fd);
	return status;
}

/* Whether the listing has the first component of `path`, as a file or a directory as need be. */
static bool lists(const struct listing *list, const char *path)
{
	size_t n = strcspn(path, "/"), low = 0, high = list->count;

	n += path[n] == '/';
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *text = list->items[middle].text;
		int sign = strncmp(text, path, n);

		if (sign == 0 && text[n] == '\0')
			return true;
		if (sign < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool disk_walk_knows_absent(const struct disk_snapshot *disk, const char *path)
{
	const struct level *level = innermost;

	while (level && (level->disk != disk || strncmp(path, level->path->ptr, level->len) != 0))
		level = level->up;
	return level && !level->list->left_any_out && !lists(level->list, path + level->len);
}

int disk_walk_root(struct disk_walk *w)
{
	int fd = fcntl(w->disk->root, F_DUPFD_CLOEXEC, 0);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		error_os(errno, "cannot read directory");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return w->disk->only ? walk_only(w, fd, st.st_dev) : disk_walk_directory(w, fd, st.st_dev);
}
