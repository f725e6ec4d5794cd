/* What --explain says, in plain words. */
#include <time.h>

#include "report/report.h"

const char *const explain_places[] = {"in the index", "in HEAD", "on disk", "in that revision"};

/* The width of the labels; where lines are shorter than NARROW, a label has a line of its own. */
enum { LABEL = 18, NARROW = 60, CACHES_MAX = 24 };

/* Each line of the text is a row, "label\twords"; one without words is left out. */
static void put_rows(struct buf *out, const struct report *r, struct buf *text)
{
	size_t width = r->width ? r->width : 80, indent = width < NARROW ? 4 : LABEL + 2;
	char *label, *words, *rest;

	for (label = strtok_r(text->ptr, "\n", &rest); label; label = strtok_r(NULL, "\n", &rest)) {
		words = strchr(label, '\t');
		if (!words || !words[1])
			continue;
		*words++ = '\0';
		if (width >= NARROW)
			buf_addf(out, "  %-*s", LABEL, label);
		else
			buf_addf(out, "%s%s%s    ", *label ? "  " : "", label, *label ? "\n" : "");
		buf_wrap(out, words, indent, width);
		buf_addc(out, '\n');
	}
	buf_free(text);
}

static void add_version(struct buf *out, unsigned version)
{
	if (version)
		buf_addf(out, "Python %u.%u", version >> 8, version & 0xff);
	else
		buf_adds(out, "the interpreter that wrote it");
}

static void add_kind(struct buf *out, const struct explanation *e)
{
	static const char *const kinds[] = {
		[BYTECODE_NONE] = "not bytecode, by its name",
		[BYTECODE_CACHE] = "a cache in __pycache__",
		[BYTECODE_LEGACY] = "bytecode in the place of its source",
		[BYTECODE_JYTHON] = "bytecode of Jython, in the place of its source",
		[BYTECODE_EXTENSION] = "an extension module of Python for Windows: machine code",
	};
	const struct bytecode_name *name = &e->file.name;

	buf_addf(out, "kind of file\t%s", e->is_source ? "Python source" : kinds[name->kind]);
	if (name->kind == BYTECODE_CACHE && name->tag.ptr) {
		buf_adds(out, ", for ");
		path_quote(out, name->tag.ptr, name->tag.len);
	}
	if (name->level.ptr && name->level.len) {
		buf_adds(out, ", optimization level ");
		path_quote(out, name->level.ptr, name->level.len);
	} else if (name->optimized) {
		buf_adds(out, ", optimized (-O)");
	}
	if (e->link.len)
		report_name(out, "\nlink\tthis is a symbolic link to ", e->link.ptr, "");
}

static void add_header(struct buf *out, const struct explanation *e)
{
	static const char *const fits[] = {
		[FIT_UNKNOWN] = "",
		[FIT_EXACT] = ": the source's",
		[FIT_LINEENDS] = ": the source's, but for its line ends (autocrlf)",
		[FIT_NOT] = ": not the source's",
	};
	const struct bytecode_header *h = &e->file.header;
	const char *fit = e->file.source_present ? fits[e->file.facts.fit] : "";
	time_t when = (time_t)h->mtime;
	char date[32] = "";
	struct tm utc;

	buf_adds(out, "\ncompiled by\t");
	if (!e->file.header_read)
		buf_adds(out, "not known: it is a symbolic link, or too large to be read");
	else if (h->magic == MAGIC_NONE)
		buf_adds(out, "no Python: it does not begin as bytecode does");
	else if (h->magic == MAGIC_FOREIGN)
		buf_addf(out, "an interpreter with magic number %u, which is none of CPython's",
			h->number);
	if (!e->file.header_read || h->magic != MAGIC_KNOWN)
		return;
	buf_addf(out, "CPython %u.%u%s (magic number %u)\nheader\t", h->version >> 8,
		h->version & 0xff, h->prerelease ? ", a pre-release" : "", h->number);
	if (!h->complete) {
		buf_adds(out, "cut short");
	} else if (h->reserved) {
		buf_addf(out, "flags 0x%x that its Python does not know", h->flags);
	} else if (h->invalidation == INVALIDATION_TIMESTAMP) {
		if (gmtime_r(&when, &utc))
			strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S UTC", &utc);
		buf_addf(out, "the time of its source, %s", date);
		if (h->has_size)
			buf_addf(out, ", and its size, %u bytes%s", h->size, fit);
	} else {
		buf_adds(out, "the hash of its source, ");
		for (size_t i = 0; i < sizeof h->hash; i++)
			buf_addf(out, "%02x", h->hash[i]);
		buf_addf(out, "%s; %s", fit,
			h->invalidation == INVALIDATION_CHECKED_HASH ? "checked at import" :
								       "never checked");
	}
}

static void add_loads(
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
	const struct examined *x = &e->file;

	buf_addf(out, "\n%s\t", label);
	if (x->header_read && x->header.magic == MAGIC_NONE)
		buf_adds(out, "Python");
	else
		add_version(out, x->header_read ? x->header.version : 0);
	buf_addf(out, " %s",
		loads == LOADS_SOURCE && x->facts.package_present ?
			"imports the package beside it, not this file" :
		loads == LOADS_NOTHING && x->name.kind == BYTECODE_LEGACY && !x->name.optimized &&
				x->header_read && x->header.invalidation == INVALIDATION_UNKNOWN ?
			"tries to import this file and fails: ImportError" :
			does[loads]);
}

static void add_imports(struct buf *out, const struct explanation *e)
{
	enum bytecode_loads loads = e->finding->loads;
	bool times = loads == LOADS_CACHE_IF_MTIME_KEPT;

	if (!e->finding->on_disk) {
		add_loads(out, e, "after a checkout", times ? LOADS_SOURCE : loads);
		add_loads(out, e, "if times are kept", times ? LOADS_CACHE : loads);
		buf_adds(out, "\n\t(bind mounts, image layers, rsync -t and tar keep times; a "
			      "checkout sets new ones)");
	}
	if (e->here)
		add_loads(out, e, "here and now", e->now);
	if (e->finding->rule == RULE_GHOST_MODULE && e->file.header_read &&
		e->file.header.version) {
		buf_adds(out, "\nother Pythons\tfail: ImportError: bad magic number in ");
		path_quote(out, e->file.name.module.ptr, e->file.name.module.len);
	}
}

/* Of a source: each cache, and so what an import loads. */
static void add_caches(struct buf *out, const struct explanation *e)
{
	bool on_disk = e->here, kept = false;
	const struct finding *instead = NULL;
	size_t i;

	buf_addf(out, "\nits caches\t%s", e->caches.count ? "" : "none");
	for (i = 0; i < e->caches.count; i++) {
		const struct finding *f = &e->caches.items[i];

		if (f->loads == LOADS_CACHE && (f->on_disk || !on_disk))
			instead = f;
		kept = kept || f->loads == LOADS_CACHE_IF_MTIME_KEPT;
		if (i >= CACHES_MAX)
			continue;
		buf_adds(out, i ? "\n\t" : "");
		report_name(out, f->on_disk ? "on disk: " : "in git: ", f->path, "");
		if (f->rule)
			buf_addf(out, " (%s)", rule_text(f->rule)->id);
	}
	if (i > CACHES_MAX)
		buf_addf(out, "\n\tand %zu more", i - CACHES_MAX);
	buf_adds(out, "\nan import\t");
	if (instead) {
		add_version(out, instead->version);
		report_name(out, " runs ", instead->path,
			instead->rule == RULE_UNCHECKED_CACHE ?
				", which does not match this source" :
				", which was compiled from this source");
	} else {
		buf_addf(out, "Python runs this source%s",
			kept && !on_disk ? ", or a cache where times are kept" : "");
	}
}

static void add_django(struct buf *out, const struct explanation *e)
{
	const struct bytecode_name *name = &e->file.name;
	const struct finding *f = e->finding;
	struct bytecode_slice package = name->package;
	bool ghost = f->rule == RULE_GHOST_MODULE && f->loads != LOADS_SOURCE;
	size_t end = package.len ? path_base(package.ptr, package.len - 1) : 0;
	size_t start = end ? path_base(package.ptr, end - 1) : 0;

	if (!name->migration || !f->source)
		return;
	const char *not_run =
		!bytecode_is_migration_name(name->module.ptr, name->module.len) ?
			"does not take a module of this name for a migration" :
		!e->file.migrations_loaded ?
			"does not load this migrations package: it has no __init__.py" :
			NULL;
	buf_addf(out, "\nDjango\t%s", not_run ? not_run : "migration ");
	if (not_run)
		return;
	path_quote(out, name->module.ptr, name->module.len);
	if (end) { /* the directory above `migrations`: the label that Django gives the app */
		buf_adds(out, " of app ");
		path_quote(out, package.ptr + start, end - 1 - start);
	}
	buf_adds(out,
		ghost && f->loads == LOADS_CACHE ?
			": this file is that migration, and Django runs it; under another Python "
			"it says \"Couldn't import ... as it appears to be a stale .pyc file\"" :
		ghost && !name->optimized ?
			": Django lists this file as that migration, and fails to import it" :
		f->loads == LOADS_CACHE ?
			": Django runs what this file says, not the source" :
		f->loads == LOADS_CACHE_IF_MTIME_KEPT ?
			": Django runs this file if times were kept, else the source" :
		f->source_present ? ": Django runs the source" :
				    ": Django does not see it, and runs nothing of that name");
}

static void add_policy(struct buf *out, const struct report *r, const struct explanation *e)
{
	const struct policy_line *line = e->decision.line;

	if (!line)
		buf_adds(out, "\npolicy\tno line matches it");
	else
		report_name(out, line->allows ? "\npolicy\tallowed by " : "\npolicy\trejected by ",
			line->text, line->origin ? " (" : " (built in)");
	if (line && line->origin) {
		report_name(out, "", line->origin, "");
		buf_addf(out, ":%zu)", line->number);
	}
	if (line && line->reason)
		report_name(out, "\n\tbecause: ", line->reason, "");
	for (int rule = 0; e->decision.depends && rule < RULE_COUNT; rule++) {
		line = e->decision.allowing[rule];
		if (!line)
			continue;
		buf_addf(out, "\n\tonly as %s", rule_text((enum rule)rule)->id);
		report_name(out, " it is allowed by ", line->text, "");
	}
	if (r->unstaged)
		buf_adds(out, "\n\t.pycguard on disk allows this, but is not staged");
}

void explain_file(struct buf *out, const struct report *r, const struct explanation *e)
{
	const struct finding *f = e->finding;
	bool bad = f->rule && f->severity != SEVERITY_NOTE;
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s%s",
		f->rule && !bad   ? "harmless here, rejected in git as " :
		f->on_disk && bad ? "misleading, " :
		bad               ? "rejected as " :
		e->decision.line  ? "allowed by the policy" :
				    "nothing rejects it",
		f->rule ? rule_text(f->rule)->id : "");
	report_name(out, "", e->shown, ": ");
	report_colored(out, r, bad ? "1;31" : "32", text.ptr);
	buf_addf(out, " (%s)\n", explain_places[e->judged]);
	buf_clear(&text);
	if (f->rule) {
		report_message(&text, f);
		report_wrapped(out, r, text.ptr, 0, NULL);
		buf_clear(&text);
	}
	buf_addc(out, '\n');
	add_kind(&text, e);
	if (e->file.name.kind == BYTECODE_CACHE || e->file.name.kind == BYTECODE_LEGACY)
		add_header(&text, e);
	buf_addf(&text, "\nwhere it is\t%s", e->where.ptr);
	if (f->source) {
		report_name(&text, "\nits source\t", f->source, ": ");
		buf_adds(&text, e->source_where.ptr);
	}
	if (e->file.name.kind != BYTECODE_NONE)
		add_imports(&text, e);
	if (e->is_source)
		add_caches(&text, e);
	add_django(&text, e);
	add_policy(&text, r, e);
	put_rows(out, r, &text);
	if (f->rule) {
		buf_adds(out, "To fix it:\n  ");
		report_fix(out, r, f);
		buf_adds(out, f->rule == RULE_GHOST_MODULE && !f->on_disk ?
				      "\n  pycguard --clean\n" :
				      "\n");
	}
}

void explain_rule(struct buf *out, const struct report *r, enum rule rule)
{
	const struct rule_text *t = rule_text(rule);
	struct buf text = BUF_INIT;

	report_colored(out, r, "1;31", t->id);
	buf_addc(out, '\n');
	buf_addf(&text, "what it means\t%s\nwhy it matters\t%s\nfor example\t%s\nto fix it\t%s",
		t->summary, t->why, t->example, t->fix);
	put_rows(out, r, &text);
}
