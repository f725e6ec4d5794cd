#include "git/exec/refs.h"

#include <string.h>

#include "git/exec/exec.h"
#include "git/git.h"

int repository_resolve(struct oid *out, struct repository *r, const char *revision)
{
	const char *const args[] = {
		"rev-parse", "--quiet", "--verify", "--end-of-options", revision, NULL};
	struct buf text = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, r, args);
	status = exec_ask(&text, &e);
	if (status == 0 && (text.len != 2 * r->oid_size || !oid_parse(out, text.ptr, r->oid_size)))
		status = error_set("git says '%s'", text.ptr);
	if (status < 0)
		error_prefix("cannot use revision '%s'", revision);
	buf_free(&text);
	return status;
}

int refs_check_warnings(const struct buf *words)
{
	static const char harmless[] = "warning: ignoring dangling symref ";
	const char *line = words->ptr;
	size_t n;

	for (; *line; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		if (strncmp(line, harmless, sizeof harmless - 1) != 0)
			return error_set("%.*s", (int)n, line);
	}
	return 0;
}

/* A branch that cannot be read is not one without commits, though git says no more of either. */
static int check_unborn(struct repository *r)
{
	static const char *const symbolic[] = {"symbolic-ref", "--quiet", "HEAD", NULL};
	const char *list[] = {"for-each-ref", "--format=%(objectname)", NULL, NULL};
	struct buf name = BUF_INIT, out = BUF_INIT, words = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, r, symbolic);
	status = exec_ask(&name, &e);
	if (status == 1)
		status = error_set("it names no commit");
	if (status == 0) {
		list[2] = name.ptr;
		repository_exec(&e, r, list);
		status = exec_run(&out, &words, &e, NULL);
	}
	if (status >= 0 && (status > 0 || buf_failed(&out) < 0 || buf_failed(&words) < 0 ||
				   refs_check_warnings(&words) < 0))
		status = status > 0 ? error_set("git for-each-ref ended with status %d", status) :
				      -1;
	if (status == 0 && out.len)
		status = error_set("'%s' names no commit", name.ptr);
	buf_free(&name);
	buf_free(&out);
	buf_free(&words);
	return status < 0 ? error_prefix("cannot read HEAD") : 1;
}

int refs_head(struct oid *out, struct repository *r)
{
	int status = repository_resolve(out, r, "HEAD");

	return status == 1 ? check_unborn(r) : status;
}
