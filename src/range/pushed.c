#include "range/pushed.h"

#include <string.h>

#include "base/buf.h"
#include "git/exec/exec.h"
#include "git/git.h"

/* Where a remote's refspecs write: texts of `git config -z`, borrowed. */
struct asked {
	struct walk *walk;
	const char *remote;
	const struct buf *refspecs;
	bool any;   /* what any remote has, not only this one */
	bool found; /* a ref that tells */
};

/* git says of each: "remote.NAME.fetch" '\n' VALUE NUL; exit status 1 when there is none. */
static int read_refspecs(struct buf *out, struct repository *r)
{
	static const char *const args[] = {
		"config", "-z", "--get-regexp", "^remote\\..*\\.fetch$", NULL};
	struct exec e;
	int status;

	repository_exec(&e, r, args);
	status = exec_run(out, NULL, &e, NULL);
	return status < 0 ? error_prefix("cannot read the remotes") : buf_failed(out);
}

/* Whether the refspec `[+]FROM:TO` writes the ref. A TO of all refs is a mirror, where refs of our
 * own are among those that come from the remote. */
static bool writes(const char *refspec, const char *ref)
{
	const char *to = strchr(refspec, ':'), *star;
	size_t head, tail, len = strlen(ref);

	if (*refspec == '^' || !to || strcmp(++to, "refs/*") == 0)
		return false;
	star = strchr(to, '*');
	if (!star)
		return strcmp(to, ref) == 0;
	head = (size_t)(star - to);
	tail = strlen(star + 1);
	return len >= head + tail && strncmp(ref, to, head) == 0 &&
	       strcmp(ref + len - tail, star + 1) == 0;
}

static bool is_of(const char *key, const char *remote)
{
	size_t n = strlen(remote);

	key += strlen("remote.");
	return strncmp(key, remote, n) == 0 && strncmp(key + n, ".fetch\n", 7) == 0;
}

static bool tells(const struct asked *a, const char *ref)
{
	const char *text = a->refspecs->ptr, *end = text + a->refspecs->len;
	bool own = false, other = false;

	if (strncmp(ref, "refs/heads/", 11) == 0 || strncmp(ref, "refs/tags/", 10) == 0)
		return false;
	for (; text < end; text += strlen(text) + 1) {
		const char *value = strchr(text, '\n');

		if (!value || !writes(value + 1, ref))
			continue;
		if (is_of(text, a->remote))
			own = true;
		else
			other = true;
	}
	return a->any ? own || other : own && !other;
}

/* A line ID ' ' NAME ' ' [the ref that it stands for, if it is symbolic]. */
static int take_ref(struct asked *a, char *line)
{
	char *name = strchr(line, ' '), *target = name ? strchr(name + 1, ' ') : NULL;

	if (!target)
		return error_set("git for-each-ref says '%s'", line);
	*name++ = '\0';
	*target++ = '\0';
	if (*target || !tells(a, name))
		return 0;
	a->found = true;
	return walk_hide(a->walk, line);
}

static int hide_refs(struct asked *a, struct repository *r)
{
	static const char *const args[] = {
		"for-each-ref", "--format=%(objectname) %(refname) %(symref)", NULL};
	struct exec e;
	char *line;
	int status;

	repository_exec(&e, r, args);
	if (exec_start(&e) < 0)
		return -1;
	while ((status = exec_line(&e, '\n', &line, NULL)) == 1)
		if (take_ref(a, line) < 0)
			break;
	return exec_end(&e, status);
}

int pushed_hide(struct walk *w, struct repository *r, const char *remote)
{
	struct buf refspecs = BUF_INIT;
	struct asked a = {.walk = w, .remote = remote, .refspecs = &refspecs};
	int status = read_refspecs(&refspecs, r);

	if (status == 0)
		status = hide_refs(&a, r);
	if (status == 0 && !a.found) {
		a.any = true;
		status = hide_refs(&a, r);
	}
	buf_free(&refspecs);
	return status < 0 ? error_prefix("cannot list the refs of the remotes") : 0;
}
