#include "check/check.h"

enum { LINKS_MAX = 10, TARGET_MAX = 4096 };

/* Where a name leads: to no file, to one, or out of the snapshot, where nobody knows here. */
enum { GONE, FOUND, ELSEWHERE };

/* Goes from a source that is a symbolic link, within the snapshot, to the file whose text Python
 * compiles; `way` is the path so far, and then the file's. FOUND, GONE, ELSEWHERE; -1 failed. */
static int follow(struct snapshot *s, struct entry *source, struct buf *way)
{
	struct buf target = BUF_INIT; /* what a link says */
	char *left = memory_string(source->path), *next = left, *rest, *name;
	int links = 0, status = GONE;

	while ((status == GONE || status == FOUND) && (name = strtok_r(next, "/", &rest))) {
		size_t above = way->len;

		next = NULL;
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			status = above ? GONE : ELSEWHERE;
			above = path_base(way->ptr, above);
			buf_cut(way, above ? above - 1 : 0);
			continue;
		}
		buf_addf(way, "%s%s", above ? "/" : "", name);
		status = snapshot_find(s, way->ptr, source);
		if (status != FOUND || source->mode != MODE_LINK)
			continue;
		buf_cut(way, above);
		if (++links > LINKS_MAX) {
			status = GONE;
			break;
		}
		status = snapshot_read(s, source, &target, TARGET_MAX + 1);
		if (status >= 0)
			status = *target.ptr == '/' || target.len > TARGET_MAX ||
						 strlen(target.ptr) != target.len ?
					 ELSEWHERE :
					 GONE;
		buf_addf(&target, "/%s", rest ? rest : "");
		free(left);
		next = left = buf_take(&target);
	}
	source->path = way->ptr;
	source->len = way->len;
	free(left);
	return status;
}

/* Whether the header says anything that the source can be held against. */
static bool can_compare(const struct examined *x)
{
	return x->header_read && x->header.invalidation != INVALIDATION_UNKNOWN &&
	       (x->header.invalidation != INVALIDATION_TIMESTAMP || x->header.has_size);
}

/* Holds the header against a file. */
static int compare_file(struct examined *x, const struct entry *source)
{
	static const char lfs[] = "version https://git-lfs.github.com/spec/v1\n";
	struct bytecode_sum sum = bytecode_sum_of(&x->header);
	struct buf text = BUF_INIT;
	uint64_t size;
	int status;

	x->facts.mtime_known = source->on_disk;
	x->facts.mtime_fits =
		x->facts.mtime_known && x->header_read &&
		bytecode_fits_mtime(&x->header, source->mtime.tv_sec, source->mtime.tv_nsec);
	if (!can_compare(x))
		return 0;
	status = snapshot_converts(x->snapshot, source->path);
	if (status)
		return status < 0 ? -1 : 0;
	if (snapshot_size(x->snapshot, source, &size) < 0)
		return -1;
	if (bytecode_fits_size(&x->header, size)) {
		x->facts.fit = FIT_EXACT;
	} else if (size <= SNAPSHOT_READ_MAX) {
		status = snapshot_read(x->snapshot, source, &text, SIZE_MAX);
		if (status == 1) /* it has gone since it was found */
			x->source_present = x->facts.mtime_known = x->facts.mtime_fits = false;
		/* Of a source that git-lfs keeps, a snapshot holds a pointer, not the text. */
		if (status == 0 && strncmp(text.ptr, lfs, strlen(lfs)) != 0) {
			bytecode_sum_add(&sum, text.ptr, text.len);
			x->facts.fit = bytecode_sum_fit(&sum);
		}
		buf_free(&text);
	} else if (x->header.has_size) { /* and that is enough; a hash takes the text */
		x->facts.fit = FIT_NOT;
	} else {
		return error_set("cannot compare '%s' with the hash in its cache: it is larger "
				 "than %d MiB",
			x->source.ptr, SNAPSHOT_READ_MAX >> 20);
	}
	return status < 0 ? -1 : 0;
}

/* Takes a file of another suffix, or of none, for the source if it fits. */
static int try_source(void *arg, const struct entry *e)
{
	struct examined *x = arg;
	size_t base = path_base(e->path, e->len);
	char after = x->source_present ? '\0' : e->path[x->source.len - strlen(".py")];

	if (x->source_present || (after && after != '.') ||
		bytecode_suspect(e->path + base, e->len - base) ||
		(e->mode != MODE_FILE && e->mode != MODE_EXECUTABLE))
		return 0;
	if (compare_file(x, e) < 0)
		return -1;
	x->source_present = x->facts.fit == FIT_EXACT || x->facts.fit == FIT_LINEENDS;
	if (x->source_present) {
		buf_clear(&x->source);
		buf_add(&x->source, e->path, e->len);
	} else {
		x->facts.fit = FIT_UNKNOWN;
		x->facts.mtime_known = x->facts.mtime_fits = false;
	}
	return 0;
}

static int compare_source(struct examined *x)
{
	struct entry source = x->source_entry;
	struct buf way = BUF_INIT;
	int status = FOUND;

	if (!x->source_present) {
		char *stem;

		if (x->name.kind != BYTECODE_CACHE || !can_compare(x))
			return 0;
		stem = memory_text(x->source.ptr, x->source.len - strlen(".py"));
		status = snapshot_beside(x->snapshot, stem, try_source, x);
		free(stem);
		return status;
	}
	/* A symbolic link counts by its name; what Python finds behind it is another matter. */
	if (source.mode == MODE_LINK)
		status = follow(x->snapshot, &source, &way);
	x->source_dangles = status == GONE;
	x->source_elsewhere = status == ELSEWHERE;
	if (status == FOUND)
		status = compare_file(x, &source);
	buf_free(&way);
	return status < 0 ? -1 : 0;
}

/* Whether `directory` is a package: __init__.py or __init__.pyc is there. 1; 0; -1 recorded. */
static int find_init(struct snapshot *s, const char *directory, size_t len)
{
	static const char *const names[] = {"__init__.py", "__init__.pyc"};
	struct buf path = BUF_INIT;
	int found = 0;

	for (size_t i = 0; i < 2 && found == 0; i++) {
		buf_clear(&path);
		buf_addf(&path, "%.*s%s%s", (int)len, directory, len ? "/" : "", names[i]);
		found = snapshot_find(s, path.ptr, NULL);
	}
	buf_free(&path);
	return found;
}

int examine_names(struct examined *x, struct snapshot *s, const struct entry *e, bool caseless)
{
	const struct bytecode_slice *package = &x->name.package;
	int here = 0, init = 0, found;

	*x = (struct examined){.snapshot = s, .source = BUF_INIT};
	bytecode_name(&x->name, e->path, e->len, caseless);
	if (s->top_is_migrations && x->name.module.ptr && package->len == 0)
		x->name.migration = true;
	if (!bytecode_source(&x->source, &x->name))
		return 0;
	here = find_init(s, x->source.ptr, x->source.len - strlen(".py"));
	if (x->name.migration)
		init = find_init(s, package->ptr, package->len ? package->len - 1 : 0);
	found = snapshot_find(s, x->source.ptr, &x->source_entry);
	x->facts.package_present = here > 0;
	x->migrations_loaded = init > 0;
	x->source_present = found == FOUND;
	return here < 0 || init < 0 || found < 0 ? -1 : 0;
}

static void conclude(struct examined *x)
{
	x->facts.name = &x->name;
	x->facts.header = x->header_read ? &x->header : NULL;
	x->facts.source_present = x->source_present && !x->source_dangles;
	x->loads = bytecode_loads(&x->facts);
	if (x->source_elsewhere && !x->facts.package_present)
		x->loads = LOADS_UNKNOWN;
	x->lie = bytecode_lie(&x->facts);
}

int examine_bytes(struct examined *x, const struct entry *e)
{
	struct buf first = BUF_INIT;
	int status = 1;

	if (e->mode != MODE_LINK &&
		(x->name.kind == BYTECODE_CACHE || x->name.kind == BYTECODE_LEGACY))
		status = snapshot_read(x->snapshot, e, &first, BYTECODE_HEADER_MAX);
	x->header_read = status == 0;
	if (x->header_read)
		bytecode_header(&x->header, first.ptr, first.len);
	buf_free(&first);
	if (status < 0)
		return e->on_disk ? -1 : error_prefix("cannot read '%s'", e->path);
	if (x->source.len && compare_source(x) < 0)
		return e->on_disk ? -1 : error_prefix("cannot read '%s'", x->source.ptr);
	conclude(x);
	return 0;
}

void examine_no_bytes(struct examined *x)
{
	x->header_read = x->source_dangles = x->source_elsewhere = false;
	x->facts.fit = FIT_UNKNOWN;
	conclude(x);
}
