#include "self.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char kernel_link[] = "/proc/self/exe";

/* Without /proc any file of that name that can be run is taken for it. */
static bool is_self(const char *path)
{
	struct stat it, self;

	if (*path != '/' || access(path, X_OK) < 0 || stat(path, &it) < 0 || !S_ISREG(it.st_mode))
		return false;
	return stat(kernel_link, &self) < 0 ||
	       (it.st_dev == self.st_dev && it.st_ino == self.st_ino);
}

static bool find_on(struct buf *out, const char *name, const char *search)
{
	struct buf path = BUF_INIT;
	bool found = false;
	size_t len;

	for (; *search && !found; search += len + (search[len] == ':')) {
		len = strcspn(search, ":");
		buf_clear(&path);
		buf_add(&path, search, len);
		buf_addf(&path, "/%s", name);
		found = !path.failed && is_self(path.ptr);
	}
	if (found)
		buf_adds(out, path.ptr);
	buf_free(&path);
	return found;
}

int self_path(struct buf *out, const char *name, const char *search)
{
	char *real;

	if (is_self(name)) {
		buf_adds(out, name);
		return buf_failed(out);
	}
	if (!strchr(name, '/') && search && find_on(out, name, search))
		return buf_failed(out);
	real = realpath(access(kernel_link, F_OK) == 0 ? kernel_link : name, NULL);
	if (!real)
		return error_os(errno, "cannot find the file of this program, '%s'", name);
	buf_adds(out, real);
	free(real);
	return buf_failed(out);
}
