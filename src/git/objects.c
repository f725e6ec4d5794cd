#include "git/objects.h"

#include <dirent.h>

#include "base/signals.h"
#include "git/libgit2.h"
#include "git/repository.h"

static const char *const nouns[] = {"object", "commit", "tree", "blob", "tag"};

/* Whether packs hold what a promisor left out: git marks these by a file NAME.promisor. */
static bool is_partial(const struct repository *r)
{
	struct buf path = BUF_INIT;
	const struct dirent *e;
	bool found = false;
	DIR *dir;

	buf_addf(&path, "%spack", r->objects);
	dir = opendir(path.ptr);
	while (dir && !found && (e = readdir(dir))) {
		const char *suffix = strrchr(e->d_name, '.');

		found = suffix && strcmp(suffix, ".promisor") == 0;
	}
	if (dir)
		closedir(dir);
	buf_free(&path);
	return found;
}

/* Says in the failure recorded which object it was and, of one that is not there (1), or that git
 * cannot read, what adds it. */
static int cannot_read(
	int status, const struct repository *r, const struct oid *id, enum object_type type)
{
	error_prefix("cannot read %s '%s'", nouns[type], repository_hex(r, id));
	if ((status > 0 || !r->odb) && is_partial(r))
		error_set("%s (a partial clone leaves objects out; to have them all: "
			  "git fetch --refetch --no-filter)",
			error_message());
	return status;
}

/* After a call of libgit2. */
static int odb_said(int status)
{
	if (status < 0)
		error_set("%s", git_words());
	return status == GIT_ENOTFOUND ? 1 : status < 0 ? -1 : 0;
}

/* Asks git for an object, of which it says `HEX TYPE SIZE`, or `HEX missing` (git-cat-file(1)). */
static int ask_git(struct exec *e, const char *how, const struct repository *r,
	const struct oid *id, enum object_type *type, uint64_t *size)
{
	const char *const args[] = {"cat-file", how, NULL}, *hex = repository_hex(r, id);
	size_t digits = strlen(hex);
	char *line, noun[8];
	int i, end = 0;

	if (!e->running) {
		repository_exec(e, r, args);
		if (exec_start(e, NULL) < 0)
			return -1;
	}
	exec_write(e, hex, digits);
	exec_write(e, "\n", 1);
	if (exec_answer(e, '\n', &line) < 0) {
		exec_stop(e);
		return -1;
	}
	if (strncmp(line, hex, digits) == 0 && strcmp(line + digits, " missing") == 0) {
		error_set("object not found");
		return 1;
	}
	if (strncmp(line, hex, digits) == 0 &&
		sscanf(line + digits, " %7[a-z] %" SCNu64 "%n", noun, size, &end) == 2 &&
		!line[digits + (size_t)end])
		for (i = OBJECT_COMMIT; i <= OBJECT_TAG; i++)
			if (strcmp(noun, nouns[i]) == 0) {
				*type = (enum object_type)i;
				return 0;
			}
	error_set("git cat-file says '%s'", line);
	exec_stop(e);
	return -1;
}

/* A newline follows each object. */
static int read_by_git(struct object *out, struct repository *r, const struct oid *id)
{
	uint64_t size = 0;
	char *bytes;
	int status = ask_git(&r->contents, "--batch", r, id, &out->type, &size);

	if (status != 0)
		return status;
	bytes = memory_or_end(size < SIZE_MAX ? malloc((size_t)size + 1) : NULL);
	out->bytes = bytes;
	out->size = (size_t)size;
	status = exec_read(&r->contents, bytes, (size_t)size + 1);
	if (status == 0 && bytes[size] != '\n')
		status = error_set("git cat-file says something strange");
	if (status < 0) {
		exec_stop(&r->contents);
		object_free(out);
	}
	return status;
}

static int wrong_type(const struct repository *r, const struct oid *id, enum object_type type)
{
	return error_set("object '%s' is not a %s", repository_hex(r, id), nouns[type]);
}

int object_read(
	struct object *out, struct repository *r, const struct oid *id, enum object_type type)
{
	git_oid key = oid_to_git(id, r->oid_size);
	int status;

	*out = (struct object){.id = *id};
	if (r->odb) {
		deadline_begins();
		status = odb_said(git_odb_read(&out->shared, r->odb, &key));
		deadline_ends();
	} else {
		status = read_by_git(out, r, id);
	}
	if (status != 0) {
		*out = (struct object){0};
		return cannot_read(status, r, id, type);
	}
	if (out->shared) {
		out->type = (enum object_type)git_odb_object_type(out->shared);
		out->bytes = git_odb_object_data(out->shared);
		out->size = git_odb_object_size(out->shared);
	}
	if (type == OBJECT_ANY || out->type == type)
		return 0;
	object_free(out);
	return wrong_type(r, id, type);
}

void object_free(struct object *o)
{
	if (o->shared)
		git_odb_object_free(o->shared);
	else
		free((char *)o->bytes);
	*o = (struct object){0};
}

static int read_header(
	enum object_type *type, uint64_t *size, struct repository *r, const struct oid *id)
{
	git_oid key = oid_to_git(id, r->oid_size);
	git_object_t found = GIT_OBJECT_ANY;
	size_t len = 0;
	int status;

	if (r->odb) {
		deadline_begins();
		status = odb_said(git_odb_read_header(&len, &found, r->odb, &key));
		deadline_ends();
		*type = (enum object_type)found;
		*size = len;
	} else {
		status = ask_git(&r->headers, "--batch-check", r, id, type, size);
	}
	return status == 0 ? 0 : cannot_read(status, r, id, OBJECT_ANY);
}

/* The id after WORD, at the start of a commit or a tag. */
static int first_id(struct oid *out, struct repository *r, const struct oid *id,
	enum object_type type, const char *word)
{
	size_t n = strlen(word), digits = 2 * r->oid_size;
	struct object o;
	int status = object_read(&o, r, id, type);

	if (status == 0 &&
		(o.size <= n + digits || memcmp(o.bytes, word, n) != 0 ||
			!oid_parse(out, o.bytes + n, r->oid_size) || o.bytes[n + digits] != '\n'))
		status = error_set("cannot read %s '%s': it is damaged", nouns[type],
			repository_hex(r, &o.id));
	object_free(&o);
	return status;
}

int object_commit_tree(struct oid *out, struct repository *r, const struct oid *commit)
{
	return first_id(out, r, commit, OBJECT_COMMIT, "tree ");
}

int object_peel(struct oid *out, struct repository *r, const struct oid *id)
{
	enum object_type type;
	uint64_t size;
	struct oid at;
	int status = read_header(&type, &size, r, id);

	*out = *id;
	while (status == 0 && type == OBJECT_TAG) {
		at = *out;
		if (first_id(out, r, &at, OBJECT_TAG, "object ") != 0 ||
			read_header(&type, &size, r, out) != 0)
			status = -1;
	}
	return status == 0 && type != OBJECT_COMMIT ? 2 : status;
}

int snapshot_size(struct snapshot *s, const struct entry *e, uint64_t *out)
{
	enum object_type type;

	*out = e->size;
	if (e->on_disk)
		return 0;
	if (read_header(&type, out, s->repository, &e->oid) != 0)
		return -1;
	return type == OBJECT_BLOB ? 0 : wrong_type(s->repository, &e->oid, OBJECT_BLOB);
}

int snapshot_read(struct snapshot *s, const struct entry *e, struct buf *out, size_t most)
{
	struct object o;
	uint64_t size;

	if (e->on_disk)
		return s->source->read(s, e, out, most);
	if (snapshot_size(s, e, &size) < 0)
		return -1;
	if (size > SNAPSHOT_READ_MAX)
		return 1;
	if (object_read(&o, s->repository, &e->oid, OBJECT_BLOB) != 0)
		return -1;
	buf_add(out, o.bytes, o.size < most ? o.size : most);
	object_free(&o);
	return 0;
}
