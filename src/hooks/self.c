#include "hooks/self.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

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

/* Appends the file that a shell would run for that name. */
static bool find_on(struct buf *out, const char *name, const char *search)
{
	size_t len, start = out->len;
	struct stat st;

	for (; *search; search += len + (search[len] == ':')) {
		len = strcspn(search, ":");
		buf_add(out, search, len);
		buf_addf(out, "%s%s", len ? "/" : "./", name);
		if (!out->failed && access(out->ptr, X_OK) == 0 && stat(out->ptr, &st) == 0 &&
			S_ISREG(st.st_mode))
			return true;
		buf_cut(out, start);
	}
	return false;
}

int self_path(struct buf *out, const char *name, const char *search)
{
	size_t start = out->len;
	char *real;

	if (is_self(name)) {
		buf_adds(out, name);
		return buf_failed(out);
	}
	if (!strchr(name, '/') && search && find_on(out, name, search) && is_self(out->ptr + start))
		return buf_failed(out);
	buf_cut(out, start);
	real = realpath(access(kernel_link, F_OK) == 0 ? kernel_link : name, NULL);
	if (!real)
		return error_os(errno, "cannot find the file of this program, '%s'", name);
	buf_adds(out, real);
	free(real);
	return buf_failed(out);
}

int self_word(struct buf *out, const char *name, const char *search)
{
	const char *base = name + path_base(name, strlen(name));
	struct buf found = BUF_INIT;
	int status = 0;

	if (search && find_on(&found, base, search) && is_self(found.ptr)) {
		path_shell(out, base, strlen(base));
	} else {
		buf_clear(&found);
		status = self_path(&found, name, search);
		path_shell(out, found.ptr, found.len);
	}
	buf_free(&found);
	return status < 0 ? -1 : buf_failed(out);
}
