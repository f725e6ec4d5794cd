#include "base/base.h"

#include <sys/mman.h>
#include <time.h>

#include "base/signals.h"

int io_openat(int dir, const char *path, int flags, mode_t mode)
{
	int fd;

	deadline_begins();
	do {
		fd = openat(dir, path, flags | O_CLOEXEC | O_NOCTTY, mode);
	} while (fd < 0 && errno == EINTR);
	deadline_ends();
	return fd;
}

int io_exists(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 :
						     error_os(errno, "cannot look at '%s'", path);
}

int io_can_run(const char *path)
{
	if (access(path, X_OK) == 0)
		return 1;
	if (errno == EACCES || errno == EPERM || errno == ENOENT || errno == ENOTDIR ||
		errno == ELOOP || errno == ENAMETOOLONG)
		return 0;
	return error_os(errno, "cannot look at '%s'", path);
}

char *io_find_program(const char *name, const char *search)
{
	struct buf file = BUF_INIT;
	struct stat st;

	while (search && *search) {
		size_t len = strcspn(search, ":");

		buf_clear(&file);
		buf_addf(&file, "%.*s/%s", len ? (int)len : 1, len ? search : ".", name);
		if (access(file.ptr, X_OK) == 0 && stat(file.ptr, &st) == 0 && S_ISREG(st.st_mode))
			return buf_take(&file);
		search += len + (search[len] == ':');
	}
	buf_free(&file);
	return NULL;
}

ssize_t io_read(int fd, void *bytes, size_t size)
{
	ssize_t n;

	do {
		n = read(fd, bytes, size);
	} while (n < 0 && errno == EINTR);
	return n;
}

int io_read_all(struct buf *out, int fd, size_t most)
{
	char piece[16384];
	ssize_t n = 1;

	while (n > 0 && out->len <= most) {
		n = io_read(fd, piece, sizeof piece);
		if (n > 0)
			buf_add(out, piece, (size_t)n);
	}
	return n < 0 ? -1 : 0;
}

int io_read_file(struct buf *out, const char *path, int flags, size_t most)
{
	int fd = io_openat(AT_FDCWD, path, O_RDONLY | flags, 0);
	int status, errnum;

	if (fd < 0)
		return -1;
	status = io_read_all(out, fd, most);
	errnum = errno;
	close(fd);
	errno = errnum;
	return status;
}

int io_write_all(int fd, const void *bytes, size_t len)
{
	const char *next = bytes;

	while (len > 0) {
		ssize_t n = write(fd, next, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		next += n;
		len -= (size_t)n;
	}
	return 0;
}

int64_t io_clock(void)
{
	struct timespec now = {0};

#ifdef CLOCK_MONOTONIC_COARSE
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
#else
	clock_gettime(CLOCK_MONOTONIC, &now);
#endif
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool io_map(struct io_map *out, const char *path)
{
	int fd = io_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	void *bytes = MAP_FAILED;
	struct stat st = {0};

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
		(uintmax_t)st.st_size <= SIZE_MAX)
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	*out = (struct io_map){0};
	if (bytes != MAP_FAILED)
		*out = (struct io_map){bytes, (size_t)st.st_size};
	return out->bytes;
}

void io_unmap(struct io_map *map)
{
	if (map->bytes)
		munmap((void *)map->bytes, map->len);
	*map = (struct io_map){0};
}
