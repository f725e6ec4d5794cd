#include "mend/ignores.h"

/* Stands before each path that git is asked for, so that none is a pathspec with magic. */
static const char here[] = "./";

/* Looks at the directories on the way to a path: git dies when asked for one beyond a symbolic
 * link. */
static int look_on_the_way(
	struct ignored *item, struct snapshot *index, const char *top, const char *path)
{
	struct buf file = BUF_INIT;
	size_t above = strlen(top), len = 0;
	struct stat st;
	int status = 0;

	*item = (struct ignored){false, !index, "", ""};
	do {
		buf_clear(&file);
		buf_addf(&file, "%s%.*s", top, (int)len, path);
		item->ignored = len && lstat(file.ptr, &st) == 0 && S_ISLNK(st.st_mode);
		buf_addf(&file, "%s.gitignore", len ? "/" : "");
		if (!item->by_index)
			status = snapshot_find(index, file.ptr + above, NULL);
		item->by_index = item->by_index || (status > 0 && lstat(file.ptr, &st) < 0);
		len += strcspn(path + len + !!len, "/") + !!len;
	} while (status >= 0 && !item->ignored && path[len]);
	buf_free(&file);
	return status < 0 ? -1 : 0;
}

int ignored_take(struct ignored *out, const struct pathset *paths, const struct buf *text)
{
	/* source NUL line NUL pattern NUL path NUL (git-check-ignore(1), -v -z). */
	enum { SOURCE, LINE, PATTERN, PATH, FIELD_COUNT };
	const char *at = text->ptr, *end = at + text->len, *fields[FIELD_COUNT];
	size_t i, n;

	for (i = 0; i < 2 * paths->count; i++) {
		struct ignored *item = &out[i % paths->count];
		const char *path = paths->items[i % paths->count].path;

		if (item->ignored || item->by_index != (i >= paths->count))
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
		item->ignored = *fields[PATTERN] && *fields[PATTERN] != '!';
		item->source = fields[SOURCE];
		item->pattern = fields[PATTERN];
	}
	return 0;
}

int ignored_ask(struct ignored *out, struct buf *text, struct repository *r, struct snapshot *index,
	const struct pathset *paths, unsigned patience)
{
	static const char *const args[] = {
		"check-ignore", "--verbose", "--non-matching", "-z", "--stdin", "--no-index", NULL};
	const char *by_index[] = {args[0], args[1], args[2], args[3], args[4], NULL};
	struct buf input[2] = {BUF_INIT, BUF_INIT};
	int status = 0;
	size_t i;

	for (i = 0; i < paths->count && status == 0; i++) {
		status = look_on_the_way(&out[i], index, r->top, paths->items[i].path);
		if (out[i].ignored)
			continue;
		buf_adds(&input[out[i].by_index], here);
		buf_add(&input[out[i].by_index], paths->items[i].path, paths->items[i].len + 1);
	}
	for (i = 0; i < 2; i++) {
		struct exec e;

		repository_exec(&e, r, i ? by_index : args);
		e.patience = patience;
		if (status == 0 && input[i].len)
			status = exec_run(text, NULL, &e, &input[i]);
		status = status == 1 ? 0 : status; /* it ignores none of them */
		buf_free(&input[i]);
	}
	if (status)
		return error_prefix("cannot tell what git ignores");
	return ignored_take(out, paths, text);
}
