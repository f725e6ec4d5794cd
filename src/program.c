#include "program.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"

/* Whether the first `name` in PATH that can be run is the file `self`. */
static bool is_found(const char *name, const char *path, const struct stat *self)
{
	struct buf file = BUF_INIT;
	struct stat st;
	bool found = false, same = false;
	size_t n;

	for (; *path && !found; path += n + (path[n] == ':')) {
		n = strcspn(path, ":");
		buf_clear(&file);
		buf_add(&file, path, n);
		buf_adds(&file, n ? "/" : "./");
		buf_adds(&file, name);
		found = !file.failed && stat(file.ptr, &st) == 0 && S_ISREG(st.st_mode) &&
			access(file.ptr, X_OK) == 0;
		same = found && st.st_dev == self->st_dev && st.st_ino == self->st_ino;
	}
	buf_free(&file);
	return same;
}

void program_name(struct buf *out, const char *argv0, const char *path)
{
	const char *name = argv0 + path_base(argv0, strlen(argv0));
	char *whole = name > argv0 ? realpath(argv0, NULL) : NULL;
	struct stat self;

	if (whole && !(path && stat(whole, &self) == 0 && is_found(name, path, &self)))
		name = whole;
	path_shell(out, *name ? name : "pycguard", strlen(*name ? name : "pycguard"));
	free(whole);
}
