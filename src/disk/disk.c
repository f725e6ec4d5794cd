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
		char *name = strndup(path, (size_t)((slash ? slash : end) - path));
		int above = fd, errnum = ENOMEM;

		fd = -1;
		if (name) {
			fd = io_openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
			errnum = errno;
		}
		free(name);
		close(above);
		errno = errnum;
		path = slash ? slash + 1 : end;
	}
	return fd;
}

static int cannot(const char *what, struct snapshot *s, const char *path)
{
	return error_os(
		errno, "cannot %s '%s%s'", what, ((struct disk_snapshot *)s)->shown.ptr, path);
}

static int disk_find(struct snapshot *s, const char *path, struct entry *out)
{
	struct disk_place place = disk_place((struct disk_snapshot *)s, path);
	struct stat st;

	if (place.absent)
		return 0;
	if (fstatat(place.fd, place.name, &st, 0) < 0)
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

static int disk_names(struct snapshot *s, const char *path)
{
	struct stat st;

	if (fstatat(((struct disk_snapshot *)s)->root, *path ? path : ".", &st, 0) < 0)
		return disk_is_absent(errno) ? 0 : cannot("look at", s, path);
	return 1;
}

static int disk_beside(struct snapshot *s, const char *prefix, snapshot_visit *visit, void *arg)
{
	size_t base = path_base(prefix, strlen(prefix));
	struct buf path = BUF_INIT;
	const struct dirent *d;
	struct entry e;
	int fd = -1, status = 0;
	DIR *dir = NULL;

	buf_add(&path, prefix, base);
	buf_adds(&path, base ? "" : ".");
	if (buf_failed(&path) == 0)
		fd = io_openat(
			((struct disk_snapshot *)s)->root, path.ptr, O_RDONLY | O_DIRECTORY, 0);
	if (fd >= 0)
		dir = fdopendir(fd);
	if (!dir)
		status = fd < 0 && disk_is_absent(errno) ? 0 : cannot("read", s, prefix);
	while (dir && status == 0 && (errno = 0, d = readdir(dir))) {
		if (strncmp(d->d_name, prefix + base, strlen(prefix + base)) != 0)
			continue;
		buf_clear(&path);
		buf_add(&path, prefix, base);
		buf_adds(&path, d->d_name);
		status = buf_failed(&path) < 0 ? -1 : disk_find(s, path.ptr, &e);
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
static int disk_read(struct snapshot *s, const struct entry *e, snapshot_sink *sink, void *arg)
{
	struct disk_place place = disk_place((struct disk_snapshot *)s, e->path);
	int fd = io_openat(place.fd, place.name, O_RDONLY | O_NONBLOCK, 0);
	char piece[16384];
	size_t size = 64;
	struct stat st;
	int status = 0;

	if (fd < 0)
		return disk_is_absent(errno) ? 1 : cannot("read", s, e->path);
	while (status == 0) {
		ssize_t n = io_read(fd, piece, size);

		status = n < 0 ? -1 : n ? sink(arg, piece, (size_t)n) : 1;
		if (size < sizeof piece && (n <= 0 || status == 0) && fstat(fd, &st) == 0 &&
			!S_ISREG(st.st_mode)) {
			close(fd);
			return 1;
		}
		if (n < 0)
			cannot("read", s, e->path);
		size = sizeof piece;
	}
	close(fd);
	return status < 0 ? -1 : 0;
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
	int status = 0;

	*out = NULL;
	if (!disk)
		return error_oom();
	disk->base.source = &disk_source;
	disk->options = *options;
	disk->shown = (struct buf)BUF_INIT;
	disk->root = io_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);
	disk->real = disk->root < 0 ? NULL : realpath(dir, NULL);
	if (!disk->real)
		status = error_os(errno, "cannot read directory '%s'", dir);
	else /* however it was named */
		disk->base.top_is_migrations =
			strcmp(disk->real + path_base(disk->real, strlen(disk->real)),
				"migrations") == 0;
	if (strcmp(dir, ".") != 0)
		buf_adds(&disk->shown, dir);
	if (disk->shown.len && dir[disk->shown.len - 1] != '/')
		buf_addc(&disk->shown, '/');
	if (status < 0 || buf_failed(&disk->shown) < 0) {
		disk_free(&disk->base);
		return -1;
	}
	*out = &disk->base;
	return 0;
}
