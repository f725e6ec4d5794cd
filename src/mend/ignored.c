#include "mend/ignored.h"

/* Stands before each path that git is asked for, so that none is a pathspec with magic. */
static const char here[] = "./";

/* Whether a directory on the way to `path`, after its first `top` bytes, is a symbolic link; git
 * dies when asked for such a path. */
static bool is_beyond_link(char *path, size_t top)
{
	struct stat st;
	bool found = false;
	char *slash = path + top;

	while (!found && (slash = strchr(slash, '/')) != NULL) {
		*slash = '\0';
		found = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
		*slash++ = '/';
	}
	return found;
}

int ignored_take(struct ignored_list *out, const struct pathset *paths)
{
	/* source NUL line NUL pattern NUL path NUL (git-check-ignore(1), -v -z). */
	enum { SOURCE, LINE, PATTERN, PATH, FIELD_COUNT };
	const char *at = out->text.ptr, *end = at + out->text.len, *fields[FIELD_COUNT];
	size_t i, n;

	for (i = 0; i < paths->count; i++) {
		const char *path = paths->items[i].path;

		if (out->items[i].ignored)
			continue;
		for (n = 0; n < FIELD_COUNT && at < end; n++) {
			fields[n] = at;
			at += strlen(at) + 1;
		}
		if (n < FIELD_COUNT)
			return error_set("cannot tell what git ignores: its answer is cut short");
		if (strncmp(fields[PATH], here, strlen(here)) != 0 ||
			strcmp(fields[PATH] + strlen(here), path) != 0)
			return error_set(
				"cannot tell what git ignores: it speaks of '%s', not of '%s'",
				fields[PATH], path);
		out->items[i] = (struct ignored){*fields[PATTERN] && *fields[PATTERN] != '!',
			fields[SOURCE], fields[PATTERN]};
	}
	return 0;
}

int ignored_ask(struct ignored_list *out, struct repository *r, const struct pathset *paths)
{
	static const char *const args[] = {
		"check-ignore", "--verbose", "--non-matching", "-z", "--stdin", NULL};
	const char *top = r->top;
	struct buf input = BUF_INIT, whole = BUF_INIT;
	int status;
	size_t i;

	*out = (struct ignored_list){.text = BUF_INIT};
	if (!top)
		return error_set("the repository has no work tree");
	out->items = calloc(paths->count + 1, sizeof *out->items);
	if (!out->items)
		return error_oom();
	out->count = paths->count;
	for (i = 0; i < paths->count && !whole.failed; i++) {
		const struct pathset_item *item = &paths->items[i];

		buf_clear(&whole);
		buf_adds(&whole, top);
		buf_add(&whole, item->path, item->len);
		out->items[i] = (struct ignored){
			!whole.failed && is_beyond_link(whole.ptr, strlen(top)), "", ""};
		if (out->items[i].ignored)
			continue;
		buf_adds(&input, here);
		buf_add(&input, item->path, item->len + 1);
	}
	status = buf_failed(&whole) < 0 ? -1 : buf_failed(&input);
	if (status == 0 && input.len)
		status = repository_git(&out->text, r, args, &input);
	buf_free(&whole);
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
