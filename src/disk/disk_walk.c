#define _DEFAULT_SOURCE /* d_type: without it each name costs a stat */
#define _DARWIN_C_SOURCE
#include "disk/disk_private.h"

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

#include "base/crew.h"
#include "base/error.h"
#include "base/io.h"
#include "base/path.h"
#include "python/bytecode.h"

struct name {
	char *text; /* in the names of its listing; a directory's ends in a slash */
	size_t len;
};

struct listing {
	struct buf names; /* each with a NUL */
	struct name *items;
	size_t count;
	unsigned marks;    /* a bit for each name that tells what sort of directory this is */
	bool left_any_out; /* so that a name that is not here may be there all the same */
};

enum {
	MARK_PYVENV = 1 << 0,
	MARK_CONDA = 1 << 1,
	MARK_BIN = 1 << 2,
	MARK_LIB = 1 << 3,
	MARK_HEAD = 1 << 4,
	MARK_OBJECTS = 1 << 5,
	MARK_REFS = 1 << 6,
	MARKS_LAYOUT = MARK_BIN | MARK_LIB,
	MARKS_GIT = MARK_HEAD | MARK_OBJECTS | MARK_REFS,
};

/* How a directory was come to. */
enum way { WAY_PLAIN, WAY_PACKAGE_LINK, WAY_CACHE_LINK };

/* One thread's way through the directories. */
struct disk_walk {
	struct disk_snapshot *disk;
	snapshot_visit *visit;
	void *arg;
	struct crew *crew; /* NULL: it walks alone */
	bool is_first;     /* of the crew, or alone */
	enum way way;      /* by the last link that was followed */
	struct buf path;   /* of the directory that it is in, with its slash */
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

/* 'd' a directory, 'l' a link to one, 'f' a regular file or a link to one, 0 for what is not looked
 * at; '?' when that cannot be told, for the reason in errno. */
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
	if (S_ISDIR(st.st_mode))
		return 'l';
	return S_ISREG(st.st_mode) ? 'f' : 0;
}

static unsigned mark_of(const char *name)
{
	static const struct {
		const char *name;
		unsigned mark;
	} marks[] = {
		{"pyvenv.cfg", MARK_PYVENV},
		{"conda-meta", MARK_CONDA},
		{"bin", MARK_BIN},
		{"Scripts", MARK_BIN},
		{"lib", MARK_LIB},
		{"Lib", MARK_LIB},
		{"HEAD", MARK_HEAD},
		{"objects", MARK_OBJECTS},
		{"refs", MARK_REFS},
	};
	size_t i;

	for (i = 0; i < sizeof marks / sizeof *marks; i++)
		if (*name == *marks[i].name && strcmp(name, marks[i].name) == 0)
			return marks[i].mark;
	return 0;
}

/* 1, 0; -1 with errno set. */
static int has(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return disk_is_absent(errno) ? 0 : -1;
}

static int has_layout(int dir)
{
	static const char *const pairs[][2] = {
		{"bin/activate", "bin/python"}, {"Scripts/activate", "Scripts/python.exe"}};
	int found = 0;
	size_t i;

	for (i = 0; i < 2 && found == 0; i++) {
		found = has(dir, pairs[i][0]);
		if (found > 0)
			found = has(dir, pairs[i][1]);
	}
	return found;
}

int disk_is_environment(int dir)
{
	int found = has(dir, "pyvenv.cfg");

	if (found == 0)
		found = has(dir, "conda-meta");
	return found ? found : has_layout(dir);
}

/* Whether a link to a directory is followed: Python takes it for a directory of caches, or for a
 * package. */
static bool is_followed(const struct disk_walk *w, int dir, const char *name)
{
	static const char *const inits[] = {"__init__.py", "__init__.pyc"};
	struct buf path = BUF_INIT;
	bool found = false;
	size_t i;

	if (strcmp(name, BYTECODE_CACHES) == 0)
		return true;
	for (i = 0; i < 2 && !found && w->way == WAY_PLAIN; i++) {
		buf_clear(&path);
		buf_addf(&path, "%s/%s", name, inits[i]);
		found = !path.failed && faccessat(dir, path.ptr, F_OK, 0) == 0;
	}
	buf_free(&path);
	return found;
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
	w->disk->options.failed(w->disk->options.arg);
}

static void list_entry(
	struct listing *list, const struct disk_walk *w, int dir, const struct dirent *d)
{
	char kind;

	if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
		return;
	list->marks |= mark_of(d->d_name);
	kind = kind_of(dir, d);
	if (kind == '?')
		tell(w, errno, "look at", d->d_name);
	if (!kind || kind == '?' || (kind == 'd' && is_left_out(d->d_name)) ||
		(kind == 'l' && !is_followed(w, dir, d->d_name))) {
		list->left_any_out = true;
		return;
	}
	buf_adds(&list->names, d->d_name);
	if (kind != 'f')
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
	if (errnum == ENOENT) /* deleted while it was read */
		errnum = 0;
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
	w->disk->options.failed(w->disk->options.arg);
}

static int walk_directory(struct disk_walk *w, int fd, dev_t device);

/* A directory that any thread may go through. */
struct task {
	int fd;
	dev_t device;
	char path[];
};

static void drop_task(void *arg)
{
	struct task *task = arg;

	close(task->fd);
	free(task);
}

/* Leaves a directory to another thread, and then takes the descriptor over. */
static bool offer(struct disk_walk *w, int fd, dev_t device)
{
	struct task *task;

	if (!w->crew || w->way != WAY_PLAIN || crew_is_full(w->crew))
		return false;
	task = malloc(sizeof *task + w->path.len + 1);
	if (!task)
		return false;
	task->fd = fd;
	task->device = device;
	memcpy(task->path, w->path.ptr, w->path.len + 1);
	if (crew_offer(w->crew, task))
		return true;
	free(task);
	return false;
}

/* Whether a link to a directory leads to where the walk does not come anyhow; if out of the
 * directory that was named, that is said. 1, 0; -1 when memory is gone. */
static int leads_elsewhere(struct disk_walk *w, enum way way)
{
	const struct disk_options *o = &w->disk->options;
	const char *real = w->disk->real;
	size_t len = strlen(real) == 1 ? 0 : strlen(real);
	struct buf path = BUF_INIT;
	char *target;
	int status = 0;

	buf_add(&path, real, len);
	buf_addc(&path, '/');
	buf_add(&path, w->path.ptr, w->path.len);
	if (buf_failed(&path) < 0)
		return -1;
	target = realpath(path.ptr, NULL);
	buf_free(&path);
	if (!target)
		return 0; /* it has gone */
	if (path_below(target, strlen(target), real, len)) {
		status = way == WAY_CACHE_LINK;
	} else if (way == WAY_CACHE_LINK || !path_below(real, len, target, strlen(target))) {
		status = 1;
		error_set("'%s%.*s' is a link that leads out of '%s', to '%s'", w->disk->shown.ptr,
			(int)w->path.len - 1, w->path.ptr,
			w->disk->shown.len ? w->disk->shown.ptr : ".", target);
		if (o->outside)
			o->outside(o->arg);
	}
	free(target);
	return status;
}

static int follow_link(struct disk_walk *w, int parent, const char *name)
{
	enum way before = w->way;
	enum way way = strcmp(name, BYTECODE_CACHES) == 0 ? WAY_CACHE_LINK : WAY_PACKAGE_LINK;
	struct stat st;
	int fd, status = is_followed(w, parent, name) ? leads_elsewhere(w, way) : 0;

	if (status <= 0)
		return status;
	fd = io_openat(parent, name, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0 && disk_is_absent(errno))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		tell(w, errno, "read directory", "");
	else if (!is_pseudo(fd))
		goto walk;
	if (fd >= 0)
		close(fd);
	return 0;
walk:
	w->way = way;
	status = walk_directory(w, fd, st.st_dev);
	w->way = before;
	return status;
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
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return follow_link(w, parent, name);
	if (fd < 0 && errno == ENOENT)
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
	/* Caches stay with the thread that has listed the directory of their sources. */
	if (strcmp(name, BYTECODE_CACHES) != 0 && offer(w, fd, st.st_dev))
		return 0;
	return walk_directory(w, fd, st.st_dev);
}

static int walk_name(struct disk_walk *w, int fd, struct name *name, dev_t device)
{
	size_t len = w->path.len;
	struct entry e = {.mode = MODE_FILE, .on_disk = true};
	bool is_directory = name->text[name->len - 1] == '/';
	int status = 0;

	if (is_directory && w->way == WAY_CACHE_LINK)
		return 0;
	buf_add(&w->path, name->text, name->len);
	if (buf_failed(&w->path) < 0)
		return -1;
	if (is_directory) {
		/* With its slash, a link that has come in its place would be followed. */
		char *plain = strndup(name->text, name->len - 1);

		status = plain ? walk_into(w, fd, plain, device) : error_oom();
		free(plain);
	} else {
		e.path = w->path.ptr;
		e.len = w->path.len;
		status = w->visit(w->arg, &e);
	}
	buf_cut(&w->path, len);
	return status;
}

static bool is_left_out_by_content(const struct disk_walk *w, const struct listing *list, int fd)
{
	if (w->path.len == 0)
		return false;
	if ((list->marks & MARKS_GIT) == MARKS_GIT)
		return true;
	if (w->disk->options.environments)
		return false;
	return list->marks & (MARK_PYVENV | MARK_CONDA) ||
	       ((list->marks & MARKS_LAYOUT) == MARKS_LAYOUT && has_layout(fd) > 0);
}

static void tell_of_empty_cache(const struct disk_walk *w, const struct listing *list)
{
	static const char name[] = BYTECODE_CACHES "/";
	const struct disk_options *o = &w->disk->options;
	size_t n = sizeof name - 1, len = w->path.len;

	if (o->empty_cache && !list->count && !list->left_any_out && w->way == WAY_PLAIN &&
		len >= n && strcmp(w->path.ptr + len - n, name) == 0 &&
		(len == n || w->path.ptr[len - n - 1] == '/'))
		o->empty_cache(o->arg, w->path.ptr);
}

/* Goes through the directory at `w->path` and all below it. Takes the descriptor over. */
static int walk_directory(struct disk_walk *w, int fd, dev_t device)
{
	struct listing list = {.names = BUF_INIT};
	struct level level = {innermost, w->disk, &list, &w->path, w->path.len};
	int status = list_directory(&list, w, fcntl(fd, F_DUPFD_CLOEXEC, 0));
	size_t i;

	innermost = &level;
	if (status == 0 && !is_left_out_by_content(w, &list, fd)) {
		for (i = 0; i < list.count && status == 0; i++)
			status = walk_name(w, fd, &list.items[i], device);
		tell_of_empty_cache(w, &list);
	}
	innermost = level.up;
	listing_free(&list);
	close(fd);
	return status;
}

static int walk_root(struct disk_walk *w)
{
	const char *only = w->disk->options.only;
	int fd = fcntl(w->disk->root, F_DUPFD_CLOEXEC, 0);
	struct stat st;
	int status = -1;

	if (fd < 0 || fstat(fd, &st) < 0) {
		error_os(errno, "cannot read directory");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (!only)
		return walk_directory(w, fd, st.st_dev);
	buf_adds(&w->path, only);
	buf_addc(&w->path, '/');
	if (buf_failed(&w->path) == 0)
		status = walk_into(w, fd, only, st.st_dev);
	close(fd);
	return status;
}

int disk_walk(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	struct disk_walk w = {
		.disk = (struct disk_snapshot *)s, .visit = visit, .arg = arg, .path = BUF_INIT};
	int status = walk_root(&w);

	buf_free(&w.path);
	return status;
}

/* The first walks from the root, and takes from the others when that is done. */
static int work(struct crew *crew, void *member, void *arg)
{
	struct disk_walk *w = member;
	struct task *task = arg;
	int status = 0;

	w->crew = crew;
	if (task) {
		buf_clear(&w->path);
		buf_adds(&w->path, task->path);
		status = buf_failed(&w->path);
		if (status == 0)
			status = walk_directory(w, task->fd, task->device);
		else
			close(task->fd);
		free(task);
	} else if (w->is_first) {
		status = walk_root(w);
	}
	return status;
}

int disk_each_by_threads(struct snapshot *s, snapshot_visit *visit, void *const *args, size_t count)
{
	struct disk_walk walks[CREW_MAX];
	void *members[CREW_MAX] = {NULL};
	size_t i;
	int status;

	for (i = 0; i < count; i++) {
		walks[i] = (struct disk_walk){.disk = (struct disk_snapshot *)s,
			.visit = visit,
			.arg = args[i],
			.is_first = i == 0,
			.path = BUF_INIT};
		members[i] = &walks[i];
	}
	status = crew_run(work, drop_task, members, count);
	for (i = 0; i < count; i++)
		buf_free(&walks[i].path);
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
