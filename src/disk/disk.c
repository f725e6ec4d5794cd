#define _DEFAULT_SOURCE /* d_type: without it each name costs a stat */
#define _DARWIN_C_SOURCE
#include "disk/disk.h"

#include <dirent.h>
#include <pthread.h>

#ifdef __linux__
#include <sys/vfs.h>
#endif

#include "base/crew.h"
#include "python/bytecode.h"

struct disk_snapshot {
	struct snapshot base;
	int root;
	char *real;       /* the directory, absolute and without links */
	struct buf shown; /* as it was named, with a slash: for messages */
	struct disk_options options;
};

bool disk_is_absent(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP;
}

int disk_enter(int root, const char *path, size_t len)
{
	int fd = fcntl(root, F_DUPFD_CLOEXEC, 0);
	const char *end = path + len;

	while (fd >= 0 && path < end) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		char *name = memory_text(path, (size_t)((slash ? slash : end) - path));
		int above = fd, errnum;

		fd = io_openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
		errnum = errno;
		free(name);
		close(above);
		errno = errnum;
		path = slash ? slash + 1 : end;
	}
	return fd;
}

/* How a directory was come to. */
enum way { WAY_PLAIN, WAY_PACKAGE_LINK, WAY_CACHE_LINK };

/* Each waiting directory has a descriptor: a few, so that there is always one to take. */
enum { WAITING_MAX = 16 };

/* What the threads of a walk share. */
struct crew {
	pthread_mutex_t lock; /* of the rest */
	pthread_cond_t changed;
	struct task { /* a directory that any thread may go through */
		int fd;
		char *path;
	} waiting[WAITING_MAX];
	size_t count; /* of these */
	size_t busy;  /* threads that can still offer some */
	bool stop;
};

/* One thread's way through the directories. */
struct disk_walk {
	struct disk_snapshot *disk;
	snapshot_visit *visit;
	void *arg;
	struct crew *crew;
	bool alone;
	enum way way;    /* by the last link that was followed */
	struct buf path; /* of the directory that it is in, with its slash */
	pthread_t thread;
	char *failure; /* its words, for errors are recorded by thread; NULL: it has not failed */
};

/* A directory that a thread is in, and those above it as far as the thread has come by them. */
struct level {
	const struct level *up;
	struct disk_walk *walk; /* the first `len` bytes of its path are the directory's */
	size_t len;
	int fd;
	struct buf names;   /* each with a NUL; a directory's ends in a slash */
	const char **items; /* in the order of an index */
	size_t count;
	bool left_any_out; /* so that a name that is not here may be there all the same */
};

static _Thread_local const struct level *innermost;

/* --- what a directory holds ------------------------------------------------------------------- */

/* What cannot be looked at is told and passed over. */
static void tell(const struct disk_walk *w, int errnum, const char *what, const char *name)
{
	if (!w->disk->shown.len && !w->path.len && !*name)
		name = ".";
	error_os(errnum, "cannot %s '%s%s%s'", what, w->disk->shown.ptr, w->path.ptr, name);
	w->disk->options.failed(w->disk->options.arg);
}

/* 'd' a directory or a link to one, 'f' a regular file or a link to one, 0 for what is not looked
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
	if (fstatat(dir, d->d_name, &st, 0) < 0)
		return disk_is_absent(errno) ? 0 : '?';
	return S_ISDIR(st.st_mode) ? 'd' : S_ISREG(st.st_mode) ? 'f' : 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Lists a directory, or tells that it cannot. */
static void list_directory(struct level *level, DIR *dir)
{
	static const char *const left_out[] = {".", "..", ".git", "node_modules", ".tox", ".nox"};
	const struct dirent *d;
	const char *name;
	size_t i;

	while ((errno = 0, d = readdir(dir))) {
		char kind = kind_of(level->fd, d);

		if (kind == '?')
			tell(level->walk, errno, "look at", d->d_name);
		for (i = 0; kind == 'd' && i < sizeof left_out / sizeof *left_out; i++)
			if (strcmp(d->d_name, left_out[i]) == 0)
				kind = i < 2 ? '.' : 0;
		if (kind == 'd' || kind == 'f') {
			buf_adds(&level->names, d->d_name);
			buf_add(&level->names, "/", kind == 'd');
			buf_addc(&level->names, '\0');
			level->count++;
		} else if (kind != '.') {
			level->left_any_out = true;
		}
	}
	if (errno && errno != ENOENT) { /* deleted while it was read */
		tell(level->walk, errno, "read directory", "");
		level->left_any_out = true;
	}
	level->items = memory_new(level->count, sizeof *level->items);
	for (i = 0, name = level->names.ptr; i < level->count; i++, name += strlen(name) + 1)
		level->items[i] = name;
	qsort(level->items, level->count, sizeof *level->items, compare);
}

static int compare_first(const void *path, const void *item)
{
	const char *name = *(const char *const *)item;
	size_t n = strcspn(path, "/");
	int order;

	n += ((const char *)path)[n] == '/';
	order = strncmp(path, name, n);
	return order ? order : -(name[n] != '\0');
}

/* Whether it has the first component of `path`, as a file or a directory as need be. */
static bool lists(const struct level *level, const char *path)
{
	return bsearch(path, level->items, level->count, sizeof *level->items, compare_first);
}

/* The directory nearest to a path that is open in this thread's walk, of which the rest is then the
 * path; -1 when it has been listed, and has no such name. */
static int locate(struct snapshot *s, const char **path)
{
	const struct level *level = innermost;

	while (level && (&level->walk->disk->base != s ||
				strncmp(*path, level->walk->path.ptr, level->len) != 0))
		level = level->up;
	if (!level)
		return ((struct disk_snapshot *)s)->root;
	*path += level->len;
	return level->left_any_out || lists(level, *path) ? level->fd : -1;
}

int disk_is_environment(int dir)
{
	static const char *const signs[][2] = {{"pyvenv.cfg", "."}, {"conda-meta", "."},
		{"bin/activate", "bin/python"}, {"Scripts/activate", "Scripts/python.exe"}};
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (fstatat(dir, signs[i][0], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			fstatat(dir, signs[i][1], &st, AT_SYMLINK_NOFOLLOW) == 0)
			return 1;
		if (!disk_is_absent(errno))
			return -1;
	}
	return 0;
}

/* Whether it is a git directory, or an environment. */
static bool is_left_out_by_content(const struct level *level)
{
	if (level->len == 0)
		return false;
	if (lists(level, "HEAD") && lists(level, "objects/") && lists(level, "refs/"))
		return true;
	if (level->walk->disk->options.environments)
		return false;
	return (lists(level, "pyvenv.cfg") || lists(level, "conda-meta/") || lists(level, "bin/") ||
		       lists(level, "Scripts/")) &&
	       disk_is_environment(level->fd) > 0;
}

/* --- which directories are gone into ---------------------------------------------------------- */

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

/* Whether Python takes a link to a directory for one of caches, or for a package. */
static bool is_followed(const struct disk_walk *w, int parent, const char *name)
{
	static const char *const inits[] = {"/__init__.py", "/__init__.pyc"};
	bool found = strcmp(name, BYTECODE_CACHES) == 0;

	for (size_t i = 0; i < 2 && !found && w->way == WAY_PLAIN; i++) {
		char *path = buf_join(name, inits[i]);

		found = faccessat(parent, path, F_OK, 0) == 0;
		free(path);
	}
	return found;
}

/* Whether the link at the walk's path leads to where the walk does not come anyhow; if out of the
 * directory that was named, that is said. */
static bool leads_elsewhere(const struct disk_walk *w, bool to_caches)
{
	const struct disk_options *o = &w->disk->options;
	const char *real = w->disk->real;
	size_t len = real[1] ? strlen(real) : 0;
	struct buf path = BUF_INIT;
	bool elsewhere = to_caches;
	char *target;

	buf_addf(&path, "%.*s/%s", (int)len, real, w->path.ptr);
	target = realpath(path.ptr, NULL);
	buf_free(&path);
	if (!target) {
		if (!disk_is_absent(errno))
			tell(w, errno, "follow", "");
		return false;
	}
	if (!path_below(target, strlen(target), real, len)) {
		elsewhere = to_caches || !path_below(real, len, target, strlen(target));
		error_set("'%s%.*s' is a link that leads out of '%s', to '%s'", w->disk->shown.ptr,
			(int)w->path.len - 1, w->path.ptr,
			w->disk->shown.len ? w->disk->shown.ptr : ".", target);
		if (elsewhere && o->outside)
			o->outside(o->arg);
	}
	free(target);
	return elsewhere;
}

/* Opens the directory at the walk's path, `name` in `parent`, or where a link leads that is to be
 * followed, and notes the way. A descriptor; -1 when it is passed over, or that has been told. */
static int open_directory(struct disk_walk *w, int parent, const char *name)
{
	bool is_cache = strcmp(name, BYTECODE_CACHES) == 0;
	int fd = io_openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP)) {
		if (!is_followed(w, parent, name) || !leads_elsewhere(w, is_cache))
			return -1;
		fd = io_openat(parent, name, O_RDONLY | O_DIRECTORY, 0);
		w->way = is_cache ? WAY_CACHE_LINK : WAY_PACKAGE_LINK;
	}
	if (fd < 0 && !disk_is_absent(errno))
		tell(w, errno, "read directory", "");
	if (fd >= 0 && is_pseudo(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* --- the walk --------------------------------------------------------------------------------- */

/* Leaves the directory at the walk's path to whoever is free; false: enough are waiting. */
static bool offer(struct disk_walk *w, int fd)
{
	struct crew *crew = w->crew;
	bool taken;

	pthread_mutex_lock(&crew->lock);
	taken = crew->count < WAITING_MAX;
	if (taken) {
		crew->waiting[crew->count++] = (struct task){fd, memory_string(w->path.ptr)};
		pthread_cond_signal(&crew->changed);
	}
	pthread_mutex_unlock(&crew->lock);
	return taken;
}

static int walk_directory(struct disk_walk *w, int fd);

/* Goes into the directory at the walk's path, of which the last name begins at `base`. */
static int walk_into(struct disk_walk *w, int parent, size_t base)
{
	enum way before = w->way;
	char *name;
	size_t depth = 0, i;
	int fd, status = 0;

	/* A level costs a descriptor, some of the stack, and two bytes or more of the path. */
	for (i = 0; w->path.len > (size_t)2 * SNAPSHOT_DEPTH_MAX && i < w->path.len; i++)
		depth += w->path.ptr[i] == '/';
	if (depth > SNAPSHOT_DEPTH_MAX) {
		error_set("cannot read directory '%s%.60s...': it is more than %d levels deep",
			w->disk->shown.ptr, w->path.ptr, SNAPSHOT_DEPTH_MAX);
		w->disk->options.failed(w->disk->options.arg);
		return 0;
	}
	/* With its slash, a link that has come in its place would be followed. */
	name = memory_text(w->path.ptr + base, w->path.len - base - 1);
	fd = open_directory(w, parent, name);
	/* Caches stay with the thread that has listed the directory of their sources. */
	if (fd >= 0 && (w->alone || w->way != WAY_PLAIN || strcmp(name, BYTECODE_CACHES) == 0 ||
			       !offer(w, fd)))
		status = walk_directory(w, fd);
	w->way = before;
	free(name);
	return status;
}

/* Goes through the directory at the walk's path and all below it. Takes the descriptor over. */
static int walk_directory(struct disk_walk *w, int fd)
{
	const struct disk_options *o = &w->disk->options;
	const size_t len = w->path.len;
	struct level level = {.up = innermost, .walk = w, .len = len, .fd = fd, .names = BUF_INIT};
	struct entry e = {.mode = MODE_FILE, .on_disk = true, .linked = w->way != WAY_PLAIN};
	DIR *dir = fdopendir(fd);
	int status = 0;

	if (!dir) {
		tell(w, errno, "read directory", "");
		close(fd);
		return 0;
	}
	list_directory(&level, dir);
	innermost = &level;
	if (is_left_out_by_content(&level)) {
		level.count = 0;
		level.left_any_out = true;
	}
	for (size_t i = 0; i < level.count && status == 0; i++) {
		if (o->only && !len && strcmp(level.items[i], o->only) != 0)
			continue;
		buf_adds(&w->path, level.items[i]);
		e.path = w->path.ptr;
		e.len = w->path.len;
		if (e.path[e.len - 1] != '/')
			status = w->visit(w->arg, &e);
		else if (w->way != WAY_CACHE_LINK)
			status = walk_into(w, fd, len);
		buf_cut(&w->path, len);
	}
	if (o->empty_cache && !level.count && !level.left_any_out && w->way == WAY_PLAIN && len &&
		strcmp(w->path.ptr + path_base(w->path.ptr, len - 1), BYTECODE_CACHES "/") == 0)
		o->empty_cache(o->arg, w->path.ptr);
	innermost = level.up;
	buf_free(&level.names);
	free(level.items);
	closedir(dir);
	return status;
}

/* Ends what a thread did last, with `status`, and waits until there is something to do; false when
 * nothing will be any more. */
static bool next_task(struct task *out, struct crew *crew, int status)
{
	bool found;

	pthread_mutex_lock(&crew->lock);
	crew->busy--;
	crew->stop = crew->stop || status < 0;
	while (!crew->count && crew->busy && !crew->stop)
		pthread_cond_wait(&crew->changed, &crew->lock);
	found = crew->count && !crew->stop;
	if (found) {
		*out = crew->waiting[--crew->count];
		crew->busy++;
	} else {
		pthread_cond_broadcast(&crew->changed);
	}
	pthread_mutex_unlock(&crew->lock);
	return found;
}

static void *run(void *arg)
{
	struct disk_walk *w = arg;
	struct task task;
	int status = 0;

	while (next_task(&task, w->crew, status)) {
		buf_clear(&w->path);
		buf_adds(&w->path, task.path);
		free(task.path);
		status = walk_directory(w, task.fd);
	}
	w->failure = memory_string(status < 0 ? error_message() : NULL);
	return NULL;
}

/* A thread that cannot be started is done without. */
int disk_each_by_threads(struct snapshot *s, snapshot_visit *visit, void *const *args, size_t count)
{
	struct disk_snapshot *disk = (struct disk_snapshot *)s;
	struct crew crew = {.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.busy = count};
	struct disk_walk walks[CREW_MAX], *w = walks;
	/* The root's own position is not to be changed by reading it. */
	int root = io_openat(disk->root, ".", O_RDONLY | O_DIRECTORY, 0), status = 0;

	if (root < 0)
		return error_os(errno, "cannot read directory");
	crew.waiting[crew.count++] = (struct task){root, memory_string("")};
	for (size_t i = 0; i < count; i++) {
		*w = (struct disk_walk){.disk = disk,
			.visit = visit,
			.arg = args[i],
			.crew = &crew,
			.alone = count == 1,
			.path = BUF_INIT};
		if (i == 0 || pthread_create(&w->thread, NULL, run, w) == 0) {
			w++;
			continue;
		}
		pthread_mutex_lock(&crew.lock);
		crew.busy--;
		pthread_mutex_unlock(&crew.lock);
	}
	run(&walks[0]);
	while (w-- > walks) {
		if (w > walks)
			pthread_join(w->thread, NULL);
		if (w->failure)
			status = error_set("%s", w->failure);
		free(w->failure);
		buf_free(&w->path);
	}
	while (crew.count > 0) {
		close(crew.waiting[--crew.count].fd);
		free(crew.waiting[crew.count].path);
	}
	pthread_cond_destroy(&crew.changed);
	pthread_mutex_destroy(&crew.lock);
	return status;
}

/* Alone, in the order of an index. */
static int disk_walk(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	return disk_each_by_threads(s, visit, &arg, 1);
}

/* --- the snapshot ----------------------------------------------------------------------------- */

static int cannot(const char *what, struct snapshot *s, const char *path)
{
	return error_os(
		errno, "cannot %s '%s%s'", what, ((struct disk_snapshot *)s)->shown.ptr, path);
}

static int disk_find(struct snapshot *s, const char *path, struct entry *out)
{
	const char *name = path;
	int dir = locate(s, &name);
	struct stat st;

	if (dir < 0)
		return 0;
	if (fstatat(dir, name, &st, 0) < 0)
		return disk_is_absent(errno) ? 0 : cannot("look at", s, path);
	if (!S_ISREG(st.st_mode))
		return 0;
	*out = (struct entry){.path = path,
		.len = strlen(path),
		.mode = MODE_FILE,
		.on_disk = true,
		.size = (uint64_t)st.st_size,
		.mtime = st.st_mtim};
	return 1;
}

static int disk_beside(struct snapshot *s, const char *prefix, snapshot_visit *visit, void *arg)
{
	size_t base = path_base(prefix, strlen(prefix));
	struct buf path = BUF_INIT;
	const struct dirent *d;
	struct entry e;
	int status = 0, fd;
	DIR *dir;

	buf_add(&path, prefix, base);
	buf_addc(&path, '.');
	fd = io_openat(((struct disk_snapshot *)s)->root, path.ptr, O_RDONLY | O_DIRECTORY, 0);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		status = fd < 0 && disk_is_absent(errno) ? 0 : cannot("read", s, prefix);
	while (dir && status == 0 && (errno = 0, d = readdir(dir))) {
		if (strncmp(d->d_name, prefix + base, strlen(prefix + base)) != 0)
			continue;
		buf_cut(&path, base);
		buf_adds(&path, d->d_name);
		status = disk_find(s, path.ptr, &e);
		if (status == 1)
			status = visit(arg, &e);
	}
	if (dir && status == 0 && errno)
		status = cannot("read", s, prefix);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	buf_free(&path);
	return status;
}

/* O_NONBLOCK: what was a file may be a FIFO by now. Mostly a header is all that is wanted, and then
 * what came is enough to know. */
static int disk_read(struct snapshot *s, const struct entry *e, struct buf *out, size_t most)
{
	const char *name = e->path;
	int dir = locate(s, &name),
	    fd = dir < 0 ? -1 : io_openat(dir, name, O_RDONLY | O_NONBLOCK, 0), status = 0;
	char piece[16384];
	struct stat st;
	ssize_t n = 1;

	if (fd < 0)
		return dir < 0 || disk_is_absent(errno) ? 1 : cannot("read", s, e->path);
	for (; most > 0 && n > 0; most -= n > 0 ? (size_t)n : 0) {
		n = io_read(fd, piece, most < sizeof piece ? most : sizeof piece);
		buf_add(out, piece, n > 0 ? (size_t)n : 0);
	}
	if (n < 0)
		status = cannot("read", s, e->path);
	if (n <= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		status = 1;
	close(fd);
	return status;
}

static void disk_free(struct snapshot *s)
{
	struct disk_snapshot *disk = (struct disk_snapshot *)s;

	if (disk->root >= 0)
		close(disk->root);
	free(disk->real);
	buf_free(&disk->shown);
	free(disk);
}

static const struct snapshot_source disk_source = {
	disk_walk,
	disk_find,
	disk_beside,
	disk_read,
	disk_free,
};

int disk_root(const struct snapshot *s)
{
	return ((const struct disk_snapshot *)s)->root;
}

int disk_open(struct snapshot **out, const char *dir, const struct disk_options *options)
{
	struct disk_snapshot *disk = memory_new(1, sizeof *disk);

	*out = NULL;
	disk->base.source = &disk_source;
	disk->options = *options;
	disk->shown = (struct buf)BUF_INIT;
	disk->root = io_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);
	disk->real = disk->root < 0 ? NULL : realpath(dir, NULL);
	if (!disk->real) {
		error_os(errno, "cannot read directory '%s'", dir);
		disk_free(&disk->base);
		return -1;
	}
	/* However it was named. */
	disk->base.top_is_migrations =
		strcmp(disk->real + path_base(disk->real, strlen(disk->real)), "migrations") == 0;
	if (strcmp(dir, ".") != 0)
		buf_adds(&disk->shown, dir);
	if (disk->shown.len && dir[disk->shown.len - 1] != '/')
		buf_addc(&disk->shown, '/');
	*out = &disk->base;
	return 0;
}
