#include "python/bytecode.h"

#include <strings.h>

static struct bytecode_slice slice(const char *ptr, size_t len)
{
	return (struct bytecode_slice){len ? ptr : NULL, len};
}

/* Cuts `suffix` off the end of `s`. */
static bool cut(struct bytecode_slice *s, const char *suffix, bool caseless)
{
	size_t n = strlen(suffix);

	if (s->len < n || (caseless ? strncasecmp : strncmp)(s->ptr + s->len - n, suffix, n) != 0)
		return false;
	s->len -= n;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether a segment starts as sys.implementation.cache_tag does in the interpreters that write
 * caches: cpython-313, pypy39, graalpy242-311, pyston-23 ... pytest appends its own name to that.
 */
static bool is_tag(const char *s, size_t len)
{
	static const char *const makers[] = {"cpython-", "pypy", "graalpy", "graalpython", "jython",
		"ironpython", "rustpython", "pyston", "nogil"};
	size_t i, n;

	for (i = 0; i < sizeof makers / sizeof *makers; i++) {
		n = strlen(makers[i]);
		if (len <= n || memcmp(s, makers[i], n) != 0)
			continue;
		if (s[n] == '-' && len > n + 1)
			n++;
		if (is_digit(s[n]))
			return true;
	}
	return false;
}

/* Where the module ends in the name of a cache: see bytecode_name. */
static size_t module_end(struct bytecode_slice stem)
{
	const char *dot = memchr(stem.ptr, '.', stem.len);
	size_t first = dot ? (size_t)(dot - stem.ptr) : stem.len, i;

	for (i = first; i < stem.len; i++)
		if (stem.ptr[i] == '.' && is_tag(stem.ptr + i + 1, stem.len - i - 1))
			return i;
	return first;
}

/* Cuts ".opt-LEVEL" off the end of a cache's name. */
static struct bytecode_slice cut_level(struct bytecode_slice *stem)
{
	static const char opt[] = ".opt-";
	struct bytecode_slice level = {NULL, 0};
	size_t n = sizeof opt - 1, dot = stem->len;

	while (dot > 0 && (dot == stem->len || stem->ptr[dot] != '.'))
		dot--;
	if (stem->len - dot >= n && memcmp(stem->ptr + dot, opt, n) == 0) {
		level = (struct bytecode_slice){stem->ptr + dot + n, stem->len - dot - n};
		stem->len = dot;
	}
	return level;
}

/* The tag that ends a name without a dot: Python caches a source `tool`, which has no suffix, as
 * toolcpython-313.pyc. */
static struct bytecode_slice glued_tag(struct bytecode_slice stem)
{
	for (size_t i = 1; i < stem.len; i++) {
		struct bytecode_slice rest = slice(stem.ptr + i, stem.len - i);

		if (bytecode_tag_version(rest))
			return rest;
	}
	return (struct bytecode_slice){NULL, 0};
}

static void name_cache(struct bytecode_name *out, struct bytecode_slice stem)
{
	size_t end;

	out->kind = BYTECODE_CACHE;
	out->level = cut_level(&stem);
	end = module_end(stem);
	out->tag = end < stem.len ? slice(stem.ptr + end + 1, stem.len - end - 1) : glued_tag(stem);
	if (end < stem.len || !out->tag.ptr)
		out->module = slice(stem.ptr, end);
}

/* Whether the last component of a directory, which ends in a slash, is `name`. */
static bool dir_is(struct bytecode_slice dir, const char *name, bool caseless)
{
	struct bytecode_slice rest = {dir.ptr, dir.len ? dir.len - 1 : 0};

	return cut(&rest, name, caseless) && (rest.len == 0 || rest.ptr[rest.len - 1] == '/');
}

void bytecode_name(struct bytecode_name *out, const char *path, size_t len, bool caseless)
{
	size_t at = path_base(path, len);
	struct bytecode_slice dir = {path, at}, stem = {path + at, len - at};

	*out = (struct bytecode_name){0};
	if (cut(&stem, ".pyd", caseless))
		out->kind = BYTECODE_EXTENSION;
	else if (cut(&stem, "$py.class", caseless))
		out->kind = BYTECODE_JYTHON;
	else if ((out->optimized = cut(&stem, ".pyo", caseless)) || cut(&stem, ".pyc", caseless))
		out->kind = BYTECODE_LEGACY;
	else
		return;
	if (out->kind == BYTECODE_LEGACY && dir_is(dir, BYTECODE_CACHES, caseless)) {
		name_cache(out, stem);
		dir.len -= sizeof BYTECODE_CACHES;
	} else if (out->kind != BYTECODE_EXTENSION) {
		out->module = slice(stem.ptr, stem.len);
	}
	out->package = dir;
	out->migration = dir_is(dir, "migrations", caseless);
}

bool bytecode_is_migration_name(const char *module, size_t len)
{
	return len > 0 && module[0] != '_' && module[0] != '~';
}

bool bytecode_suspect(const char *name, size_t len)
{
	struct bytecode_slice rest = {name, len};

	if (len < 4)
		return false;
	switch (name[len - 1] | 0x20) /* in small letters */ {
	case 'c':
	case 'o':
	case 'd':
		return name[len - 4] == '.' && strncasecmp(name + len - 3, "py", 2) == 0;
	case 's':
		return cut(&rest, "$py.class", true);
	case '_' | 0x20:
		return len == sizeof BYTECODE_CACHES - 1 && cut(&rest, BYTECODE_CACHES, true);
	default:
		return false;
	}
}

bool bytecode_source(struct buf *out, const struct bytecode_name *name)
{
	if (!name->module.ptr)
		return false;
	buf_add(out, name->package.ptr, name->package.len);
	buf_add(out, name->module.ptr, name->module.len);
	buf_adds(out, ".py");
	return true;
}

unsigned bytecode_tag_version(struct bytecode_slice tag)
{
	static const char maker[] = "cpython-";
	size_t n = sizeof maker - 1, i;
	unsigned minor = 0;

	if (tag.len < n + 2 || tag.len > n + 3 || memcmp(tag.ptr, maker, n) != 0)
		return 0;
	for (i = n; i < tag.len; i++)
		if (!is_digit(tag.ptr[i]))
			return 0;
	if (tag.ptr[n] == '0' || (tag.ptr[n + 1] == '0' && tag.len > n + 2))
		return 0;
	for (i = n + 1; i < tag.len; i++)
		minor = minor * 10 + (unsigned)(tag.ptr[i] - '0');
	return BYTECODE_VERSION(tag.ptr[n] - '0', minor);
}
