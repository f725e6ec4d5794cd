#include "mend/ignored.h"

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
		status = buf_failed(&file);
		item->ignored =
			status == 0 && len && lstat(file.ptr, &st) == 0 && S_ISLNK(st.st_mode);
		buf_addf(&file, "%s.gitignore", len ? "/" : "");
		if (status == 0 && buf_failed(&file) == 0 && !item->by_index)
			status = snapshot_find(index, file.ptr + above, NULL);
		item->by_index = item->by_index || (status > 0 && lstat(file.ptr, &st) < 0);
		len += strcspn(path + len + !!len, "/") + !!len;
	} while (status >= 0 && !item->ignored && path[len]);
	if (buf_failed(&file) < 0)
		status = -1;
	buf_free(&file);
	return status < 0 ? -1 : 0;
}

int ignored_take(struct ignored_list *out, const struct pathset *paths, bool by_index)
{
	/* source NUL line NUL pattern NUL path NUL (git-check-ignore(1), -v -z). */
	enum { SOURCE, LINE, PATTERN, PATH, FIELD_COUNT };
	const struct buf *text = &out->text[by_index];
	const char *at = text->ptr, *end = at + text->len, *fields[FIELD_COUNT];
	size_t i, n;

	for (i = 0; i < paths->count; i++) {
		const char *path = paths->items[i].path;

		if (out->items[i].ignored || out->items[i].by_index != by_index)
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
			by_index, fields[SOURCE], fields[PATTERN]};
	}
	return 0;
}

/* Asks for those that need the index to be read, or for those that do not. */
static int ask(struct ignored_list *out, struct repository *r, const struct pathset *paths,
	bool by_index, unsigned patience)
{
	const char *const args[] = {"check-ignore", "--verbose", "--non-matching", "-z", "--stdin",
		by_index ? NULL : "--no-index", NULL};
	struct buf input = BUF_INIT;
	struct exec e;
	size_t i;
	int status;

	for (i = 0; i < paths->count; i++)
		if (!out->items[i].ignored && out->items[i].by_index == by_index) {
			buf_adds(&input, here);
			buf_add(&input, paths->items[i].path, paths->items[i].len + 1);
		}
	repository_exec(&e, r, args);
	e.patience = patience;
	status = buf_failed(&input);
	if (status == 0 && input.len)
		status = exec_run(&out->text[by_index], NULL, &e, &input);
	buf_free(&input);
	if (status < 0)
		return error_prefix("cannot tell what git ignores");
	return ignored_take(out, paths, by_index);
}

int ignored_ask(struct ignored_list *out, struct repository *r, struct snapshot *index,
	const struct pathset *paths, unsigned patience)
{
	*out = (struct ignored_list){.text = {BUF_INIT, BUF_INIT}};
	if (!r->top)
		return error_set("the repository has no work tree");
	out->items = calloc(paths->count + 1, sizeof *out->items);
	if (!out->items)
		return error_oom();
	for (; out->count < paths->count; out->count++)
		if (look_on_the_way(&out->items[out->count], index, r->top,
			    paths->items[out->count].path) < 0)
			return error_prefix("cannot tell what git ignores");
	return ask(out, r, paths, false, patience) < 0 ? -1 : ask(out, r, paths, true, patience);
}

void ignored_list_free(struct ignored_list *list)
{
	free(list->items);
	buf_free(&list->text[0]);
	buf_free(&list->text[1]);
}
