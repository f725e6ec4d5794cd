#include "disk/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"

struct directory directory_at(int root)
{
	return (struct directory){.fd = -1, .root = root, .path = BUF_INIT};
}

void directory_leave(struct directory *d)
{
	if (d->fd >= 0)
		close(d->fd);
	buf_free(&d->path);
	d->fd = -1;
}

/* Replaces the descriptor by that of a name in it. */
static int descend(struct directory *d, const char *name)
{
	int fd = io_openat(d->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	int errnum = errno;

	close(d->fd);
	d->fd = fd;
	if (fd >= 0 || errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP)
		return 0;
	return error_os(errnum, "cannot enter directory '%s'", d->path.ptr);
}

int directory_enter(struct directory *d, const char *path, size_t len)
{
	char *name, *slash;

	if (d->fd >= 0 && path_compare(d->path.ptr, d->path.len, path, len) == 0)
		return 0;
	directory_leave(d);
	buf_add(&d->path, path, len);
	if (buf_failed(&d->path) < 0)
		return -1;
	d->fd = fcntl(d->root, F_DUPFD_CLOEXEC, 0);
	if (d->fd < 0)
		return error_os(errno, "cannot enter directory '%s'", d->path.ptr);
	for (name = d->path.ptr; d->fd >= 0 && (slash = strchr(name, '/')) != NULL;
		name = slash + 1) {
		*slash = '\0';
		if (descend(d, name) < 0)
			return -1;
		*slash = '/';
	}
	return 0;
}
