#include "mend/ignored.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"

/* Stands before each path that git is asked for, so that none is a pathspec with magic. */
static const char here[] = "./";

/* source NUL line NUL pattern NUL path NUL (git-check-ignore(1), -v -z). */
enum { FIELD_SOURCE, FIELD_LINE, FIELD_PATTERN, FIELD_PATH, FIELD_COUNT };

/* Whether a directory above `path` is a symbolic link; git dies when asked for such a path. */
static int beyond_link(const char *top, const char *path, size_t len)
{
	struct buf whole = BUF_INIT;
	struct stat st;
	size_t i;
	int found = 0;

	buf_adds(&whole, top);
	for (i = 0; i < len && !found; i++) {
		if (path[i] == '/' && !whole.failed)
			found = lstat(whole.ptr, &st) == 0 && S_ISLNK(st.st_mode);
		buf_addc(&whole, path[i]);
	}
	if (buf_failed(&whole) < 0)
		found = -1;
	buf_free(&whole);
	return found;
}

/* Marks the paths that git must not be asked for, and lists the others. */
static int make_input(
	struct buf *input, struct ignored_list *out, const char *top, const struct pathset *paths)
{
	size_t i, asked_dir = 0;
	const char *dir = NULL;
	int beyond = 0;

	for (i = 0; i < paths->count; i++) {
		const struct pathset_item *item = &paths->items[i];
		size_t len = path_base(item->path, item->len);

		if (!dir || path_compare(dir, asked_dir, item->path, len) != 0)
			beyond = beyond_link(top, item->path, len);
		if (beyond < 0)
			return -1;
		dir = item->path;
		asked_dir = len;
		out->items[i] = (struct ignored){.ignored = beyond, .source = "", .pattern = ""};
		if (beyond)
			continue;
		buf_adds(input, here);
		buf_add(input, item->path, item->len + 1);
	}
	return buf_failed(input);
}

static int take_answer(struct ignored *out, const char *const fields[FIELD_COUNT], const char *path)
{
	const char *asked = fields[FIELD_PATH];

	if (strncmp(asked, here, strlen(here)) != 0 || strcmp(asked + strlen(here), path) != 0)
		return error_set("cannot tell what git ignores: it speaks of '%s', not of '%s'",
			asked, path);
	out->source = fields[FIELD_SOURCE];
	out->pattern = fields[FIELD_PATTERN];
	out->ignored = *out->pattern && *out->pattern != '!';
	return 0;
}

int ignored_take(struct ignored_list *out, const struct pathset *paths)
{
	const char *at = out->text.ptr, *end = at + out->text.len;
	const char *fields[FIELD_COUNT];
	size_t i, n;

	for (i = 0; i < paths->count; i++) {
		if (out->items[i].ignored)
			continue;
		for (n = 0; n < FIELD_COUNT && at < end; n++) {
			fields[n] = at;
			at += strlen(at) + 1;
		}
		if (n < FIELD_COUNT)
			return error_set("cannot tell what git ignores: its answer is cut short");
		if (take_answer(&out->items[i], fields, paths->items[i].path) < 0)
			return -1;
	}
	return 0;
}

int ignored_ask(struct ignored_list *out, struct repository *r, const struct pathset *paths)
{
	static const char *const args[] = {
		"check-ignore", "--verbose", "--non-matching", "-z", "--stdin", NULL};
	struct buf input = BUF_INIT;
	int status = -1;

	*out = (struct ignored_list)IGNORED_LIST_INIT;
	if (!r->top)
		return error_set("the repository has no work tree");
	out->items = calloc(paths->count + 1, sizeof *out->items);
	if (!out->items)
		return error_oom();
	out->count = paths->count;
	if (make_input(&input, out, r->top, paths) == 0)
		status = input.len ? repository_git(&out->text, r, args, &input) : 0;
	buf_free(&input);
	if (status < 0)
		return error_prefix("cannot tell what git ignores");
	return ignored_take(out, paths);
}

void ignored_list_free(struct ignored_list *list)
{
	free(list->items);
	buf_free(&list->text);
}

bool ignored_is_shared(const char *source)
{
	size_t len = strlen(source);

	return *source != '/' && strcmp(source + path_base(source, len), ".gitignore") == 0;
}
