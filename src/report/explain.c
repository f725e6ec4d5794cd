#include "report/explain.h"

#include <string.h>
#include <time.h>

#include "base/path.h"

/* The width of the labels; where lines are shorter than NARROW, a label has a line of its own. */
enum { LABEL = 18, NARROW = 60, CACHES_MAX = 24 };

/* Takes the text; it is as new afterwards. The label is "" for a further line of the row above. */
static void row(struct buf *out, const struct report *r, const char *label, struct buf *text)
{
	size_t width = r->width ? r->width : 80, indent = width < NARROW ? 4 : LABEL + 2;

	if (width >= NARROW)
		buf_addf(out, "  %-*s", LABEL, label);
	else
		buf_addf(out, "%s%s%s    ", *label ? "  " : "", label, *label ? "\n" : "");
	buf_wrap(out, text->ptr, indent, width);
	buf_addc(out, '\n');
	out->failed = out->failed || text->failed;
	buf_free(text);
}

static void add_path(struct buf *out, const char *path)
{
	path_quote(out, path, strlen(path));
}

static void add_version(struct buf *out, unsigned version)
{
	if (version)
		buf_addf(out, "Python %u.%u", version >> 8, version & 0xff);
	else
		buf_adds(out, "the interpreter that wrote it");
}

static void say_verdict(struct buf *out, const struct explanation *e)
{
	const struct finding *f = e->finding;
	const char *id = rule_text(f->rule)->id;
	struct buf text = BUF_INIT;
	bool bad = f->rule && f->severity != SEVERITY_NOTE;

	if (!f->rule)
		buf_adds(&text, e->decision.line ? "allowed by the policy" : "nothing rejects it");
	else if (!bad)
		buf_addf(&text, "harmless here, rejected in git as %s", id);
	else
		buf_addf(&text, f->on_disk ? "misleading, %s" : "rejected as %s", id);
	add_path(out, e->shown);
	buf_adds(out, ": ");
	report_colored(out, e->report, bad ? "1;31" : "32", text.ptr);
	buf_addf(out, " (%s)\n", e->judged);
	out->failed = out->failed || text.failed;
	if (f->rule) {
		buf_clear(&text);
		report_message(&text, f);
		report_wrapped(out, e->report, text.ptr, 0, NULL);
	}
	buf_addc(out, '\n');
	out->failed = out->failed || text.failed;
	buf_free(&text);
}

static void say_kind(struct buf *out, const struct explanation *e)
{
	static const char *const kinds[] = {
		[BYTECODE_NONE] = "not bytecode, by its name",
		[BYTECODE_CACHE] = "a cache in __pycache__",
		[BYTECODE_LEGACY] = "bytecode in the place of its source",
		[BYTECODE_JYTHON] = "bytecode of Jython, in the place of its source",
		[BYTECODE_EXTENSION] = "an extension module of Python for Windows: machine code",
	};
	const struct bytecode_name *name = &e->file->name;
	struct buf text = BUF_INIT;

	buf_adds(&text, e->caches ? "Python source" : kinds[name->kind]);
	if (name->kind == BYTECODE_CACHE && name->tag.ptr) {
		buf_adds(&text, ", for ");
		path_quote(&text, name->tag.ptr, name->tag.len);
	}
	if (name->level.ptr && name->level.len) {
		buf_adds(&text, ", optimization level ");
		path_quote(&text, name->level.ptr, name->level.len);
	} else if (name->optimized) {
		buf_adds(&text, ", optimized (-O)");
	}
	row(out, e->report, "kind of file", &text);
	if (e->link) {
		buf_adds(&text, "this is a symbolic link to ");
		add_path(&text, e->link);
		row(out, e->report, "link", &text);
	}
}

static void say_writer(struct buf *out, const struct explanation *e)
{
	const struct bytecode_header *h = &e->file->header;
	struct buf text = BUF_INIT;

	if (!e->file->header_read)
		buf_adds(&text, "not known: it is a symbolic link, or too large to be read");
	else if (h->magic == MAGIC_NONE)
		buf_adds(&text, "no Python: it does not begin as bytecode does");
	else if (h->magic == MAGIC_FOREIGN)
		buf_addf(&text, "an interpreter with magic number %u, which is none of CPython's",
			h->number);
	else
		buf_addf(&text, "CPython %u.%u%s (magic number %u)", h->version >> 8,
			h->version & 0xff, h->prerelease ? ", a pre-release" : "", h->number);
	row(out, e->report, "compiled by", &text);
}

static void say_header(struct buf *out, const struct explanation *e)
{
	static const char *const fits[] = {
		[FIT_UNKNOWN] = "",
		[FIT_EXACT] = ": the source's",
		[FIT_LINEENDS] = ": the source's, but for its line ends (autocrlf)",
		[FIT_NOT] = ": not the source's",
	};
	const struct bytecode_header *h = &e->file->header;
	const char *fit = e->file->source_present ? fits[e->file->fit] : "";
	time_t when = (time_t)h->mtime;
	struct buf text = BUF_INIT;
	char date[32] = "";
	struct tm utc;
	size_t i;

	if (!e->file->header_read || h->magic != MAGIC_KNOWN)
		return;
	if (!h->complete) {
		buf_adds(&text, "cut short");
	} else if (h->reserved) {
		buf_addf(&text, "flags 0x%x that its Python does not know", h->flags);
	} else if (h->invalidation == INVALIDATION_TIMESTAMP) {
		if (gmtime_r(&when, &utc))
			strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S UTC", &utc);
		buf_addf(&text, "the time of its source, %s", date);
		if (h->has_size)
			buf_addf(&text, ", and its size, %u bytes%s", h->size, fit);
	} else {
		buf_adds(&text, "the hash of its source, ");
		for (i = 0; i < sizeof h->hash; i++)
			buf_addf(&text, "%02x", h->hash[i]);
		buf_addf(&text, "%s; %s", fit,
			h->invalidation == INVALIDATION_CHECKED_HASH ? "checked at import" :
								       "never checked");
	}
	row(out, e->report, "header", &text);
}

/* "in the index, not in HEAD, on disk" */
static void add_places(struct buf *out, const struct explanation *e, bool source)
{
	static const char *const names[] = {"in the index", "in HEAD", "on disk"};
	const char *comma = "";
	size_t i;

	for (i = 0; i < EXPLAIN_PLACES; i++) {
		if (!e->places[i].looked)
			continue;
		buf_addf(out, "%s%s%s", comma,
			(source ? e->places[i].source : e->places[i].file) ? "" : "not ", names[i]);
		comma = ", ";
	}
}

static void say_places(struct buf *out, const struct explanation *e)
{
	struct buf text = BUF_INIT;

	add_places(&text, e, false);
	if (text.len)
		row(out, e->report, "where it is", &text);
	if (!e->finding->source)
		return;
	add_path(&text, e->finding->source);
	buf_adds(&text, ": ");
	add_places(&text, e, true);
	row(out, e->report, "its source", &text);
}

static void say_loads(
	struct buf *out, const struct explanation *e, const char *label, enum bytecode_loads loads)
{
	static const char *const does[] = {
		[LOADS_UNKNOWN] =
			"imports either this file or the source: that cannot be told here",
		[LOADS_CACHE] = "runs this file",
		[LOADS_SOURCE] = "runs the source, not this file",
		[LOADS_CACHE_IF_MTIME_KEPT] = "runs this file if the source's time is the header's",
		[LOADS_NOTHING] = "finds nothing to import: ModuleNotFoundError",
	};
	const struct examined *x = e->file;
	struct buf text = BUF_INIT;

	if (x->header_read && x->header.magic == MAGIC_NONE)
		buf_adds(&text, "Python");
	else
		add_version(&text, x->header_read ? x->header.version : 0);
	buf_addf(&text, " %s",
		loads == LOADS_SOURCE && x->package_present ?
			"imports the package beside it, not this file" :
		loads == LOADS_NOTHING && x->name.kind == BYTECODE_LEGACY && !x->name.optimized &&
				x->header_read && x->header.invalidation == INVALIDATION_UNKNOWN ?
			"tries to import this file and fails: ImportError" :
			does[loads]);
	row(out, e->report, label, &text);
}

static void say_imports(struct buf *out, const struct explanation *e)
{
	enum bytecode_loads loads = e->finding->loads;
	bool times = loads == LOADS_CACHE_IF_MTIME_KEPT;
	struct buf text = BUF_INIT;

	if (!e->finding->on_disk) {
		say_loads(out, e, "after a checkout", times ? LOADS_SOURCE : loads);
		say_loads(out, e, "if times are kept", times ? LOADS_CACHE : loads);
		buf_adds(&text,
			"(bind mounts, image layers, rsync -t and tar keep times; a checkout "
			"sets new ones)");
		row(out, e->report, "", &text);
	}
	if (e->places[EXPLAIN_DISK].file)
		say_loads(out, e, "here and now", e->now);
	if (e->finding->rule == RULE_GHOST_MODULE && e->file->header_read &&
		e->file->header.version) {
		buf_adds(&text, "fail: ImportError: bad magic number in ");
		path_quote(&text, e->file->name.module.ptr, e->file->name.module.len);
		row(out, e->report, "other Pythons", &text);
	}
}

/* Of a source: each cache, and so what an import loads. */
static void say_caches(struct buf *out, const struct explanation *e)
{
	const struct finding_list *list = e->caches;
	const struct finding *instead = NULL;
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct finding *f = &list->items[i];

		if (f->loads == LOADS_CACHE && (f->on_disk || !e->places[EXPLAIN_DISK].file))
			instead = f;
		if (i >= CACHES_MAX)
			continue;
		buf_addf(&text, "%s: ", f->on_disk ? "on disk" : "in git");
		path_quote(&text, f->path, f->path_len);
		if (f->rule)
			buf_addf(&text, " (%s)", rule_text(f->rule)->id);
		row(out, e->report, i ? "" : "its caches", &text);
	}
	if (i > CACHES_MAX)
		buf_addf(&text, "and %zu more", i - CACHES_MAX);
	if (i == 0)
		buf_adds(&text, "none");
	if (text.len)
		row(out, e->report, i ? "" : "its caches", &text);
	if (instead) {
		add_version(&text, instead->version);
		buf_adds(&text, " runs ");
		path_quote(&text, instead->path, instead->path_len);
		buf_adds(&text, instead->rule == RULE_UNCHECKED_CACHE ?
					", which does not match this source" :
					", which was compiled from this source");
	} else {
		buf_adds(&text, "Python runs this source");
		for (i = 0; i < list->count; i++)
			if (list->items[i].loads == LOADS_CACHE_IF_MTIME_KEPT)
				break;
		if (i < list->count && !e->places[EXPLAIN_DISK].file)
			buf_adds(&text, ", or a cache where times are kept");
	}
	row(out, e->report, "an import", &text);
}

static void say_django(struct buf *out, const struct explanation *e)
{
	const struct bytecode_name *name = &e->file->name;
	const struct finding *f = e->finding;
	struct bytecode_slice package = name->package;
	bool ghost = f->rule == RULE_GHOST_MODULE && f->loads != LOADS_SOURCE;
	size_t end = package.len ? path_base(package.ptr, package.len - 1) : 0;
	size_t start = end ? path_base(package.ptr, end - 1) : 0;
	struct buf text = BUF_INIT;

	if (!name->migration || !f->source)
		return;
	if (!bytecode_is_migration_name(name->module.ptr, name->module.len)) {
		buf_adds(&text, "takes a module of this name for no migration");
	} else if (!e->file->migrations_loaded) {
		buf_adds(&text, "does not load this migrations package: it has no __init__.py");
	} else {
		buf_adds(&text, "migration ");
		path_quote(&text, name->module.ptr, name->module.len);
		if (end) { /* the directory above `migrations`: the label that Django gives the app */
			buf_adds(&text, " of app ");
			path_quote(&text, package.ptr + start, end - 1 - start);
		}
		buf_adds(&text,
			ghost && f->loads == LOADS_CACHE ?
				": this file is that migration, and Django runs it; under another "
				"Python it says \"Couldn't import ... as it appears to be a stale .pyc "
				"file\"" :
			ghost && !name->optimized ?
				": Django lists this file as that migration, and fails to import it" :
			f->loads == LOADS_CACHE ?
				": Django runs what this file says, not the source" :
			f->loads == LOADS_CACHE_IF_MTIME_KEPT ?
				": Django runs this file if times were kept, else the source" :
			f->source_present ?
				": Django runs the source" :
				": Django does not see it, and runs nothing of that name");
	}
	row(out, e->report, "Django", &text);
}

static void say_policy(struct buf *out, const struct explanation *e)
{
	const struct policy_line *line = e->decision.line;
	struct buf text = BUF_INIT;
	int rule;

	if (!line) {
		buf_adds(&text, "no line matches it");
	} else {
		buf_adds(&text, line->allows ? "allowed by " : "rejected by ");
		add_path(&text, line->text);
		buf_adds(&text, line->origin ? " (" : " (built in)");
		if (line->origin) {
			add_path(&text, line->origin);
			buf_addf(&text, ":%zu)", line->number);
		}
	}
	row(out, e->report, "policy", &text);
	if (line && line->reason) {
		buf_adds(&text, "because: ");
		add_path(&text, line->reason);
		row(out, e->report, "", &text);
	}
	for (rule = 0; e->decision.depends && rule < RULE_COUNT; rule++) {
		line = e->decision.allowing[rule];
		if (!line)
			continue;
		buf_addf(&text, "only as %s it is allowed by ", rule_text((enum rule)rule)->id);
		add_path(&text, line->text);
		row(out, e->report, "", &text);
	}
	if (e->report->unstaged) {
		buf_adds(&text, ".pycguard on disk allows this, but is not staged");
		row(out, e->report, "", &text);
	}
}

void explain_file(struct buf *out, const struct explanation *e)
{
	enum bytecode_kind kind = e->file->name.kind;

	say_verdict(out, e);
	say_kind(out, e);
	if (kind == BYTECODE_CACHE || kind == BYTECODE_LEGACY)
		say_writer(out, e);
	say_header(out, e);
	say_places(out, e);
	if (kind != BYTECODE_NONE)
		say_imports(out, e);
	if (e->caches)
		say_caches(out, e);
	say_django(out, e);
	say_policy(out, e);
	if (e->finding->rule) {
		buf_adds(out, "To fix it:\n  ");
		report_fix(out, e->report, e->finding);
		buf_adds(out, e->finding->rule == RULE_GHOST_MODULE && !e->finding->on_disk ?
				      "\n  pycguard --clean\n" :
				      "\n");
	}
}

void explain_rule(struct buf *out, enum rule rule, const struct report *r)
{
	static const char *const labels[] = {
		"what it means", "why it matters", "for example", "to fix it"};
	const struct rule_text *t = rule_text(rule);
	const char *const texts[] = {t->summary, t->why, t->example, t->fix};
	struct buf text = BUF_INIT;
	size_t i;

	report_colored(out, r, "1;31", t->id);
	buf_addc(out, '\n');
	for (i = 0; i < 4; i++) {
		buf_adds(&text, texts[i]);
		row(out, r, labels[i], &text);
	}
}
