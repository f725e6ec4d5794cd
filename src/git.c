#include "git.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

static int missing(const git_oid *id)
{
	char hex[GIT_OID_HEXSZ + 1];

	return git_failed("cannot read object '%s'", git_oid_tostr(hex, sizeof hex, id));
}

int git_blob_size(struct repository *r, const struct oid *oid, uint64_t *out)
{
	git_oid id = oid_to_git(oid);
	git_object_t type;
	size_t size;

	if (git_odb_read_header(&size, &type, r->odb, &id) < 0)
		return missing(&id);
	if (type != GIT_OBJECT_BLOB)
		return error_set("object '%s' is not a blob", git_oid_tostr_s(&id));
	*out = size;
	return 0;
}

/* Loose objects can be inflated piece by piece. 2 when this one cannot. */
static int read_stream(struct repository *r, const git_oid *id, snapshot_sink *sink, void *arg)
{
	git_odb_stream *stream;
	git_object_t type;
	size_t left;
	char piece[16384];
	int n, status = 0;

	if (git_odb_open_rstream(&stream, &left, &type, r->odb, id) < 0)
		return 2;
	while (left > 0 && status == 0) {
		n = git_odb_stream_read(stream, piece, left < sizeof piece ? left : sizeof piece);
		if (n <= 0) {
			status = missing(id);
			break;
		}
		left -= (size_t)n;
		status = sink(arg, piece, (size_t)n);
	}
	git_odb_stream_free(stream);
	return status < 0 ? -1 : 0;
}

int git_blob_read(struct repository *r, const struct oid *oid, snapshot_sink *sink, void *arg)
{
	git_oid id = oid_to_git(oid);
	git_odb_object *object;
	uint64_t size;
	int status;

	if (git_blob_size(r, oid, &size) < 0)
		return -1;
	status = read_stream(r, &id, sink, arg);
	if (status != 2)
		return status;
	if (size > SNAPSHOT_READ_MAX)
		return 1;
	if (git_odb_read(&object, r->odb, &id) < 0)
		return missing(&id);
	status = sink(arg, git_odb_object_data(object), git_odb_object_size(object));
	git_odb_object_free(object);
	return status < 0 ? -1 : 0;
}
