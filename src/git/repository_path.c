#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "git/repository.h"

/* Appends the components of `path` to the absolute `out`, resolving `.` and `..` by name. */
static void add_components(struct buf *out, const char *path)
{
	size_t n;

	for (; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (n == 0 || (n == 1 && path[0] == '.'))
			continue;
		if (n == 2 && memcmp(path, "..", 2) == 0) {
			size_t base = path_base(out->ptr, out->len);

			buf_cut(out, base ? base - 1 : 0);
			continue;
		}
		buf_addc(out, '/');
		buf_add(out, path, n);
	}
}

static int add_working_directory(struct buf *out)
{
	size_t size = 4096;
	char *cwd = NULL;

	for (;; size *= 2) {
		char *grown = realloc(cwd, size);

		if (!grown) {
			free(cwd);
			return error_oom();
		}
		cwd = grown;
		if (getcwd(cwd, size))
			break;
		if (errno != ERANGE) {
			error_os(errno, "cannot find the working directory");
			free(cwd);
			return -1;
		}
	}
	add_components(out, cwd);
	free(cwd);
	return 0;
}

/* The top is known by its real path; a person may have come by a link. Only the directory is
 * resolved: a link in the index goes by its own name. */
static int resolve_directory(struct buf *path)
{
	size_t base = path_base(path->ptr, path->len);
	char *name = strdup(path->ptr + base), *dir;

	if (!name)
		return error_oom();
	buf_cut(path, base);
	dir = realpath(path->ptr, NULL);
	if (!dir && errno != ENOENT && errno != ENOTDIR && errno != ELOOP) {
		error_os(errno, "cannot find directory '%s'", path->ptr);
		free(name);
		return -1;
	}
	if (dir) {
		buf_clear(path);
		add_components(path, dir);
	} else {
		buf_cut(path, base - 1);
	}
	buf_addc(path, '/');
	buf_adds(path, name);
	free(dir);
	free(name);
	return buf_failed(path);
}

int repository_relative(struct buf *out, const struct repository *r, const char *path)
{
	const char *top = repository_top(r);
	struct buf whole = BUF_INIT;
	size_t top_len;
	int status = -1;

	if (!top) {
		error_set("cannot take path '%s': the repository has no work tree", path);
		return 1;
	}
	top_len = strlen(top) - 1;
	if (*path != '/' && add_working_directory(&whole) < 0)
		goto done;
	add_components(&whole, path);
	if (buf_failed(&whole) < 0)
		goto done;
	if (!path_below(whole.ptr, whole.len, top, top_len) && resolve_directory(&whole) < 0)
		goto done;
	if (!path_below(whole.ptr, whole.len, top, top_len)) {
		error_set("path '%s' is outside the work tree '%s'", path, top);
		status = 1;
		goto done;
	}
	if (whole.len > top_len)
		buf_add(out, whole.ptr + top_len + 1, whole.len - top_len - 1);
	status = buf_failed(out);
done:
	buf_free(&whole);
	return status;
}
