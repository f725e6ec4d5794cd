#include "git/git.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef git_failed

int git_failed(const char *fmt, ...)
{
	const git_error *e = git_error_last();
	char what[2048];
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(what, sizeof what, fmt, args) < 0)
		what[0] = '\0';
	va_end(args);
	error_set("%s", e && e->message ? e->message : "unknown failure in libgit2");
	return error_prefix("%s", what);
}

struct oid oid_from_git(const git_oid *id)
{
	struct oid out = {{0}};

	memcpy(out.bytes, id->id, sizeof id->id);
	return out;
}

git_oid oid_to_git(const struct oid *oid)
{
	git_oid out;

	memset(&out, 0, sizeof out);
	memcpy(out.id, oid->bytes, sizeof out.id);
	return out;
}

const char *repository_index_path(const struct repository *r)
{
	return r->index_path;
}

const char *repository_common(const struct repository *r)
{
	return r->common;
}

const char *repository_top(const struct repository *r)
{
	return r->top;
}

const char *repository_hex(const struct repository *r, const struct oid *oid)
{
	return oid_hex(oid, r->oid_size);
}
