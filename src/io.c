#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int io_exists(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 :
						     error_os(errno, "cannot look at '%s'", path);
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

	while (n > 0 && out->len <= most && !out->failed) {
		n = io_read(fd, piece, sizeof piece);
		if (n > 0)
			buf_add(out, piece, (size_t)n);
	}
	return n < 0 ? -1 : 0;
}

int io_read_file(struct buf *out, const char *path, int flags, size_t most)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags);
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
