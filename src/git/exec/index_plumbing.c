#include <string.h>

#include "git/index_rows.h"

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
	struct buf path;
	size_t len; /* of its own path, with its slash */
};

static int take_expanded(void *arg, const struct entry *e)
{
	const struct index_row row = {.mode = e->mode, .recorded = true, .expanded = true};
	struct directory *d = arg;

	buf_cut(&d->path, d->len);
	buf_add(&d->path, e->path, e->len);
	if (buf_failed(&d->path) < 0)
		return -1;
	return index_rows_add(d->rows, row, e->oid.bytes, d->path.ptr, d->path.len);
}

/* A sparse index has one entry for all files of a directory. git, asked to expand it, would write
 * objects. */
static int expand(struct index_rows *rows, const char *path, const struct oid *tree)
{
	struct directory d = {rows, BUF_INIT, strlen(path)};
	struct snapshot *s = NULL;
	int status = snapshot_of_tree(&s, rows->repository, tree);

	buf_adds(&d.path, path);
	if (status == 0)
		status = snapshot_each(s, take_expanded, &d);
	snapshot_free(s);
	buf_free(&d.path);
	return status;
}

/* `MODE HEX STAGE TAB PATH` (git-ls-files(1), --stage). */
static int take_entry(struct index_rows *rows, const char *at)
{
	size_t size = rows->repository->oid_size;
	struct index_row row = {0};
	struct oid id;

	if (!take_mode(&at, &row.mode) || !oid_parse(&id, at, size))
		return strange("ls-files");
	at += 2 * size;
	if (at[0] != ' ' || at[1] < '0' || at[1] > '3' || at[2] != '\t' || !at[3])
		return strange("ls-files");
	row.stage = (unsigned char)(at[1] - '0');
	row.recorded = row.mode != MODE_GITLINK;
	if (row.mode == MODE_TREE)
		return expand(rows, at + 3, &id);
	return index_rows_add(rows, row, id.bytes, at + 3, strlen(at + 3));
}

int index_rows_take(struct index_rows *rows, const struct buf *text)
{
	const char *at = text->ptr, *end = at + text->len;
	int status = 0;

	for (; status == 0 && at < end; at += strlen(at) + 1)
		status = take_entry(rows, at);
	return status;
}

/* Gits before 2.36 do not know `--sparse`. */
static int list_text(struct buf *out, const struct repository *r)
{
	enum { USAGE = 129 };
	const char *args[] = {"ls-files", "--stage", "-z", "--sparse", NULL};
	struct buf err = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, r, args);
	status = exec_run(out, &err, &e, NULL);
	if (status == USAGE) {
		args[3] = NULL;
		buf_clear(&err);
		status = exec_run(out, &err, &e, NULL);
	}
	if (status > 0)
		status = exec_failed(args[0], status, &err);
	else if (status == 0)
		status = buf_failed(out);
	buf_free(&err);
	return status;
}

/* Whether it has the id that an intent-to-add entry has: of the blob without bytes. */
static bool may_be_intent(const struct index_rows *rows, const struct index_row *row)
{
	static const char *const hex[] = {"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
		"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"};
	size_t size = rows->repository->oid_size;
	struct oid id;

	return row->recorded && !row->expanded && row->stage == 0 &&
	       oid_parse(&id, hex[size != OID_SHA1], size) &&
	       memcmp(index_rows_path(rows, row) - size, id.bytes, size) == 0;
}

/* ls-files does not tell intent-to-add entries from empty files; the difference from the empty
 * tree, which git knows without having it, leaves them out. diff-index would do, but it expands a
 * sparse index, and so writes objects. */
static int list_recorded(struct buf *out, const struct repository *r)
{
	const char *const tree =
		r->oid_size == OID_SHA1 ?
			"4b825dc642cb6eb9a060e54bf8d69288fbee4904" :
			"6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";
	const char *const args[] = {"diff", "--cached", "--name-only", "-z", "--no-renames",
		"--no-ext-diff", "--no-textconv", "-O/dev/null", "--ita-invisible-in-index", tree,
		NULL};
	struct exec e;

	repository_exec(&e, r, args);
	return exec_must(out, &e, NULL) < 0 ? -1 : buf_failed(out);
}

static int find_intents(struct index_rows *rows)
{
	struct buf paths = BUF_INIT;
	size_t i, count = 0;
	const char *at;
	int status = 0;

	for (i = 0; i < rows->count; i++)
		count += may_be_intent(rows, &rows->items[i]);
	if (count)
		status = list_recorded(&paths, rows->repository);
	for (i = 0; count && i < rows->count; i++)
		if (may_be_intent(rows, &rows->items[i]))
			rows->items[i].recorded = false;
	for (at = paths.ptr; status == 0 && at < paths.ptr + paths.len; at += strlen(at) + 1) {
		i = index_rows_from(rows, at);
		if (i == rows->count ||
			strncmp(index_rows_path(rows, &rows->items[i]), at, strlen(at)) != 0)
			status = strange("diff");
		else if (rows->items[i].len == strlen(at))
			rows->items[i].recorded = rows->items[i].mode != MODE_GITLINK;
	}
	buf_free(&paths);
	return status;
}

int index_rows_by_git(struct index_rows *rows)
{
	struct buf text = BUF_INIT;
	int status = list_text(&text, rows->repository);

	if (status == 0)
		status = index_rows_take(rows, &text);
	if (status == 0)
		status = find_intents(rows);
	buf_free(&text);
	return status < 0 ? error_prefix("cannot read index '%s'", rows->repository->index_path) :
			    0;
}
