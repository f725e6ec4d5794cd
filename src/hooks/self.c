#include "hooks/hooks.h"

static const char kernel_link[] = "/proc/self/exe";

bool program_find(struct buf *out, const char *name, const char *search)
{
	size_t len, start = out->len;
	struct stat st;

	for (; search && *search; search += len + (search[len] == ':')) {
		len = strcspn(search, ":");
		buf_add(out, search, len);
		buf_addf(out, "%s%s", len ? "/" : "./", name);
		if (!out->failed && access(out->ptr + start, X_OK) == 0 &&
			stat(out->ptr + start, &st) == 0 && S_ISREG(st.st_mode))
			return true;
		buf_cut(out, start);
	}
	return false;
}

/* Without /proc any file of that name is taken for it. */
static bool is_self(const char *path)
{
	struct stat it, self;

	return *path == '/' && stat(path, &it) == 0 &&
	       (stat(kernel_link, &self) < 0 ||
		       (it.st_dev == self.st_dev && it.st_ino == self.st_ino));
}

int program_path(struct buf *out, const char *name, const char *search)
{
	size_t start = out->len;
	char *real;

	if (strchr(name, '/'))
		buf_adds(out, name);
	else
		program_find(out, name, search);
	if (out->failed || is_self(out->ptr + start))
		return buf_failed(out);
	buf_cut(out, start);
	real = realpath(access(kernel_link, F_OK) == 0 ? kernel_link : name, NULL);
	if (!real)
		return error_os(errno, "cannot find the file of this program, '%s'", name);
	buf_adds(out, real);
	free(real);
	return buf_failed(out);
}

int program_word(struct buf *out, const char *name, const char *search)
{
	const char *base = name + path_base(name, strlen(name));
	struct buf found = BUF_INIT;
	int status = 0;

	if (program_find(&found, base, search) && is_self(found.ptr)) {
		path_shell(out, base, strlen(base));
	} else {
		buf_clear(&found);
		status = program_path(&found, name, search);
		path_shell(out, found.ptr, found.len);
	}
	buf_free(&found);
	return status < 0 ? -1 : buf_failed(out);
}
