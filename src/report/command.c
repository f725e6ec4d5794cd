#include "report/command.h"

#include <stdbool.h>
#include <string.h>

#include "base/path.h"

static void add_dir(struct buf *out, const char *dir)
{
	buf_adds(out, " -C ");
	path_shell(out, dir, strlen(dir));
}

void command_here(struct buf *out, const struct standing *at)
{
	if (at->dir)
		add_dir(out, at->dir);
}

void command_top(struct buf *out, const struct standing *at)
{
	const char *slash = strchr(at->prefix, '/');

	command_here(out, at);
	if (!slash)
		return;
	buf_adds(out, " -C ..");
	while ((slash = strchr(slash + 1, '/')))
		buf_adds(out, "/..");
}

/* Whether git would read a path as a pattern or as magic rather than as a name. */
static bool is_pattern(const char *path)
{
	return *path == ':' || strpbrk(path, "*?[\\");
}

void command_paths(struct buf *out, const struct pathset *paths)
{
	enum { SHORT = 60 };
	size_t i, len = 0;

	for (i = 0; i < paths->count; i++)
		len += paths->items[i].len + 1;
	buf_adds(out, " --");
	for (i = 0; i < paths->count; i++) {
		buf_adds(out, paths->count > 1 && len > SHORT ? " \\\n    " : " ");
		path_shell(out, paths->items[i].path, paths->items[i].len);
	}
}

void command_git(
	struct buf *out, const struct standing *at, const char *words, const struct pathset *paths)
{
	bool literal = false;
	size_t i;

	for (i = 0; i < paths->count; i++)
		literal = literal || is_pattern(paths->items[i].path);
	buf_adds(out, literal ? "git --literal-pathspecs" : "git");
	command_top(out, at);
	buf_addf(out, " %s", words);
	command_paths(out, paths);
}
