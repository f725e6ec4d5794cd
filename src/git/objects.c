#include "git/objects.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "git/exec/cat_file.h"
#include "git/git.h"

static const char *const nouns[] = {"object", "commit", "tree", "blob", "tag"};

static enum object_type type_of(git_object_t type)
{
	switch (type) {
	case GIT_OBJECT_COMMIT:
		return OBJECT_COMMIT;
	case GIT_OBJECT_TREE:
		return OBJECT_TREE;
	case GIT_OBJECT_BLOB:
		return OBJECT_BLOB;
	case GIT_OBJECT_TAG:
		return OBJECT_TAG;
	default:
		return OBJECT_ANY;
	}
}

/* Whether packs hold what a promisor left out: git marks these by a file NAME.promisor. */
static bool is_partial(const struct repository *r)
{
	static const char suffix[] = ".promisor";
	struct buf path = BUF_INIT;
	struct dirent *e;
	bool found = false;
	DIR *dir;

	buf_addf(&path, "%spack", r->objects);
	dir = buf_failed(&path) == 0 ? opendir(path.ptr) : NULL;
	while (dir && !found && (e = readdir(dir))) {
		size_t len = strlen(e->d_name);

		found = len >= sizeof suffix &&
			strcmp(e->d_name + len - sizeof suffix + 1, suffix) == 0;
	}
	if (dir)
		closedir(dir);
	buf_free(&path);
	return found;
}

/* Adds to the failure recorded what brings objects that are not there. */
static void advise(const struct repository *r)
{
	struct buf why = BUF_INIT;

	if (!is_partial(r))
		return;
	buf_adds(&why, error_message());
	buf_adds(&why, " (a partial clone leaves objects out; to have them all: "
		       "git fetch --refetch --no-filter)");
	if (buf_failed(&why) == 0)
		error_set("%s", why.ptr);
	buf_free(&why);
}

/* After a failure of libgit2. */
static int odb_failed(
	int status, const struct repository *r, const struct oid *id, enum object_type type)
{
	git_failed("cannot read %s '%s'", nouns[type], repository_hex(r, id));
	if (status != GIT_ENOTFOUND)
		return -1;
	advise(r);
	return 1;
}

/* After what cat_file says. */
static int git_said(
	int status, const struct repository *r, const struct oid *id, enum object_type type)
{
	if (status == 1)
		error_set("object not found");
	if (status != 0)
		error_prefix("cannot read %s '%s'", nouns[type], repository_hex(r, id));
	if (status == 1 || (status < 0 && strstr(error_message(), "promisor")))
		advise(r);
	return status;
}

static int odb_read(
	struct object *out, struct repository *r, const struct oid *oid, enum object_type type)
{
	git_oid id = oid_to_git(oid);
	git_odb_object *object;
	int status;

	deadline_begins();
	status = git_odb_read(&object, r->odb, &id);
	deadline_ends();
	if (status < 0)
		return odb_failed(status, r, oid, type);
	*out = (struct object){.type = type_of(git_odb_object_type(object)),
		.bytes = git_odb_object_data(object),
		.size = git_odb_object_size(object),
		.id = *oid,
		.shared = object};
	return 0;
}

static int git_read(
	struct object *out, struct repository *r, const struct oid *id, enum object_type type)
{
	char *bytes;
	int status = cat_file_read(r->cat_file, &out->type, &bytes, &out->size, id);

	if (status != 0) {
		*out = (struct object){0};
		return git_said(status, r, id, type);
	}
	out->bytes = bytes;
	out->id = *id;
	return 0;
}

static int wrong_type(const struct repository *r, const struct oid *id, enum object_type type)
{
	return error_set("object '%s' is not a %s", repository_hex(r, id), nouns[type]);
}

int object_read(
	struct object *out, struct repository *r, const struct oid *id, enum object_type type)
{
	int status;

	*out = (struct object){0};
	status = r->odb ? odb_read(out, r, id, type) : git_read(out, r, id, type);
	if (status == 0 && type != OBJECT_ANY && out->type != type) {
		object_free(out);
		status = wrong_type(r, id, type);
	}
	return status;
}

int object_copy(struct object *out, const struct object *o)
{
	char *bytes;

	*out = (struct object){0};
	if (o->shared) {
		if (git_odb_object_dup(&out->shared, o->shared) < 0)
			return git_failed("cannot keep an object");
	} else if (o->type != OBJECT_ANY) {
		bytes = malloc(o->size + 1);
		if (!bytes)
			return error_oom();
		memcpy(bytes, o->bytes, o->size);
		out->bytes = bytes;
	}
	out->type = o->type;
	out->size = o->size;
	out->id = o->id;
	if (o->shared)
		out->bytes = o->bytes;
	return 0;
}

void object_free(struct object *o)
{
	if (o->shared)
		git_odb_object_free(o->shared);
	else
		free((char *)o->bytes);
	*o = (struct object){0};
}

static int read_header(enum object_type *type, uint64_t *size, struct repository *r,
	const struct oid *oid, enum object_type wanted)
{
	git_oid id = oid_to_git(oid);
	git_object_t found;
	size_t len;
	int status;

	if (!r->odb)
		return git_said(cat_file_header(r->cat_file, type, size, oid), r, oid, wanted);
	deadline_begins();
	status = git_odb_read_header(&len, &found, r->odb, &id);
	deadline_ends();
	if (status < 0)
		return odb_failed(status, r, oid, wanted);
	*type = type_of(found);
	*size = len;
	return 0;
}

/* The id after WORD, at the start of a commit or a tag. */
static int first_id(
	struct oid *out, const struct repository *r, const struct object *o, const char *word)
{
	size_t n = strlen(word);

	if (o->size <= n + 2 * r->oid_size || memcmp(o->bytes, word, n) != 0 ||
		!oid_parse(out, o->bytes + n, r->oid_size) || o->bytes[n + 2 * r->oid_size] != '\n')
		return error_set("cannot read %s '%s': it is damaged", nouns[o->type],
			repository_hex(r, &o->id));
	return 0;
}

int object_commit_tree(struct oid *out, struct repository *r, const struct oid *commit)
{
	struct object o;
	int status = object_read(&o, r, commit, OBJECT_COMMIT);

	if (status == 0)
		status = first_id(out, r, &o, "tree ");
	object_free(&o);
	return status;
}

static int follow_tag(struct oid *id, struct repository *r)
{
	struct object o;
	int status = object_read(&o, r, id, OBJECT_TAG);

	if (status == 0)
		status = first_id(id, r, &o, "object ");
	object_free(&o);
	return status;
}

int object_peel(struct oid *out, struct repository *r, const struct oid *id)
{
	enum object_type type;
	uint64_t size;
	int status = read_header(&type, &size, r, id, OBJECT_ANY);

	*out = *id;
	while (status == 0 && type == OBJECT_TAG) {
		if (follow_tag(out, r) != 0 || read_header(&type, &size, r, out, OBJECT_ANY) != 0)
			status = -1;
	}
	return status == 0 && type != OBJECT_COMMIT ? 2 : status;
}

int object_blob_size(struct repository *r, const struct oid *id, uint64_t *out)
{
	enum object_type type;

	if (read_header(&type, out, r, id, OBJECT_ANY) != 0)
		return -1;
	return type == OBJECT_BLOB ? 0 : wrong_type(r, id, OBJECT_BLOB);
}

/* Loose objects can be inflated piece by piece. 2 when this one cannot. */
static int read_stream(struct repository *r, const struct oid *oid, snapshot_sink *sink, void *arg)
{
	git_oid id = oid_to_git(oid);
	git_odb_stream *stream;
	git_object_t type;
	size_t left;
	char piece[16384];
	int n, status;

	deadline_begins();
	status = git_odb_open_rstream(&stream, &left, &type, r->odb, &id);
	deadline_ends();
	if (status < 0)
		return 2;
	while (left > 0 && status == 0) {
		deadline_begins();
		n = git_odb_stream_read(stream, piece, left < sizeof piece ? left : sizeof piece);
		deadline_ends();
		if (n <= 0) {
			status = odb_failed(-1, r, oid, OBJECT_ANY);
			break;
		}
		left -= (size_t)n;
		status = sink(arg, piece, (size_t)n);
	}
	git_odb_stream_free(stream);
	return status < 0 ? -1 : 0;
}

int object_blob_read(struct repository *r, const struct oid *id, snapshot_sink *sink, void *arg)
{
	struct object o;
	uint64_t size;
	int status;

	if (object_blob_size(r, id, &size) < 0)
		return -1;
	if (!r->odb) {
		status = git_said(cat_file_stream(r->cat_file, id, sink, arg), r, id, OBJECT_ANY);
		return status == 0 ? 0 : -1;
	}
	status = read_stream(r, id, sink, arg);
	if (status != 2)
		return status;
	if (size > SNAPSHOT_READ_MAX)
		return 1;
	if (object_read(&o, r, id, OBJECT_ANY) != 0)
		return -1;
	status = sink(arg, o.bytes, o.size);
	object_free(&o);
	return status < 0 ? -1 : 0;
}
