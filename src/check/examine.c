#include "check/examine.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"

enum { LINKS_MAX = 10, TARGET_MAX = 4096 };

struct first_bytes {
	unsigned char bytes[BYTECODE_HEADER_MAX];
	size_t len;
};

static int take_first(void *arg, const void *bytes, size_t len)
{
	struct first_bytes *first = arg;
	size_t room = sizeof first->bytes - first->len;

	len = len < room ? len : room;
	memcpy(first->bytes + first->len, bytes, len);
	first->len += len;
	return first->len == sizeof first->bytes;
}

static int read_header(struct examined *x, struct snapshot *s, const struct entry *e)
{
	struct first_bytes first = {.len = 0};
	int status;

	if (e->mode == MODE_LINK ||
		(x->name.kind != BYTECODE_CACHE && x->name.kind != BYTECODE_LEGACY))
		return 0;
	status = snapshot_read(s, e, take_first, &first);
	if (status < 0)
		return e->on_disk ? -1 : error_prefix("cannot read '%s'", e->path);
	if (status == 0) {
		bytecode_header(&x->header, first.bytes, first.len);
		x->header_read = true;
	}
	return 0;
}

static int take_target(void *arg, const void *bytes, size_t len)
{
	struct buf *target = arg;

	buf_add(target, bytes, len);
	return target->len > TARGET_MAX;
}

/* Makes `path` what the link at `path` leads to. False when it leads out of the work tree. */
static bool resolve(struct buf *path, const struct buf *target)
{
	const char *name = target->ptr;
	size_t n;

	if (*name == '/' || target->len > TARGET_MAX || strlen(name) != target->len)
		return false;
	buf_cut(path, path_base(path->ptr, path->len));
	for (; *name; name += n + (name[n] == '/')) {
		n = strcspn(name, "/");
		if (n == 0 || (n == 1 && name[0] == '.'))
			continue;
		if (n == 2 && memcmp(name, "..", 2) == 0) {
			if (path->len == 0)
				return false;
			buf_cut(path, path_base(path->ptr, path->len - 1));
			continue;
		}
		buf_add(path, name, n);
		buf_addc(path, '/');
	}
	buf_cut(path, path->len ? path->len - 1 : 0);
	return true;
}

/* Whether a directory on the way to `path` is a link itself. 1, 0; -1 failed. */
static int passes_link(struct snapshot *s, struct buf *path)
{
	size_t len = path->len, i;
	struct entry e;
	int status = 0;

	for (i = 0; i < len && status == 0; i++) {
		if (path->ptr[i] != '/')
			continue;
		path->ptr[i] = '\0';
		status = snapshot_find(s, path->ptr, &e);
		if (status == 1)
			status = e.mode == MODE_LINK;
		path->ptr[i] = '/';
	}
	return status;
}

enum { GONE, FOUND, ELSEWHERE };

/* Goes from a link at `path` to where it leads. FOUND, GONE, ELSEWHERE; -1 failed. */
static int follow_one(struct snapshot *s, struct buf *path, struct entry *source)
{
	struct buf target = BUF_INIT;
	int status = snapshot_read(s, source, take_target, &target);
	bool inside = status == 0 && buf_failed(&target) == 0 && resolve(path, &target);

	if (status >= 0)
		status = buf_failed(&target);
	buf_free(&target);
	if (status < 0 || buf_failed(path) < 0)
		return -1;
	if (!inside)
		return ELSEWHERE;
	status = snapshot_find(s, path->ptr, source);
	if (status == 0 && (status = passes_link(s, path)) == 1)
		return ELSEWHERE;
	return status;
}

/* Follows a source that is a symbolic link, within the snapshot, to the file whose text Python
 * compiles. GONE when it leads to no file there; ELSEWHERE: only the place of checkout knows. */
static int follow(struct snapshot *s, struct entry *source)
{
	struct buf path = BUF_INIT;
	const char *name = source->path;
	int links, status = FOUND;

	buf_adds(&path, name);
	for (links = 0; status == FOUND && source->mode == MODE_LINK; links++)
		status = links < LINKS_MAX ? follow_one(s, &path, source) : GONE;
	source->path = name;
	source->len = strlen(name);
	buf_free(&path);
	return status;
}

struct source_text {
	struct bytecode_sum *sum;
	bool begun, is_pointer;
};

static int take_text(void *arg, const void *bytes, size_t len)
{
	static const char lfs[] = "version https://git-lfs.github.com/spec/v1\n";
	struct source_text *text = arg;

	if (!text->begun && len >= sizeof lfs - 1 && memcmp(bytes, lfs, sizeof lfs - 1) == 0)
		text->is_pointer = true;
	text->begun = true;
	bytecode_sum_add(text->sum, bytes, len);
	return text->is_pointer;
}

/* The snapshot of a source that git-lfs keeps holds a pointer, not the text that Python
 * compiles. */
static int compare_text(struct examined *x, struct snapshot *s, const struct entry *source)
{
	struct source_text text = {.sum = bytecode_sum_new(&x->header)};
	int status;

	if (!text.sum)
		return -1;
	status = snapshot_read(s, source, take_text, &text);
	if (status == 1) /* it has gone since it was found */
		x->source_present = x->mtime_known = x->mtime_fits = false;
	if (status == 0 && !text.is_pointer)
		x->fit = bytecode_sum_fit(text.sum);
	bytecode_sum_free(text.sum);
	return status < 0 ? -1 : 0;
}

/* A size that is not the source's is enough; a hash cannot be told without the text. */
static int too_large(struct examined *x)
{
	if (x->header.has_size) {
		x->fit = FIT_NOT;
		return 0;
	}
	return error_set("cannot hold '%s' against the hash in its cache: it is larger than %d MiB",
		x->source.ptr, SNAPSHOT_READ_MAX >> 20);
}

/* Whether the header says anything that the source can be held against. */
static bool can_compare(const struct examined *x)
{
	return x->header_read && x->header.invalidation != INVALIDATION_UNKNOWN &&
	       (x->header.invalidation != INVALIDATION_TIMESTAMP || x->header.has_size);
}

/* Holds the header against a file. */
static int compare_file(struct examined *x, struct snapshot *s, const struct entry *source)
{
	int converts;

	x->mtime_known = source->on_disk;
	x->mtime_fits =
		x->mtime_known && x->header_read &&
		bytecode_fits_mtime(&x->header, source->mtime.tv_sec, source->mtime.tv_nsec);
	if (!can_compare(x))
		return 0;
	converts = snapshot_converts(s, source->path);
	if (converts)
		return converts < 0 ? -1 : 0;
	if (snapshot_size(s, source, &x->source_size) < 0)
		return -1;
	if (bytecode_fits_size(&x->header, x->source_size)) {
		x->fit = FIT_EXACT;
		return 0;
	}
	if (x->source_size > SNAPSHOT_READ_MAX)
		return too_large(x);
	return compare_text(x, s, source);
}

struct search {
	struct examined *x;
	struct snapshot *snapshot;
};

/* Takes a file of another suffix for the source if it fits. */
static int try_source(void *arg, const struct entry *e)
{
	const struct search *search = arg;
	struct examined *x = search->x;
	size_t base = path_base(e->path, e->len);

	if (x->source_present || bytecode_suspect(e->path + base, e->len - base) ||
		(e->mode != MODE_FILE && e->mode != MODE_EXECUTABLE))
		return 0;
	if (compare_file(x, search->snapshot, e) < 0)
		return -1;
	if (x->fit != FIT_EXACT && x->fit != FIT_LINEENDS) {
		x->fit = FIT_UNKNOWN;
		x->mtime_known = x->mtime_fits = false;
		return 0;
	}
	x->source_present = true;
	buf_clear(&x->source);
	buf_add(&x->source, e->path, e->len);
	return buf_failed(&x->source);
}

static int find_other_source(struct examined *x, struct snapshot *s)
{
	struct search search = {x, s};
	char *stem;
	int status;

	if (x->name.kind != BYTECODE_CACHE || !can_compare(x))
		return 0;
	stem = strndup(x->source.ptr, x->source.len - strlen("py"));
	if (!stem)
		return error_oom();
	status = snapshot_beside(s, stem, try_source, &search);
	free(stem);
	return status;
}

static int compare_source(struct examined *x, struct snapshot *s)
{
	struct entry source = x->source_entry;
	int status;

	if (!x->source_present)
		return find_other_source(x, s);
	/* A symbolic link counts by its name; what Python finds behind it is another matter. */
	status = follow(s, &source);
	x->source_dangles = status == GONE;
	x->source_elsewhere = status == ELSEWHERE;
	if (status == FOUND)
		status = compare_file(x, s, &source);
	return status < 0 ? -1 : 0;
}

/* Whether `directory` is a package: __init__.py or __init__.pyc is there. */
static int find_init(bool *present, struct snapshot *s, const char *directory, size_t len)
{
	static const char *const names[] = {"/__init__.py", "/__init__.pyc"};
	struct buf path = BUF_INIT;
	int status = 0;
	size_t i;

	for (i = 0; i < 2 && status == 0; i++) {
		buf_clear(&path);
		buf_add(&path, directory, len);
		buf_adds(&path, names[i] + (len == 0));
		status = buf_failed(&path) < 0 ? -1 : snapshot_find(s, path.ptr, NULL);
	}
	*present = status == 1;
	buf_free(&path);
	return status < 0 ? -1 : 0;
}

static int find_packages(struct examined *x, struct snapshot *s)
{
	size_t stem = x->source.len - (sizeof ".py" - 1);

	if (find_init(&x->package_present, s, x->source.ptr, stem) < 0)
		return -1;
	if (!x->name.migration)
		return 0;
	return find_init(&x->migrations_loaded, s, x->name.package.ptr,
		x->name.package.len ? x->name.package.len - 1 : 0);
}

int examine_names(struct examined *x, struct snapshot *s, const struct entry *e, bool caseless)
{
	int found;

	*x = (struct examined){.source = BUF_INIT};
	bytecode_name(&x->name, e->path, e->len, caseless);
	if (s->top_is_migrations && x->name.module.ptr && x->name.package.len == 0)
		x->name.migration = true;
	if (!bytecode_source(&x->source, &x->name))
		return 0;
	if (buf_failed(&x->source) < 0 || find_packages(x, s) < 0)
		return -1;
	found = snapshot_find(s, x->source.ptr, &x->source_entry);
	x->source_present = found == FOUND;
	return found < 0 ? -1 : 0;
}

static void conclude(struct examined *x)
{
	const struct bytecode_facts facts = {
		.name = &x->name,
		.header = x->header_read ? &x->header : NULL,
		.package_present = x->package_present,
		.source_present = x->source_present && !x->source_dangles,
		.fit = x->fit,
		.mtime_known = x->mtime_known,
		.mtime_fits = x->mtime_fits,
	};

	x->loads = bytecode_loads(&facts);
	if (x->source_elsewhere && !x->package_present)
		x->loads = LOADS_UNKNOWN;
	x->lie = bytecode_lie(&facts);
}

int examine_bytes(struct examined *x, struct snapshot *s, const struct entry *e)
{
	if (read_header(x, s, e) < 0)
		return -1;
	if (x->source.len && compare_source(x, s) < 0)
		return e->on_disk ? -1 : error_prefix("cannot read '%s'", x->source.ptr);
	conclude(x);
	return 0;
}

void examine_no_bytes(struct examined *x)
{
	x->header_read = x->source_dangles = x->source_elsewhere = false;
	x->fit = FIT_UNKNOWN;
	conclude(x);
}

int examine(struct examined *x, struct snapshot *s, const struct entry *e, bool caseless)
{
	return examine_names(x, s, e, caseless) < 0 ? -1 : examine_bytes(x, s, e);
}

void examined_free(struct examined *x)
{
	buf_free(&x->source);
}
