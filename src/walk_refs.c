#include "walk_private.h"

#include <stdlib.h>
#include <string.h>

#include "objects.h"
#include "refs.h"

bool walk_is_zero(const char *hex)
{
	size_t len = strspn(hex, "0");

	return hex[len] == '\0' && (len == 40 || len == 64);
}

static bool is_full_id(struct oid *out, const struct walk *w, const char *text)
{
	size_t size = w->repository->oid_size;

	return oid_parse(out, text, size) && !text[2 * size];
}

static int unknown(const struct walk *w, const char *rev)
{
	struct oid id;

	if (w->shallow.count && is_full_id(&id, w, rev))
		return error_set("this clone is shallow and lacks commit '%s' "
				 "(git fetch --unshallow gets it)",
			rev);
	return error_set("unknown revision '%s'", rev);
}

static int start_at(struct walk *w, const char *rev, unsigned flags)
{
	struct oid id;
	int status;

	rev = *rev ? rev : "HEAD";
	status = repository_resolve(&id, w->repository, rev);
	if (status != 0)
		return status == 1 ? unknown(w, rev) : -1;
	status = object_peel(&id, w->repository, &id);
	if (status == 1)
		return unknown(w, rev);
	if (status == 2)
		return error_set("revision '%s' is not a commit", rev);
	return status == 0 ? walk_start(w, &id, flags) : -1;
}

/* A..B, or with three dots A...B; `text` has been cut in two. */
static int take_range(
	struct walk *w, const char *from, const char *to, bool symmetric, bool *zero_base)
{
	if (walk_is_zero(to))
		return error_set("the range ends at '%s', which stands for a ref that is deleted: "
				 "there is nothing to check",
			to);
	if (walk_is_zero(from)) {
		*zero_base = true;
		return start_at(w, to, SHOWN);
	}
	if (symmetric && w->has_symmetric)
		return error_set("more than one A...B cannot be told apart");
	w->has_symmetric = w->has_symmetric || symmetric;
	if (start_at(w, from, symmetric ? SHOWN | LEFT : HIDDEN) < 0)
		return -1;
	return start_at(w, to, symmetric ? SHOWN | RIGHT : SHOWN);
}

int walk_revision(struct walk *w, const char *text, bool *zero_base)
{
	const char *dots = strstr(text, "..");
	char *from;
	bool symmetric;
	int status;

	if (!dots && *text == '^' && walk_is_zero(text + 1)) {
		*zero_base = true;
		return 0;
	}
	if (!dots)
		return *text == '^' ? start_at(w, text + 1, HIDDEN) : start_at(w, text, SHOWN);
	from = strndup(text, (size_t)(dots - text));
	if (!from)
		return error_oom();
	symmetric = dots[2] == '.';
	status = take_range(w, from, dots + 2 + symmetric, symmetric, zero_base);
	free(from);
	return status;
}

/* 1 when it is not here, which is recorded; 2 when it has no commits: a tree, a tag of a blob. */
static int start_at_object(struct walk *w, const struct oid *id, unsigned flags)
{
	struct oid commit;
	int status = object_peel(&commit, w->repository, id);

	if (status == 0)
		return walk_start(w, &commit, flags);
	return status < 0 && (flags & HIDDEN) ? 1 : status;
}

static int start_at_hex(struct walk *w, const char *hex, unsigned flags)
{
	struct oid id;

	if (!is_full_id(&id, w, hex))
		return error_set("'%s' is not an object id of this repository", hex);
	return start_at_object(w, &id, flags);
}

int walk_show(struct walk *w, const char *hex)
{
	int status = start_at_hex(w, hex, SHOWN);

	return status == 0 || status == 2 ? 0 : -1;
}

int walk_hide(struct walk *w, const char *hex)
{
	return start_at_hex(w, hex, HIDDEN) < 0 ? -1 : 0;
}

struct start {
	struct walk *walk;
	unsigned flags;
};

static int start_at_ref(void *arg, const char *name, const struct oid *id)
{
	const struct start *s = arg;
	int status = start_at_object(s->walk, id, s->flags);

	if (status == 1 && !(s->flags & HIDDEN))
		status = error_prefix("cannot follow ref '%s'", name);
	return status < 0 ? -1 : 0;
}

int walk_show_refs(struct walk *w)
{
	struct start s = {w, SHOWN};

	if (refs_each(w->repository, NULL, start_at_ref, &s) < 0)
		return -1;
	return refs_each_head(w->repository, start_at_ref, &s);
}

int walk_hide_refs(struct walk *w, const char *prefix)
{
	struct start s = {w, HIDDEN};

	if (refs_each(w->repository, prefix, start_at_ref, &s) < 0)
		return -1;
	return prefix ? 0 : refs_each_head(w->repository, start_at_ref, &s);
}
