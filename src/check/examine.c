#include "check/check.h"

enum { LINKS_MAX = 10, TARGET_MAX = 4096 };

/* Where a name leads: to no file, to one, or out of the snapshot, where nobody knows here. */
enum { GONE, FOUND, ELSEWHERE };

static int read_header(struct examined *x, struct snapshot *s, const struct entry *e)
{
	struct buf first = BUF_INIT;
	int status;

	if (e->mode == MODE_LINK ||
		(x->name.kind != BYTECODE_CACHE && x->name.kind != BYTECODE_LEGACY))
		return 0;
	status = snapshot_read(s, e, &first, BYTECODE_HEADER_MAX);
	x->header_read = status == 0;
	if (status == 0)
		bytecode_header(&x->header, first.ptr, first.len);
	buf_free(&first);
	return status < 0 && !e->on_disk ? error_prefix("cannot read '%s'", e->path) :
					   -(status < 0);
}

/* Turns the way that is left, of which a link was the first name, to where that leads. FOUND, GONE,
 * ELSEWHERE; -1 failed. */
static int turn(struct buf *left, size_t after, struct snapshot *s, const struct entry *link)
{
	struct buf target = BUF_INIT;
	int status = snapshot_read(s, link, &target, TARGET_MAX + 1);

	if (status >= 0)
		status = *target.ptr == '/' || target.len > TARGET_MAX ||
					 strlen(target.ptr) != target.len ?
				 ELSEWHERE :
				 FOUND;
	buf_adds(&target, left->ptr + after);
	buf_clear(left);
	buf_add(left, target.ptr, target.len);
	if (target.failed || left->failed)
		status = buf_failed(&target) < 0 ? -1 : buf_failed(left);
	buf_free(&target);
	return status;
}

/* Goes from a source that is a symbolic link, within the snapshot, to the file whose text Python
 * compiles. FOUND, GONE, ELSEWHERE; -1 failed. */
static int follow(struct snapshot *s, struct entry *source)
{
	struct buf way = BUF_INIT, left = BUF_INIT; /* gone so far, and to go */
	const char *path = source->path, *name;
	int links = 0, status = FOUND, here = GONE;
	size_t at = 0, n, dir;

	buf_adds(&left, path);
	for (; status == FOUND && left.ptr[at]; at += n + (name[n] == '/')) {
		name = left.ptr + at;
		n = strcspn(name, "/");
		dir = path_base(way.ptr, way.len);
		if (n == 0 || (n == 1 && *name == '.'))
			continue;
		if (n == 2 && memcmp(name, "..", 2) == 0) {
			status = way.len ? FOUND : ELSEWHERE;
			here = GONE;
			buf_cut(&way, dir ? dir - 1 : 0);
			continue;
		}
		dir = way.len;
		buf_adds(&way, dir ? "/" : "");
		buf_add(&way, name, n);
		here = buf_failed(&way) < 0 ? -1 : snapshot_find(s, way.ptr, source);
		if (here < 0)
			status = -1;
		if (here != FOUND || source->mode != MODE_LINK)
			continue;
		status = ++links > LINKS_MAX ? GONE : turn(&left, at + n, s, source);
		buf_cut(&way, dir);
		here = GONE;
		at = n = 0;
		name = "";
	}
	source->path = path;
	source->len = strlen(path);
	buf_free(&way);
	buf_free(&left);
	return status == FOUND ? here : status;
}

/* The snapshot of a source that git-lfs keeps holds a pointer, not the text that Python
 * compiles. */
static int compare_text(struct examined *x, struct snapshot *s, const struct entry *source)
{
	static const char lfs[] = "version https://git-lfs.github.com/spec/v1\n";
	struct bytecode_sum sum = bytecode_sum_of(&x->header);
	struct buf text = BUF_INIT;
	int status = snapshot_read(s, source, &text, SIZE_MAX);

	if (status == 1) /* it has gone since it was found */
		x->source_present = x->mtime_known = x->mtime_fits = false;
	if (status == 0 && strncmp(text.ptr, lfs, strlen(lfs)) != 0) {
		bytecode_sum_add(&sum, text.ptr, text.len);
		x->fit = bytecode_sum_fit(&sum);
	}
	buf_free(&text);
	return status < 0 ? -1 : 0;
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
	uint64_t size;
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
	if (snapshot_size(s, source, &size) < 0)
		return -1;
	if (bytecode_fits_size(&x->header, size))
		x->fit = FIT_EXACT;
	else if (size <= SNAPSHOT_READ_MAX)
		return compare_text(x, s, source);
	else if (x->header.has_size) /* and that is enough; a hash takes the text */
		x->fit = FIT_NOT;
	else
		return error_set("cannot hold '%s' against the hash in its cache: it is larger "
				 "than %d MiB",
			x->source.ptr, SNAPSHOT_READ_MAX >> 20);
	return 0;
}

struct search {
	struct examined *x;
	struct snapshot *snapshot;
};

/* Takes a file of another suffix, or of none, for the source if it fits. */
static int try_source(void *arg, const struct entry *e)
{
	const struct search *search = arg;
	struct examined *x = search->x;
	size_t base = path_base(e->path, e->len);
	char after = x->source_present ? '\0' : e->path[x->source.len - strlen(".py")];

	if (x->source_present || (after && after != '.') ||
		bytecode_suspect(e->path + base, e->len - base) ||
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

static int compare_source(struct examined *x, struct snapshot *s)
{
	struct search search = {x, s};
	struct entry source = x->source_entry;
	int status = FOUND;
	char *stem;

	if (!x->source_present) {
		if (x->name.kind != BYTECODE_CACHE || !can_compare(x))
			return 0;
		stem = strndup(x->source.ptr, x->source.len - strlen(".py"));
		if (!stem)
			return error_oom();
		status = snapshot_beside(s, stem, try_source, &search);
		free(stem);
		return status;
	}
	/* A symbolic link counts by its name; what Python finds behind it is another matter. */
	if (source.mode == MODE_LINK)
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

	for (size_t i = 0; i < 2 && status == 0; i++) {
		buf_clear(&path);
		buf_add(&path, directory, len);
		buf_adds(&path, names[i] + (len == 0));
		status = buf_failed(&path) < 0 ? -1 : snapshot_find(s, path.ptr, NULL);
	}
	*present = status == 1;
	buf_free(&path);
	return status < 0 ? -1 : 0;
}

int examine_names(struct examined *x, struct snapshot *s, const struct entry *e, bool caseless)
{
	const struct bytecode_slice *package = &x->name.package;
	int found;

	*x = (struct examined){.source = BUF_INIT};
	bytecode_name(&x->name, e->path, e->len, caseless);
	if (s->top_is_migrations && x->name.module.ptr && package->len == 0)
		x->name.migration = true;
	if (!bytecode_source(&x->source, &x->name))
		return 0;
	if (buf_failed(&x->source) < 0 ||
		find_init(&x->package_present, s, x->source.ptr, x->source.len - strlen(".py")) <
			0 ||
		(x->name.migration && find_init(&x->migrations_loaded, s, package->ptr,
					      package->len ? package->len - 1 : 0) < 0))
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
