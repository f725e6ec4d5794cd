#include <stdlib.h>
#include <string.h>

#include "git.h"
#include "index_rows.h"

static int strange(const char *command)
{
	return error_set("git %s says something strange", command);
}

/* Digits of octal up to a blank; moves past it. */
static bool take_mode(const char **text, uint32_t *out)
{
	const char *at = *text;

	for (*out = 0; *at >= '0' && *at <= '7' && *out <= 0177777; at++)
		*out = *out << 3 | (uint32_t)(*at - '0');
	if (at == *text || *at != ' ')
		return false;
	*text = at + 1;
	return true;
}

struct directory {
	struct index_rows *rows;
	const char *path; /* with its slash */
};

static int take_expanded(void *arg, const struct entry *e)
{
	const struct directory *d = arg;
	size_t size = d->rows->repository->oid_size, len = strlen(d->path);
	struct index_row_bytes *kept = malloc(sizeof *kept + size + len + e->len + 1);
	struct index_row row = {.mode = e->mode, .recorded = true, .expanded = true};
	char *path;

	if (!kept)
		return error_oom();
	kept->next = d->rows->expanded;
	d->rows->expanded = kept;
	path = kept->bytes + size;
	memcpy(kept->bytes, e->oid.bytes, size);
	memcpy(path, d->path, len);
	memcpy(path + len, e->path, e->len + 1);
	row.oid = (const unsigned char *)kept->bytes;
	row.path = path;
	return index_rows_add(d->rows, &row);
}

/* A sparse index has one entry for all files of a directory. git, asked to expand it, would write
 * objects. */
static int expand(struct index_rows *rows, const char *path, const struct oid *tree)
{
	struct directory d = {rows, path};
	struct snapshot *s;
	int status;

	if (snapshot_of_tree(&s, rows->repository, tree) < 0)
		return -1;
	status = snapshot_each(s, take_expanded, &d);
	snapshot_free(s);
	return status;
}

/* `MODE HEX STAGE TAB PATH NUL` (git-ls-files(1), --stage). The raw id is written over the HEX. */
static int take_entry(struct index_rows *rows, char *text)
{
	size_t size = rows->repository->oid_size;
	const char *at = text;
	struct index_row row = {0};
	struct oid id;

	if (!take_mode(&at, &row.mode) || !oid_parse(&id, at, size))
		return strange("ls-files");
	row.oid = (const unsigned char *)text;
	at += 2 * size;
	if (at[0] != ' ' || at[1] < '0' || at[1] > '3' || at[2] != '\t' || !at[3])
		return strange("ls-files");
	row.stage = (unsigned char)(at[1] - '0');
	row.path = at + 3;
	row.recorded = row.mode != MODE_GITLINK;
	if (row.mode == MODE_TREE)
		return expand(rows, row.path, &id);
	memcpy(text, id.bytes, size);
	return index_rows_add(rows, &row);
}

/* Gits before 2.36 do not know `--sparse`. */
static int list_text(struct index_rows *rows)
{
	enum { USAGE = 129 };
	const char *args[] = {"ls-files", "--stage", "-z", "--sparse", NULL};
	struct buf err = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, rows->repository, args);
	status = exec_run(&rows->text, &err, &e, NULL);
	if (status == USAGE) {
		args[3] = NULL;
		buf_clear(&err);
		status = exec_run(&rows->text, &err, &e, NULL);
	}
	if (status > 0)
		status = exec_failed(args[0], status, &err);
	else if (status == 0)
		status = buf_failed(&rows->text);
	buf_free(&err);
	return status;
}

int index_rows_take(struct index_rows *rows)
{
	size_t at, n;
	int status = 0;

	for (at = 0; status == 0 && at < rows->text.len; at += n) {
		n = strlen(rows->text.ptr + at) + 1;
		status = take_entry(rows, rows->text.ptr + at);
	}
	return status;
}

/* The blob without bytes, whose id an intent-to-add entry has. */
static bool is_empty_blob(const struct index_rows *rows, const struct index_row *row)
{
	static const char *const hex[] = {"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
		"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"};
	size_t size = rows->repository->oid_size;
	struct oid id;

	return oid_parse(&id, hex[size != OID_SHA1], size) && memcmp(id.bytes, row->oid, size) == 0;
}

static bool may_be_intent(const struct index_rows *rows, const struct index_row *row)
{
	return row->recorded && !row->expanded && row->stage == 0 && is_empty_blob(rows, row);
}

/* Goes on to the first path that is not before that of the row. */
static int seek(const char **at, const char *end, const struct index_row *row)
{
	const char *last;

	while (*at < end && strcmp(*at, row->path) < 0) {
		last = *at;
		*at += strlen(*at) + 1;
		if (*at < end && strcmp(last, *at) >= 0)
			return strange("diff");
	}
	return 0;
}

/* Marks what may be an intent-to-add entry and is not among the paths, which are in the order of
 * the index, a NUL after each. */
static int mark_intents(struct index_rows *rows, const struct buf *paths)
{
	const char *at = paths->ptr, *end = at + paths->len;
	size_t i;

	for (i = 0; i < rows->count; i++) {
		struct index_row *row = &rows->items[i];

		if (!may_be_intent(rows, row))
			continue;
		if (seek(&at, end, row) < 0)
			return -1;
		row->recorded = at < end && strcmp(at, row->path) == 0;
	}
	return 0;
}

static bool has_candidates(const struct index_rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++)
		if (may_be_intent(rows, &rows->items[i]))
			return true;
	return false;
}

/* ls-files does not tell intent-to-add entries from empty files; the difference from the empty
 * tree, which git knows without having it, leaves them out. diff-index would do, but it expands a
 * sparse index, and so writes objects. */
static int find_intents(struct index_rows *rows)
{
	const char *const tree =
		rows->repository->oid_size == OID_SHA1 ?
			"4b825dc642cb6eb9a060e54bf8d69288fbee4904" :
			"6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";
	const char *const args[] = {"diff", "--cached", "--name-only", "-z", "--no-renames",
		"--no-ext-diff", "--no-textconv", "-O/dev/null", "--ita-invisible-in-index", tree,
		NULL};
	struct buf paths = BUF_INIT;
	struct exec e;
	int status;

	if (!has_candidates(rows))
		return 0;
	repository_exec(&e, rows->repository, args);
	status = exec_must(&paths, &e, NULL);
	if (status == 0)
		status = buf_failed(&paths) < 0 ? -1 : mark_intents(rows, &paths);
	buf_free(&paths);
	return status;
}

/* The words of both, and which command of git takes away what was in libgit2's way. Always -1. */
static int both_failed(const char *refusal)
{
	static const char *const lifts[][2] = {
		{"'link'", "git update-index --no-split-index"},
		{"'sdir'", "git sparse-checkout reapply --no-sparse-index"},
		{"checksum", "git -c index.skipHash=false update-index --force-write-index"},
	};
	struct buf why = BUF_INIT;
	size_t i;

	buf_adds(&why, error_message());
	for (i = 0; i < sizeof lifts / sizeof *lifts; i++)
		if (strstr(refusal, lifts[i][0]))
			buf_addf(&why, " (to do without it: %s)", lifts[i][1]);
	if (buf_failed(&why) == 0)
		error_set("%s; nor can git: %s", refusal, why.ptr);
	buf_free(&why);
	return -1;
}

int index_rows_by_git(struct index_rows *rows)
{
	char *refusal = strdup(error_message());
	int status;

	if (!refusal)
		return error_oom();
	status = list_text(rows);
	if (status == 0)
		status = index_rows_take(rows);
	if (status == 0)
		status = find_intents(rows);
	if (status != 0)
		both_failed(refusal);
	free(refusal);
	return status == 0 ? 0 : -1;
}
