#include "hooks/hooks.h"

static const char kernel_link[] = "/proc/self/exe";

/* Without /proc any file of that name is taken for it. */
static bool is_self(const char *path)
{
	struct stat it, self;

	return *path == '/' && stat(path, &it) == 0 &&
	       (stat(kernel_link, &self) < 0 ||
		       (it.st_dev == self.st_dev && it.st_ino == self.st_ino));
}

char *program_path(const char *name, const char *search)
{
	char *path = strchr(name, '/') ? memory_string(name) : io_find_program(name, search);

	if (path && is_self(path))
		return path;
	free(path);
	path = realpath(access(kernel_link, F_OK) == 0 ? kernel_link : name, NULL);
	if (!path)
		error_os(errno, "cannot find the file of this program, '%s'", name);
	return path;
}

int program_word(struct buf *out, const char *name, const char *search)
{
	const char *base = name + path_base(name, strlen(name));
	char *found = io_find_program(base, search), *path = NULL;

	if (found && is_self(found))
		path = memory_string(base);
	else
		path = program_path(name, search);
	free(found);
	if (!path)
		return -1;
	path_shell(out, path, strlen(path));
	free(path);
	return 0;
}
