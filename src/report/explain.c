#include "report/explain.h"

#include <string.h>
#include <time.h>

#include "base/path.h"

enum { LABEL = 11 };

/* Begins a row: its label, or blanks for a further line of the row above. */
static void row(struct buf *out, const char *label)
{
	buf_addf(out, "  %-*s", LABEL, label);
}

static void add_path(struct buf *out, const char *path)
{
	path_quote(out, path, strlen(path));
}

static void add_slice(struct buf *out, struct bytecode_slice s)
{
	path_quote(out, s.ptr, s.len);
}

static void add_time(struct buf *out, uint32_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm utc;
	char text[32];

	if (gmtime_r(&when, &utc) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc))
		buf_adds(out, text);
}

static void say_what(struct buf *out, const struct explanation *e)
{
	static const char *const what[] = {
		[BYTECODE_NONE] = "no bytecode by its name",
		[BYTECODE_CACHE] = "a cache in __pycache__",
		[BYTECODE_LEGACY] = "bytecode at its source's own place",
		[BYTECODE_JYTHON] = "bytecode of Jython, at its source's own place",
		[BYTECODE_EXTENSION] = "an extension module of Python for Windows: machine code",
	};
	const struct bytecode_name *name = &e->file->name;

	row(out, "what");
	buf_adds(out, what[name->kind]);
	if (name->kind == BYTECODE_CACHE && name->tag.ptr) {
		buf_adds(out, ", for ");
		add_slice(out, name->tag);
	}
	if (name->level.ptr && name->level.len) {
		buf_adds(out, ", optimization level ");
		add_slice(out, name->level);
	} else if (name->optimized) {
		buf_adds(out, ", optimized (-O)");
	}
	buf_adds(out, "\n");
}

static void add_version(struct buf *out, unsigned version)
{
	buf_addf(out, "Python %u.%u", version >> 8, version & 0xff);
}

/* The interpreter that wrote the file, as the subject of a sentence. */
static void add_writer(struct buf *out, const struct explanation *e)
{
	if (e->file->header_read && e->file->header.version)
		add_version(out, e->file->header.version);
	else if (e->file->header_read && e->file->header.magic == MAGIC_NONE)
		buf_adds(out, "Python");
	else
		buf_adds(out, "the interpreter that wrote it");
}

static void say_writer(struct buf *out, const struct explanation *e)
{
	const struct bytecode_header *h = &e->file->header;

	if (e->file->name.kind != BYTECODE_CACHE && e->file->name.kind != BYTECODE_LEGACY)
		return;
	row(out, "written by");
	if (!e->file->header_read)
		buf_adds(
			out, "nobody can say here: it is a symbolic link, or too large to be read");
	else if (h->magic == MAGIC_NONE)
		buf_adds(out, "no Python: it does not begin as bytecode does");
	else if (h->magic == MAGIC_FOREIGN)
		buf_addf(out, "an interpreter with magic number %u, which is none of CPython's",
			h->number);
	else
		buf_addf(out, "CPython %u.%u%s (magic number %u)", h->version >> 8,
			h->version & 0xff, h->prerelease ? ", a pre-release" : "", h->number);
	buf_adds(out, "\n");
}

static void say_fit(struct buf *out, const struct explanation *e)
{
	static const char *const fits[] = {
		[FIT_UNKNOWN] = "",
		[FIT_EXACT] = ": the source's",
		[FIT_LINEENDS] = ": the source's, but for its line ends (autocrlf)",
		[FIT_NOT] = ": not the source's",
	};

	if (e->file->source_present)
		buf_adds(out, fits[e->file->fit]);
}

static void say_header(struct buf *out, const struct explanation *e)
{
	const struct bytecode_header *h = &e->file->header;
	size_t i;

	if (!e->file->header_read || h->magic != MAGIC_KNOWN)
		return;
	row(out, "header");
	if (!h->complete) {
		buf_adds(out, "cut short\n");
		return;
	}
	if (h->reserved) {
		buf_addf(out, "flags 0x%x that its Python does not know\n", h->flags);
		return;
	}
	if (h->invalidation == INVALIDATION_TIMESTAMP) {
		buf_adds(out, "the time of its source, ");
		add_time(out, h->mtime);
		if (h->has_size) {
			buf_addf(out, ", and its size, %u bytes", h->size);
			say_fit(out, e);
		}
		buf_adds(out, "\n");
		return;
	}
	buf_adds(out, "the hash of its source, ");
	for (i = 0; i < sizeof h->hash; i++)
		buf_addf(out, "%02x", h->hash[i]);
	say_fit(out, e);
	buf_adds(out, h->invalidation == INVALIDATION_CHECKED_HASH ? "; checked at import\n" :
								     "; never checked\n");
}

static void add_place(struct buf *out, const char *name, bool looked, bool there, bool *first)
{
	if (!looked)
		return;
	buf_addf(out, "%s%s%s", *first ? "" : ", ", there ? "" : "not ", name);
	*first = false;
}

static void say_places(struct buf *out, const struct explanation *e)
{
	bool first = true;

	row(out, "it is");
	add_place(out, "in the index", e->index.looked, e->index.file, &first);
	add_place(out, "in HEAD", e->head.looked, e->head.file, &first);
	add_place(out, "on disk", e->disk.looked, e->disk.file, &first);
	buf_adds(out, "\n");
	if (!e->finding->source)
		return;
	row(out, "source");
	add_path(out, e->finding->source);
	buf_adds(out, ": ");
	first = true;
	add_place(out, "in the index", e->index.looked, e->index.source, &first);
	add_place(out, "in HEAD", e->head.looked, e->head.source, &first);
	add_place(out, "on disk", e->disk.looked, e->disk.source, &first);
	buf_adds(out, "\n");
}

static void add_loads(struct buf *out, const struct explanation *e, enum bytecode_loads loads)
{
	static const char *const does[] = {
		[LOADS_UNKNOWN] =
			"imports either this file or the source: that cannot be told here",
		[LOADS_CACHE] = "runs this file",
		[LOADS_SOURCE] = "runs the source, not this file",
		[LOADS_CACHE_IF_MTIME_KEPT] = "runs this file if the source's time is the header's",
		[LOADS_NOTHING] = "finds nothing to import: ModuleNotFoundError",
	};

	add_writer(out, e);
	buf_adds(out, " ");
	if (loads == LOADS_SOURCE && e->file->package_present)
		buf_adds(out, "imports the package beside it, not this file");
	else if (loads == LOADS_NOTHING && e->file->name.kind == BYTECODE_LEGACY &&
		 !e->file->name.optimized && e->file->header_read &&
		 e->file->header.invalidation == INVALIDATION_UNKNOWN)
		buf_adds(out, "tries to import this file and fails: ImportError");
	else
		buf_adds(out, does[loads]);
	buf_adds(out, "\n");
}

static void say_imports(struct buf *out, const struct explanation *e)
{
	enum bytecode_loads loads = e->finding->loads;

	if (e->file->name.kind == BYTECODE_NONE)
		return;
	if (!e->finding->on_disk) {
		row(out, "checkout");
		add_loads(out, e, loads == LOADS_CACHE_IF_MTIME_KEPT ? LOADS_SOURCE : loads);
		row(out, "times kept");
		add_loads(out, e, loads == LOADS_CACHE_IF_MTIME_KEPT ? LOADS_CACHE : loads);
		row(out, "");
		buf_adds(out,
			"(bind mounts, image layers, rsync -t and tar keep times; a checkout sets new "
			"ones)\n");
	}
	if (e->disk.file) {
		row(out, "here, now");
		add_loads(out, e, e->now);
	}
	if (e->finding->rule == RULE_GHOST_MODULE && e->file->header_read &&
		e->file->header.version) {
		row(out, "others");
		buf_adds(out, "another version of Python fails: ImportError: bad magic number in ");
		add_slice(out, e->file->name.module);
		buf_adds(out, "\n");
	}
}

/* The last component but one of `shop/migrations/`: the label that Django gives the app. */
static void add_app(struct buf *out, struct bytecode_slice package)
{
	size_t end = package.len ? path_base(package.ptr, package.len - 1) : 0, start;

	if (end == 0)
		return;
	start = path_base(package.ptr, end - 1);
	buf_adds(out, " of app ");
	path_quote(out, package.ptr + start, end - 1 - start);
}

static void say_migration(struct buf *out, const struct explanation *e)
{
	const struct bytecode_name *name = &e->file->name;
	bool ghost = e->finding->rule == RULE_GHOST_MODULE && e->finding->loads != LOADS_SOURCE;

	add_slice(out, name->module);
	add_app(out, name->package);
	if (ghost && e->finding->loads == LOADS_CACHE) {
		buf_adds(out, ": this file is that migration, and Django runs it\n");
		row(out, "");
		buf_adds(out,
			"under another Python: \"Couldn't import ... as it appears to be a stale .pyc "
			"file\"\n");
	} else if (ghost && !name->optimized) {
		buf_adds(out,
			": Django lists this file as that migration, and fails to import it\n");
	} else if (e->finding->loads == LOADS_CACHE) {
		buf_adds(out, ": Django runs what this file says, not the source\n");
	} else if (e->finding->loads == LOADS_CACHE_IF_MTIME_KEPT) {
		buf_adds(out, ": Django runs this file if times were kept, else the source\n");
	} else if (e->finding->source_present) {
		buf_adds(out, ": Django runs the source\n");
	} else {
		buf_adds(out, ": Django does not see it, and runs nothing of that name\n");
	}
}

static void say_django(struct buf *out, const struct explanation *e)
{
	if (!e->file->name.migration || !e->finding->source)
		return;
	row(out, "Django");
	if (!bytecode_is_migration_name(e->file->name.module.ptr, e->file->name.module.len)) {
		buf_adds(out, "takes a module of this name for no migration\n");
		return;
	}
	if (!e->file->migrations_loaded) {
		buf_adds(out, "does not load this migrations package: it has no __init__.py\n");
		return;
	}
	buf_adds(out, "migration ");
	say_migration(out, e);
}

static void say_policy(struct buf *out, const struct explanation *e)
{
	const struct policy_line *line = e->decision.line;
	int rule;

	row(out, "policy");
	if (!line) {
		buf_adds(out, "no line matches it: nothing rejects it\n");
		return;
	}
	buf_adds(out, line->allows ? "allowed by " : "rejected by ");
	add_path(out, line->text);
	if (line->origin) {
		buf_adds(out, " (");
		add_path(out, line->origin);
		buf_addf(out, ":%zu)\n", line->number);
	} else {
		buf_adds(out, " (built in)\n");
	}
	if (line->reason) {
		row(out, "");
		buf_adds(out, "because: ");
		add_path(out, line->reason);
		buf_adds(out, "\n");
	}
	for (rule = 0; e->decision.depends && rule < RULE_COUNT; rule++) {
		line = e->decision.allowing[rule];
		if (!line)
			continue;
		row(out, "");
		buf_addf(out, "only as %s it is allowed by ", rule_text((enum rule)rule)->id);
		add_path(out, line->text);
		buf_adds(out, "\n");
	}
}

void explain_file(struct buf *out, const struct explanation *e)
{
	add_path(out, e->shown);
	buf_addf(out, " (as in %s)\n", e->judged);
	say_what(out, e);
	say_writer(out, e);
	say_header(out, e);
	say_places(out, e);
	say_imports(out, e);
	say_django(out, e);
	say_policy(out, e);
	if (!e->finding->rule)
		return;
	row(out, "rule");
	buf_addf(out, "%s: ", rule_text(e->finding->rule)->id);
	report_message(out, e->finding);
	buf_adds(out, "\n");
	row(out, "fix");
	report_fix(out, e->report, e->finding);
	buf_adds(out, "\n");
}

static void row_wrapped(struct buf *out, const char *text, size_t width)
{
	buf_wrap(out, text, LABEL + 2, width);
	buf_adds(out, "\n");
}

void explain_rule(struct buf *out, enum rule rule, size_t width)
{
	const struct rule_text *text = rule_text(rule);

	buf_addf(out, "%s\n", text->id);
	row(out, "what");
	row_wrapped(out, text->summary, width);
	row(out, "why");
	row_wrapped(out, text->why, width);
	row(out, "example");
	row_wrapped(out, text->example, width);
	row(out, "fix");
	row_wrapped(out, text->fix, width);
}
