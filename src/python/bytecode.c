#include "python/bytecode.h"

static const unsigned first_pycache = BYTECODE_VERSION(3, 2); /* PEP 3147 */
static const unsigned first_importlib = BYTECODE_VERSION(3, 3);
static const unsigned first_levels = BYTECODE_VERSION(3, 5); /* PEP 488; until then .pyo */

/* Whether a level is one that -O gives: sys.flags.optimize as a number, which is never 0. */
static bool is_level(struct bytecode_slice level)
{
	size_t i;

	if (level.len == 0 || level.ptr[0] == '0')
		return false;
	for (i = 0; i < level.len; i++)
		if (level.ptr[i] < '0' || level.ptr[i] > '9')
			return false;
	return true;
}

/* Whether the version that wrote a cache looks for it under that name. */
static bool is_looked_for(const struct bytecode_name *name, unsigned version)
{
	if (version < first_pycache || bytecode_tag_version(name->tag) != version)
		return false;
	if (version < first_levels)
		return !name->level.ptr;
	return !name->optimized && (!name->level.ptr || is_level(name->level));
}

/* A timestamp header that is looked at, beside its source. */
static enum bytecode_loads timestamp_loads(const struct bytecode_facts *f)
{
	if (f->header->has_size && f->fit == FIT_UNKNOWN && !(f->mtime_known && !f->mtime_fits))
		return LOADS_UNKNOWN;
	if (f->header->has_size && f->fit != FIT_EXACT)
		return LOADS_SOURCE;
	if (f->mtime_known)
		return f->mtime_fits ? LOADS_CACHE : LOADS_SOURCE;
	/* No source can have a time that is misread: before 3.3, one after 2038. */
	return bytecode_fits_mtime(f->header, (int64_t)f->header->mtime, 0) ?
		       LOADS_CACHE_IF_MTIME_KEPT :
		       LOADS_SOURCE;
}

static enum bytecode_loads header_loads(const struct bytecode_facts *f)
{
	switch (f->header->invalidation) {
	case INVALIDATION_TIMESTAMP:
		return timestamp_loads(f);
	case INVALIDATION_UNCHECKED_HASH:
		return LOADS_CACHE;
	case INVALIDATION_CHECKED_HASH:
		if (f->fit == FIT_UNKNOWN)
			return LOADS_UNKNOWN;
		return f->fit == FIT_EXACT ? LOADS_CACHE : LOADS_SOURCE;
	case INVALIDATION_UNKNOWN:
		break;
	}
	return LOADS_SOURCE;
}

static enum bytecode_loads cache_loads(const struct bytecode_facts *f)
{
	if (!f->source_present)
		return LOADS_NOTHING;
	if (!f->name->tag.ptr)
		return LOADS_SOURCE;
	if (!f->header || f->header->magic == MAGIC_FOREIGN)
		return LOADS_UNKNOWN;
	if (f->header->magic == MAGIC_NONE || !is_looked_for(f->name, f->header->version))
		return LOADS_SOURCE;
	return header_loads(f);
}

/* Whether `import` can ask for that name: in one with a dot it asks for a package's module. */
static bool is_importable(const struct bytecode_name *name)
{
	return name->module.ptr && !memchr(name->module.ptr, '.', name->module.len);
}

/* Without a source, so no more than the header's form is looked at. */
static enum bytecode_loads sourceless_loads(const struct bytecode_facts *f)
{
	if (!is_importable(f->name))
		return LOADS_NOTHING;
	if (!f->header || f->header->magic == MAGIC_FOREIGN)
		return LOADS_UNKNOWN;
	if (f->header->invalidation == INVALIDATION_UNKNOWN)
		return LOADS_NOTHING;
	if (f->name->optimized && f->header->version >= first_levels)
		return LOADS_NOTHING;
	return LOADS_CACHE;
}

static enum bytecode_loads legacy_loads(const struct bytecode_facts *f)
{
	if (!f->source_present)
		return sourceless_loads(f);
	if (!f->header || f->header->magic == MAGIC_FOREIGN)
		return LOADS_UNKNOWN;
	if (f->header->magic == MAGIC_NONE || f->header->version >= first_pycache)
		return LOADS_SOURCE;
	return header_loads(f);
}

/* Whether a package of the module's name is imported in its stead. __init__ is the package: only
 * versions before importlib look for it as for any module. */
static bool is_hidden(const struct bytecode_facts *f)
{
	static const char init[] = "__init__";
	struct bytecode_slice module = f->name->module;

	if (!f->package_present || !is_importable(f->name))
		return false;
	if (module.len != sizeof init - 1 || memcmp(module.ptr, init, module.len) != 0)
		return true;
	return f->name->kind == BYTECODE_LEGACY && f->header && f->header->version &&
	       f->header->version < first_importlib;
}

enum bytecode_loads bytecode_loads(const struct bytecode_facts *f)
{
	switch (f->name->kind) {
	case BYTECODE_CACHE:
		return is_hidden(f) ? LOADS_SOURCE : cache_loads(f);
	case BYTECODE_LEGACY:
		return is_hidden(f) ? LOADS_SOURCE : legacy_loads(f);
	case BYTECODE_NONE:
		return LOADS_NOTHING;
	case BYTECODE_JYTHON:
	case BYTECODE_EXTENSION:
		break;
	}
	return LOADS_UNKNOWN;
}

const char *bytecode_loads_name(enum bytecode_loads l)
{
	static const char *const names[] = {
		[LOADS_UNKNOWN] = "unknown",
		[LOADS_CACHE] = "cache",
		[LOADS_SOURCE] = "source",
		[LOADS_CACHE_IF_MTIME_KEPT] = "cache-if-mtime-kept",
		[LOADS_NOTHING] = "nothing",
	};

	return names[l];
}

static bool is_ghost(const struct bytecode_facts *f)
{
	if (f->source_present || !f->name->module.ptr)
		return false;
	if (f->name->kind == BYTECODE_JYTHON)
		return true;
	return f->name->kind == BYTECODE_LEGACY && is_importable(f->name) && !is_hidden(f);
}

static bool is_stale(const struct bytecode_facts *f)
{
	if (f->name->kind != BYTECODE_CACHE && f->name->kind != BYTECODE_LEGACY)
		return false;
	if (!f->header || !f->source_present || f->fit != FIT_NOT)
		return false;
	return f->header->has_size || f->header->invalidation == INVALIDATION_CHECKED_HASH;
}

enum bytecode_lie bytecode_lie(const struct bytecode_facts *f)
{
	bool is_cache = f->name->kind == BYTECODE_CACHE;

	if (is_ghost(f))
		return LIE_GHOST;
	/* A fit but for line ends misleads nobody: the checkout that made them, or undoes it,
	 * is what makes the difference, and the code is the same. */
	if (is_cache && f->header && f->fit == FIT_NOT &&
		f->header->invalidation == INVALIDATION_UNCHECKED_HASH &&
		bytecode_loads(f) == LOADS_CACHE)
		return LIE_UNCHECKED;
	if (is_cache && f->name->module.ptr && !f->source_present)
		return LIE_ORPHAN;
	return is_stale(f) ? LIE_STALE : LIE_NONE;
}
