#include "range/pushed.h"

/* Where a remote's refspecs write: texts of `git config -z`. */
struct asked {
	struct walk *walk;
	const char *remote;
	struct buf refspecs; /* of each: "remote.NAME.fetch" '\n' VALUE NUL */
	bool any;            /* what any remote has, not only this one */
	bool found;          /* a ref that this one writes: it has been fetched */
};

static bool is_id(const char *word)
{
	size_t len = strspn(word, "0123456789abcdef");

	return word[len] == '\0' && (len == 40 || len == 64);
}

int refline_next(struct refline *out, char **text, enum refline_kind kind)
{
	char *line = *text, *end = line + strcspn(line, "\n");
	char *words[4]; /* the last three, the last one first, and what is before them */
	size_t n = 0, want = kind == REFLINE_PUSH ? 3 : 2;

	if (!*line)
		return 0;
	*text = end + (*end == '\n');
	*end = '\0';
	for (; n < want && (end = strrchr(line, ' ')); n++) {
		*end = '\0';
		words[n] = end + 1;
	}
	words[n] = line;
	if (n == want)
		*out = n == 3 ? (struct refline){words[0], words[2], words[1]} :
				(struct refline){words[2], words[1], words[0]};
	if (n != want || !*line || !is_id(out->from) || !is_id(out->to) || !*out->ref)
		return error_set("cannot read standard input as %s has it: no ref in line '%.200s'",
			kind == REFLINE_PUSH ? "pre-push" : "pre-receive", line);
	return 1;
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

/* Whether the ref tells what the remote has. One that another remote's refspecs write as well, a
 * branch and a tag do not, for it is not the remote alone that they come from. */
static bool tells(struct asked *a, const char *ref)
{
	const char *text = a->refspecs.ptr, *end = text + a->refspecs.len;
	size_t n = strlen(a->remote);
	bool own = false, other = false;

	if (strncmp(ref, "refs/heads/", 11) == 0 || strncmp(ref, "refs/tags/", 10) == 0)
		return false;
	for (; text < end; text += strlen(text) + 1) {
		const char *value = strchr(text, '\n'), *name = text + strlen("remote.");

		if (!value || !writes(value + 1, ref))
			continue;
		if (strncmp(name, a->remote, n) == 0 && strncmp(name + n, ".fetch\n", 7) == 0)
			own = true;
		else
			other = true;
	}
	a->found = a->found || own;
	return a->any ? own || other : own && !other;
}

/* A line ID ' ' NAME ' ' [the ref that it stands for, if it is symbolic]. */
static int take_ref(void *arg, char *line)
{
	struct asked *a = arg;
	char *name = strchr(line, ' '), *target = name ? strchr(name + 1, ' ') : NULL;

	if (!target)
		return error_set("git for-each-ref says '%s'", line);
	*name++ = '\0';
	*target++ = '\0';
	if (*target || !tells(a, name))
		return 0;
	return walk_name(a->walk, line, true);
}

int pushed_hide(struct walk *w, const char *remote)
{
	static const char *const configured[] = {
		"config", "-z", "--get-regexp", "^remote\\..*\\.fetch$", NULL};
	static const char *const refs[] = {
		"for-each-ref", "--format=%(objectname) %(refname) %(symref)", NULL};
	struct asked a = {.walk = w, .remote = remote, .refspecs = BUF_INIT};
	/* Status 1: there is none. */
	int status = repository_git(&a.refspecs, w->repository, configured, NULL);

	if (status < 0)
		error_prefix("cannot read the remotes");
	while (status >= 0) {
		status = walk_ask(w->repository, refs, NULL, take_ref, &a);
		if (status < 0 || a.found || a.any)
			break;
		a.any = true;
	}
	buf_free(&a.refspecs);
	return status < 0 ? error_prefix("cannot list the refs of the remotes") : 0;
}
