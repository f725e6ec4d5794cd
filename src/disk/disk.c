#include "disk/disk_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "base/path.h"

static void entry_from_stat(struct entry *out, const char *path, size_t len, const struct stat *st)
{
	*out = (struct entry){.path = path,
		.len = len,
		.mode = MODE_FILE,
		.on_disk = true,
		.size = (uint64_t)st->st_size,
		.mtime = st->st_mtim};
}

bool disk_is_absent(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP;
}

static int cannot(const char *what, struct snapshot *s, const char *path)
{
	return error_os(
		errno, "cannot %s '%s%s'", what, ((struct disk_snapshot *)s)->shown.ptr, path);
}

static int disk_find(struct snapshot *s, const char *path, struct entry *out)
{
	struct stat st;

	if (disk_walk_knows_absent((struct disk_snapshot *)s, path))
		return 0;
	if (fstatat(((struct disk_snapshot *)s)->root, path, &st, 0) < 0)
		return disk_is_absent(errno) ? 0 : cannot("look at", s, path);
	if (!S_ISREG(st.st_mode))
		return 0;
	entry_from_stat(out, path, strlen(path), &st);
	return 1;
}

static int disk_names(struct snapshot *s, const char *path)
{
	struct stat st;

	if (fstatat(((struct disk_snapshot *)s)->root, *path ? path : ".", &st, 0) < 0)
		return disk_is_absent(errno) ? 0 : cannot("look at", s, path);
	return 1;
}

static int visit_beside(
	struct snapshot *s, DIR *dir, const char *prefix, snapshot_visit *visit, void *arg)
{
	size_t base = path_base(prefix, strlen(prefix));
	struct buf path = BUF_INIT;
	const struct dirent *d;
	struct entry e;
	int status = 0;

	while (status == 0 && (errno = 0, d = readdir(dir))) {
		if (strncmp(d->d_name, prefix + base, strlen(prefix + base)) != 0)
			continue;
		buf_clear(&path);
		buf_add(&path, prefix, base);
		buf_adds(&path, d->d_name);
		status = buf_failed(&path) < 0 ? -1 : disk_find(s, path.ptr, &e);
		if (status == 1)
			status = visit(arg, &e);
	}
	if (status == 0 && errno)
		status = cannot("read", s, prefix);
	buf_free(&path);
	return status;
}

static int disk_beside(struct snapshot *s, const char *prefix, snapshot_visit *visit, void *arg)
{
	char *path = strndup(prefix, path_base(prefix, strlen(prefix)));
	int fd, status = -1;
	DIR *dir;

	if (!path)
		return error_oom();
	fd = io_openat(
		((struct disk_snapshot *)s)->root, *path ? path : ".", O_RDONLY | O_DIRECTORY, 0);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir) {
		status = visit_beside(s, dir, prefix, visit, arg);
		closedir(dir);
	} else {
		status = fd < 0 && disk_is_absent(errno) ? 0 : cannot("read", s, path);
		if (fd >= 0)
			close(fd);
	}
	free(path);
	return status;
}

/* What is on disk is what Python reads. */
static int disk_converts(struct snapshot *s, const char *path)
{
	(void)s, (void)path;
	return 0;
}

static int disk_size(struct snapshot *s, const struct entry *e, uint64_t *out)
{
	(void)s;
	*out = e->size;
	return 0;
}

static int read_pieces(struct snapshot *s, int fd, const char *path, snapshot_sink *sink, void *arg)
{
	char piece[16384];
	size_t size = 512; /* mostly, a header is all that is wanted */
	int status = 0;

	while (status == 0) {
		ssize_t n = io_read(fd, piece, size);

		if (n < 0)
			return cannot("read", s, path);
		status = n ? sink(arg, piece, (size_t)n) : 1;
		size = sizeof piece;
	}
	return status < 0 ? -1 : 0;
}

/* O_NONBLOCK: what was a file may be a FIFO by now. */
static int disk_read(struct snapshot *s, const struct entry *e, snapshot_sink *sink, void *arg)
{
	int fd = io_openat(((struct disk_snapshot *)s)->root, e->path, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;
	int status;

	if (fd < 0 && disk_is_absent(errno))
		return 1;
	if (fd < 0)
		return cannot("read", s, e->path);
	status = fstat(fd, &st) < 0 ? cannot("read", s, e->path) : !S_ISREG(st.st_mode);
	if (status != 0) {
		close(fd);
		return status;
	}
	status = read_pieces(s, fd, e->path, sink, arg);
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
	disk_names,
	disk_beside,
	disk_converts,
	disk_size,
	disk_read,
	disk_free,
};

int disk_root(const struct snapshot *s)
{
	return ((const struct disk_snapshot *)s)->root;
}

int disk_open(struct snapshot **out, const char *dir, const struct disk_options *options)
{
	struct disk_snapshot *disk = calloc(1, sizeof *disk);

	*out = NULL;
	if (!disk)
		return error_oom();
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
	if (buf_failed(&disk->shown) < 0) {
		disk_free(&disk->base);
		return -1;
	}
	*out = &disk->base;
	return 0;
}
