#include "git/repository.h"
#include "git/index_walk.h"

enum { ANCESTOR = 1 }; /* the stage of what two sides in conflict had in common */

/* All that the index has of one path. */
struct row {
	size_t path; /* where in the bytes it is, with a NUL */
	uint32_t len, mode;
	struct oid oid;
	unsigned stage; /* the last one of a path in conflict */
	bool recorded;  /* neither a gitlink nor intent-to-add, and deleted by one side at most */
};

/* Every entry, in the order of the index, whoever has read it: we or, where the file is of a kind
 * that index_walk does not know, git. */
struct index_snapshot {
	struct snapshot base;
	struct row *rows;
	size_t count;
	struct buf bytes;
	const char *dir; /* which stands before what is added */
};

/* --- looking ---------------------------------------------------------------------------------- */

static const char *path_of(const struct index_snapshot *x, size_t row)
{
	return x->bytes.ptr + x->rows[row].path;
}

/* The first row whose path is not before this one; the count of all when there is none. */
static size_t row_from(const struct index_snapshot *x, const char *path)
{
	size_t low = 0, high = x->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(path_of(x, middle), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct index_snapshot *x, size_t row, const char *path)
{
	return row < x->count && strcmp(path_of(x, row), path) == 0;
}

static bool take_row(struct entry *out, const struct index_snapshot *x, size_t at)
{
	const struct row *row = &x->rows[at];

	if (row->recorded)
		*out = (struct entry){.path = path_of(x, at),
			.len = row->len,
			.mode = row->mode,
			.oid = row->oid};
	return row->recorded;
}

static int index_each(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	const struct index_snapshot *x = (struct index_snapshot *)s;
	struct entry e;

	for (size_t at = 0; at < x->count; at++)
		if (take_row(&e, x, at) && visit(arg, &e) < 0)
			return -1;
	return 0;
}

static int index_find(struct snapshot *s, const char *path, struct entry *out)
{
	const struct index_snapshot *x = (struct index_snapshot *)s;
	size_t at = row_from(x, path);

	return is_at(x, at, path) && take_row(out, x, at);
}

bool snapshot_names(struct snapshot *s, const char *path)
{
	const struct index_snapshot *x = (struct index_snapshot *)s;
	char *dir = buf_join(path, *path ? "/" : "");
	size_t at = row_from(x, dir);
	bool found = is_at(x, row_from(x, path), path) ||
		     (at < x->count && strncmp(path_of(x, at), dir, strlen(dir)) == 0);

	free(dir);
	return found;
}

static int index_beside(struct snapshot *s, const char *prefix, snapshot_visit *visit, void *arg)
{
	const struct index_snapshot *x = (struct index_snapshot *)s;
	size_t at = row_from(x, prefix), len = strlen(prefix);
	struct entry e;
	int status = 0;

	for (; status == 0 && at < x->count && strncmp(path_of(x, at), prefix, len) == 0; at++)
		if (take_row(&e, x, at) && !strchr(e.path + len, '/'))
			status = visit(arg, &e);
	return status;
}

static void index_free(struct snapshot *s)
{
	struct index_snapshot *x = (struct index_snapshot *)s;

	free(x->rows);
	buf_free(&x->bytes);
	free(x);
}

static const struct snapshot_source index_source = {
	index_each, index_find, index_beside, NULL, index_free};

/* --- reading ---------------------------------------------------------------------------------- */

/* A search by halves would miss entries that are out of order. What our side has of a path in
 * conflict stands before what theirs has, and behind what both had. */
static int add_row(struct index_snapshot *x, struct row row, const char *path)
{
	struct row *last = x->count ? &x->rows[x->count - 1] : NULL;
	int order;

	row.path = x->bytes.len;
	buf_adds(&x->bytes, x->dir);
	buf_adds(&x->bytes, path);
	row.len = (uint32_t)(x->bytes.len - row.path);
	buf_addc(&x->bytes, '\0');
	row.recorded = row.recorded && row.mode != MODE_GITLINK && row.stage != ANCESTOR;
	path = x->bytes.ptr + row.path;
	order = last ? strcmp(x->bytes.ptr + last->path, path) : -1;
	if (order > 0 || (order == 0 && (last->stage == 0 || last->stage >= row.stage)))
		return error_set("entries out of order at '%s'", path);
	if (order == 0 && last->stage == ANCESTOR) {
		*last = row;
	} else if (order == 0) {
		last->stage = row.stage;
	} else {
		array_room(x->rows, x->count);
		x->rows[x->count++] = row;
	}
	return 0;
}

static int add_expanded(void *arg, const struct entry *e)
{
	return add_row(
		arg, (struct row){.mode = e->mode, .oid = e->oid, .recorded = true}, e->path);
}

/* A sparse index has one entry for all files of a directory. git, asked to expand it, would write
 * objects. */
static int expand(struct index_snapshot *x, const char *dir, const struct oid *tree)
{
	struct snapshot *s = snapshot_of_tree(x->base.repository, tree);
	int status;

	x->dir = dir;
	status = snapshot_each(s, add_expanded, x);
	x->dir = "";
	snapshot_free(s);
	return status;
}

/* Of each entry `MODE HEX STAGE TAB PATH NUL`, then five lines of what else it has, its flags at
 * the end (git-ls-files(1), --stage and --debug). */
static int take_listing(struct index_snapshot *x, const struct buf *text)
{
	enum { INTENT_TO_ADD = 1 << 29 };
	const char *at = text->ptr, *end = at + text->len, *path, *more;
	size_t size = x->base.repository->oid_size;
	char hex[OID_HEX_MAX + 1];
	unsigned flags;
	int status = 0, begin, n = 0;

	for (; status == 0 && at < end; at = more + n + 1) {
		struct row row = {0};

		path = more = NULL;
		if (sscanf(at, "%6o %64[0-9a-f] %1u%n", &row.mode, hex, &row.stage, &n) == 3 &&
			at[strlen("100644")] == ' ' &&
			(size_t)n == strlen("100644 ") + 2 * size + strlen(" 0") &&
			strlen(hex) == 2 * size && oid_parse(&row.oid, hex, size) &&
			row.stage <= 3 && at[n] == '\t' && at[n + 1]) {
			path = at + n + 1;
			more = path + strlen(path) + 1;
		}
		if (!path || more > end ||
			sscanf(more,
				" ctime: %*u:%*u mtime: %*u:%*u dev: %*u ino: %*u uid: %*u "
				"gid: %*u size: %*u flags:%n %x%n",
				&begin, &flags, &n) != 1 ||
			more[begin] != ' ' || more[n] != '\n' ||
			strspn(more + begin + 1, "0123456789abcdef") != (size_t)(n - begin - 1))
			return error_set("git ls-files says something strange");
		row.recorded = !(flags & INTENT_TO_ADD);
		status = row.mode == MODE_TREE ? expand(x, path, &row.oid) : add_row(x, row, path);
	}
	return status;
}

/* Gits before 2.36 do not know `--sparse`. */
static int read_by_git(struct index_snapshot *x)
{
	enum { USAGE = 129 };
	const char *args[] = {"ls-files", "--stage", "--debug", "-z", "--sparse", NULL};
	struct buf text = BUF_INIT;
	struct exec e;
	int status;

	x->count = 0;
	buf_clear(&x->bytes);
	repository_exec(&e, x->base.repository, args);
	status = exec_run(&text, NULL, &e, NULL);
	if (status == USAGE) {
		args[4] = NULL;
		status = exec_run(&text, NULL, &e, NULL);
	}
	if (status == 0)
		status = take_listing(x, &text);
	buf_free(&text);
	return status == 0 ? 0 : -1;
}

/* What is no regular file git would wait for. */
static int read_index(struct index_snapshot *x)
{
	const struct repository *r = x->base.repository;
	const struct index_entry *e;
	struct index_walk w;
	struct io_map map;
	struct stat st;
	int found = -1, status = 0;

	if (stat(r->index_path, &st) < 0)
		return errno == ENOENT && !r->index_named ?
			       0 :
			       error_os(errno, "cannot read index '%s'", r->index_path);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return error_set("cannot read index '%s': %s", r->index_path,
			S_ISREG(st.st_mode) ? "the file is empty" : "not a regular file");
	if (!io_map(&map, r->index_path))
		return error_os(errno, "cannot read index '%s'", r->index_path);
	e = &w.entry;
	if (index_walk_begin(&w, map.bytes, map.len, r->oid_size))
		while (status == 0 && (found = index_walk_next(&w)) == 1) {
			struct row row = {
				.mode = e->mode, .stage = e->stage, .recorded = !e->intent_to_add};

			memcpy(row.oid.bytes, e->oid, r->oid_size);
			status = add_row(x, row, e->path);
		}
	index_walk_end(&w);
	io_unmap(&map);
	if (status == 0 && found != 0)
		status = read_by_git(x); /* who may know better */
	return status < 0 ? error_prefix("cannot read index '%s'", r->index_path) : 0;
}

int repository_index(struct snapshot **out, struct repository *r, const struct buf *listing)
{
	struct index_snapshot *x = memory_new(1, sizeof *x);

	*x = (struct index_snapshot){
		.base = {.source = &index_source, .repository = r}, .bytes = BUF_INIT, .dir = ""};
	*out = &x->base;
	if ((listing ? take_listing(x, listing) : read_index(x)) == 0)
		return 0;
	snapshot_free(*out);
	*out = NULL;
	return -1;
}
