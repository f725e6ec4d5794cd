#include <string.h>

#include "refs.h"

/* `HEX NAME` (git-for-each-ref(1)); neither has a newline in it. */
static int take_ref(
	struct repository *r, char *line, const char *prefix, refs_visit *visit, void *arg)
{
	const char *name = line + 2 * r->oid_size + 1;
	struct oid id;

	if (!oid_parse(&id, line, r->oid_size) || name[-1] != ' ')
		return error_set("cannot list the refs: git says '%s'", line);
	return prefix && strncmp(name, prefix, strlen(prefix)) != 0 ? 0 : visit(arg, name, &id);
}

static int take_refs(
	struct repository *r, struct buf *text, const char *prefix, refs_visit *visit, void *arg)
{
	char *line, *end;
	int status = 0;

	for (line = text->ptr; *line && status == 0; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			return error_set("cannot list the refs: git's answer is cut short");
		*end = '\0';
		status = take_ref(r, line, prefix, visit, arg);
	}
	return status;
}

/* git passes over refs that it cannot read, with a warning; only those that lead nowhere may be. */
static int check_warnings(const struct buf *err)
{
	static const char harmless[] = "warning: ignoring dangling symref ";
	const char *line = err->ptr;
	size_t n;

	for (; *line; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		if (strncmp(line, harmless, sizeof harmless - 1) != 0)
			return error_set("%.*s", (int)n, line);
	}
	return 0;
}

/* @param only one ref by its name, or NULL */
static int list(struct buf *out, struct repository *r, const char *only)
{
	const char *const args[] = {
		"for-each-ref", "--format=%(objectname) %(refname)", only, NULL};
	struct buf err = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, r, args);
	status = exec_run(out, &err, &e, NULL);
	if (status == 0)
		status = buf_failed(out) < 0 || buf_failed(&err) < 0 ? -1 : check_warnings(&err);
	else if (status > 0)
		status = exec_failed(args[0], status, &err);
	buf_free(&err);
	return status;
}

/* One line; 1 for "none". */
static int ask(struct buf *out, const struct repository *r, const char *const *args)
{
	struct exec e;

	repository_exec(&e, r, args);
	return exec_ask(out, &e);
}

int refs_git_each(struct repository *r, const char *prefix, refs_visit *visit, void *arg)
{
	struct buf out = BUF_INIT;
	int status = list(&out, r, NULL);

	if (status < 0)
		error_prefix("cannot list the refs");
	else
		status = take_refs(r, &out, prefix, visit, arg);
	buf_free(&out);
	return status;
}

/* A branch that cannot be read is not one without commits, though git says no more of either. */
static int check_unborn(struct repository *r)
{
	static const char *const args[] = {"symbolic-ref", "--quiet", "HEAD", NULL};
	struct buf name = BUF_INIT, out = BUF_INIT;
	int status = ask(&name, r, args);

	if (status == 0)
		status = list(&out, r, name.ptr);
	else if (status == 1)
		status = error_set("it names no commit");
	if (status == 0 && out.len)
		status = error_set("'%s' names no commit", name.ptr);
	buf_free(&name);
	buf_free(&out);
	return status < 0 ? error_prefix("cannot read HEAD") : 1;
}

int refs_git_head(struct oid *out, struct repository *r)
{
	int status = refs_git_resolve(out, r, "HEAD");

	return status == 1 ? check_unborn(r) : status;
}

/* One field of a work tree (git-worktree(1)): that of its HEAD is wanted. */
static int take_field(struct repository *r, const char *field, refs_visit *visit, void *arg)
{
	static const char word[] = "HEAD ";
	static const struct oid none;
	struct oid id;

	if (strncmp(field, word, sizeof word - 1) != 0)
		return 0;
	if (!oid_parse(&id, field + sizeof word - 1, r->oid_size))
		return error_set("cannot list the work trees: git says '%s'", field);
	return memcmp(&id, &none, sizeof id) == 0 ? 0 : visit(arg, "HEAD", &id);
}

/* Appends the fields, a NUL after each. Before 2.36 git has but lines, and ends with 129. */
static int list_work_trees(struct buf *out, struct repository *r)
{
	enum { USAGE = 129 };
	static const char *const args[] = {"worktree", "list", "--porcelain", "-z", NULL};
	static const char *const old_args[] = {"worktree", "list", "--porcelain", NULL};
	struct buf err = BUF_INIT;
	struct exec e;
	size_t i;
	int status;

	repository_exec(&e, r, args);
	status = exec_run(out, &err, &e, NULL);
	if (status == USAGE) {
		buf_clear(out);
		buf_clear(&err);
		e.args = old_args;
		status = exec_run(out, &err, &e, NULL);
		for (i = 0; status == 0 && i < out->len; i++)
			if (out->ptr[i] == '\n')
				out->ptr[i] = '\0';
	}
	if (status > 0)
		exec_failed(args[0], status, &err);
	buf_free(&err);
	return status != 0 ? -1 : buf_failed(out);
}

int refs_git_each_head(struct repository *r, refs_visit *visit, void *arg)
{
	struct buf out = BUF_INIT;
	struct oid id;
	size_t at;
	int status = refs_git_head(&id, r);

	if (status == 0)
		status = visit(arg, "HEAD", &id);
	if (status < 0)
		return -1;
	status = list_work_trees(&out, r);
	if (status < 0)
		error_prefix("cannot list the work trees");
	for (at = 0; status == 0 && at < out.len; at += strlen(out.ptr + at) + 1)
		status = take_field(r, out.ptr + at, visit, arg);
	buf_free(&out);
	return status;
}

int refs_git_resolve(struct oid *out, struct repository *r, const char *revision)
{
	const char *const args[] = {
		"rev-parse", "--quiet", "--verify", "--end-of-options", revision, NULL};
	struct buf text = BUF_INIT;
	int status = ask(&text, r, args);

	if (status == 0 && !oid_parse(out, text.ptr, r->oid_size))
		status = error_set("git says '%s'", text.ptr);
	if (status < 0)
		error_prefix("cannot use revision '%s'", revision);
	buf_free(&text);
	return status;
}
