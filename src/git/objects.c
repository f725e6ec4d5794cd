#include "git/objects.h"

#include "base/signals.h"
#include "git/libgit2.h"
#include "git/repository.h"

static const char *const nouns[] = {"object", "commit", "tree", "blob", "tag"};

/* Says in the failure recorded which object it was and, of one that is not there (1), or that git
 * cannot read, what adds it. */
static int cannot_read(
	int status, struct repository *r, const struct oid *id, enum object_type type)
{
	static const char *const args[] = {
		"config", "--get-regexp", "^remote[.].*[.]promisor$", NULL};
	char *why = memory_string(error_message());

	if ((status > 0 || !r->odb) && !r->partial)
		r->partial = repository_git(NULL, r, args, NULL) == 0 ? 1 : -1;
	error_set("cannot read %s '%s': %s%s", nouns[type], repository_hex(r, id), why,
		(status > 0 || !r->odb) && r->partial > 0 ?
			" (a partial clone leaves objects out; to have them all: "
			"git fetch --refetch --no-filter)" :
			"");
	free(why);
	return status;
}

/* Asks git, which says `HEX TYPE SIZE` and, if that is wanted, the contents and a newline; or `HEX
 * missing` (git-cat-file(1)). */
static int ask_git(struct object *out, struct repository *r, bool whole)
{
	static const char *const args[][3] = {
		{"cat-file", "--batch-check"}, {"cat-file", "--batch"}};
	struct exec *e = whole ? &r->contents : &r->headers;
	const char *hex = repository_hex(r, &out->id);
	size_t digits = strlen(hex);
	char *line, noun[8], *bytes = NULL;
	uint64_t size = 0;
	int end = 0, status = 0;

	if (!e->running) {
		repository_exec(e, r, args[whole]);
		if (exec_start(e, NULL) < 0)
			return -1;
	}
	exec_write(e, hex, digits);
	exec_write(e, "\n", 1);
	if (exec_line(e, '\n', &line, true) < 0) {
		exec_stop(e);
		return -1;
	}
	if (strncmp(line, hex, digits) == 0 && strcmp(line + digits, " missing") == 0) {
		error_set("object not found");
		return 1;
	}
	if (strncmp(line, hex, digits) == 0 &&
		sscanf(line + digits, " %7[a-z] %" SCNu64 "%n", noun, &size, &end) == 2 &&
		!line[digits + (size_t)end])
		for (out->type = OBJECT_TAG; out->type && strcmp(noun, nouns[out->type]) != 0;)
			out->type--;
	if (!out->type) {
		status = error_set("git cat-file says '%s'", line);
	} else if (whole) {
		out->bytes = bytes =
			memory_or_end(size < SIZE_MAX ? malloc((size_t)size + 1) : NULL);
		status = exec_read(e, bytes, (size_t)size + 1);
		if (status == 0 && bytes[size] != '\n')
			status = error_set("git cat-file says something strange");
	}
	out->size = (size_t)size;
	if (status < 0) {
		exec_stop(e);
		object_free(out);
	}
	return status;
}

int object_read(struct object *out, struct repository *r, const struct oid *id,
	enum object_type type, bool whole)
{
	git_oid key = oid_to_git(id, r->oid_size);
	git_object_t found = GIT_OBJECT_ANY;
	int status;

	*out = (struct object){.id = *id};
	if (r->odb) {
		deadline_begins();
		status = whole ? git_odb_read(&out->shared, r->odb, &key) :
				 git_odb_read_header(&out->size, &found, r->odb, &key);
		deadline_ends();
		if (status < 0)
			error_set("%s", git_words());
		status = status == GIT_ENOTFOUND ? 1 : status < 0 ? -1 : 0;
	} else {
		status = ask_git(out, r, whole);
	}
	if (status != 0) {
		*out = (struct object){0};
		return cannot_read(status, r, id, whole ? type : OBJECT_ANY);
	}
	if (out->shared) {
		found = git_odb_object_type(out->shared);
		out->bytes = git_odb_object_data(out->shared);
		out->size = git_odb_object_size(out->shared);
	}
	if (r->odb)
		out->type = (enum object_type)found;
	if (type == OBJECT_ANY || out->type == type)
		return 0;
	object_free(out);
	return error_set("object '%s' is not a %s", repository_hex(r, id), nouns[type]);
}

void object_free(struct object *o)
{
	if (o->shared)
		git_odb_object_free(o->shared);
	else
		free((char *)o->bytes);
	*o = (struct object){0};
}

/* The id after WORD, at the start of a commit or a tag. */
static int first_id(struct oid *out, struct repository *r, const struct oid *id,
	enum object_type type, const char *word)
{
	size_t n = strlen(word), digits = 2 * r->oid_size;
	struct object o;
	int status = object_read(&o, r, id, type, true);

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
	struct object o;
	int status = object_read(&o, r, id, OBJECT_ANY, false);

	*out = *id;
	while (status == 0 && o.type == OBJECT_TAG)
		if (first_id(out, r, &o.id, OBJECT_TAG, "object ") != 0 ||
			object_read(&o, r, out, OBJECT_ANY, false) != 0)
			status = -1;
	return status == 0 && o.type != OBJECT_COMMIT ? 2 : status;
}

int snapshot_size(struct snapshot *s, const struct entry *e, uint64_t *out)
{
	struct object o = {.size = 0};
	int status = e->on_disk ? 0 : object_read(&o, s->repository, &e->oid, OBJECT_BLOB, false);

	*out = e->on_disk ? e->size : o.size;
	return status == 0 ? 0 : -1;
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
	if (object_read(&o, s->repository, &e->oid, OBJECT_ANY, true) != 0)
		return -1;
	buf_add(out, o.bytes, o.size < most ? o.size : most);
	object_free(&o);
	return 0;
}
