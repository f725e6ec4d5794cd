/* What --explain says, in plain words. */
#include <time.h>

#include "report/report.h"

/* The width of the labels; where lines are shorter than NARROW, a label has a line of its own. */
enum { LABEL = 18, NARROW = 60, CACHES_MAX = 24 };

static const char *const place_names[] = {"in the index", "in HEAD", "on disk", "in that revision"};

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

static void say_verdict(struct buf *out, const struct report *r, const struct explanation *e)
{
	const struct finding *f = &e->finding;
	bool bad = f->rule && f->severity != SEVERITY_NOTE;
	struct buf text = BUF_INIT, message = BUF_INIT;

	buf_addf(&text, "%s%s",
		f->rule && !bad   ? "harmless here, rejected in git as " :
		f->on_disk && bad ? "misleading, " :
		bad               ? "rejected as " :
		e->decision.line  ? "allowed by the policy" :
				    "nothing rejects it",
		f->rule ? rule_text(f->rule)->id : "");
	add_path(out, e->shown);
	buf_adds(out, ": ");
	report_colored(out, r, bad ? "1;31" : "32", text.ptr);
	buf_addf(out, " (%s)\n", place_names[e->judged]);
	if (f->rule) {
		report_message(&message, f);
		report_wrapped(out, r, message.ptr, 0, NULL);
	}
	buf_addc(out, '\n');
	buf_free(&text);
	buf_free(&message);
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
	if (e->link) {
		buf_adds(out, "\nlink\tthis is a symbolic link to ");
		add_path(out, e->link);
	}
}

static void add_writer(struct buf *out, const struct explanation *e)
{
	const struct bytecode_header *h = &e->file.header;
	enum bytecode_kind kind = e->file.name.kind;

	if (kind != BYTECODE_CACHE && kind != BYTECODE_LEGACY)
		return;
	buf_adds(out, "\ncompiled by\t");
	if (!e->file.header_read)
		buf_adds(out, "not known: it is a symbolic link, or too large to be read");
	else if (h->magic == MAGIC_NONE)
		buf_adds(out, "no Python: it does not begin as bytecode does");
	else if (h->magic == MAGIC_FOREIGN)
		buf_addf(out, "an interpreter with magic number %u, which is none of CPython's",
			h->number);
	else
		buf_addf(out, "CPython %u.%u%s (magic number %u)", h->version >> 8,
			h->version & 0xff, h->prerelease ? ", a pre-release" : "", h->number);
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
	const char *fit = e->file.source_present ? fits[e->file.fit] : "";
	time_t when = (time_t)h->mtime;
	char date[32] = "";
	struct tm utc;
	size_t i;

	if (!e->file.header_read || h->magic != MAGIC_KNOWN)
		return;
	buf_adds(out, "\nheader\t");
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
		for (i = 0; i < sizeof h->hash; i++)
			buf_addf(out, "%02x", h->hash[i]);
		buf_addf(out, "%s; %s", fit,
			h->invalidation == INVALIDATION_CHECKED_HASH ? "checked at import" :
								       "never checked");
	}
}

/* "in the index, not in HEAD, on disk": first the file, then its source. */
static void add_places(struct buf *out, const struct explanation *e)
{
	int source, i;

	for (source = 0; source < 1 || (source < 2 && e->finding.source); source++) {
		const char *comma = source ? ": " : "";

		buf_adds(out, source ? "\nits source\t" : "\nwhere it is\t");
		if (source)
			add_path(out, e->finding.source);
		for (i = 0; i < EXPLAIN_PLACES; i++) {
			const struct place *at = &e->places[i];

			if (!at->looked)
				continue;
			buf_addf(out, "%s%s%s", comma,
				(source ? at->source : at->file) ? "" : "not ", place_names[i]);
			comma = ", ";
		}
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
		loads == LOADS_SOURCE && x->package_present ?
			"imports the package beside it, not this file" :
		loads == LOADS_NOTHING && x->name.kind == BYTECODE_LEGACY && !x->name.optimized &&
				x->header_read && x->header.invalidation == INVALIDATION_UNKNOWN ?
			"tries to import this file and fails: ImportError" :
			does[loads]);
}

static void add_imports(struct buf *out, const struct explanation *e)
{
	enum bytecode_loads loads = e->finding.loads;
	bool times = loads == LOADS_CACHE_IF_MTIME_KEPT;

	if (!e->finding.on_disk) {
		add_loads(out, e, "after a checkout", times ? LOADS_SOURCE : loads);
		add_loads(out, e, "if times are kept", times ? LOADS_CACHE : loads);
		buf_adds(out, "\n\t(bind mounts, image layers, rsync -t and tar keep times; a "
			      "checkout sets new ones)");
	}
	if (e->places[EXPLAIN_DISK].file)
		add_loads(out, e, "here and now", e->now);
	if (e->finding.rule == RULE_GHOST_MODULE && e->file.header_read && e->file.header.version) {
		buf_adds(out, "\nother Pythons\tfail: ImportError: bad magic number in ");
		path_quote(out, e->file.name.module.ptr, e->file.name.module.len);
	}
}

/* Of a source: each cache, and so what an import loads. */
static void add_caches(struct buf *out, const struct explanation *e)
{
	bool on_disk = e->places[EXPLAIN_DISK].file, kept = false;
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
		buf_addf(out, "%s%s: ", i ? "\n\t" : "", f->on_disk ? "on disk" : "in git");
		path_quote(out, f->path, f->path_len);
		if (f->rule)
			buf_addf(out, " (%s)", rule_text(f->rule)->id);
	}
	if (i > CACHES_MAX)
		buf_addf(out, "\n\tand %zu more", i - CACHES_MAX);
	buf_adds(out, "\nan import\t");
	if (!instead) {
		buf_addf(out, "Python runs this source%s",
			kept && !on_disk ? ", or a cache where times are kept" : "");
		return;
	}
	add_version(out, instead->version);
	buf_adds(out, " runs ");
	path_quote(out, instead->path, instead->path_len);
	buf_addf(out, ", which %s this source",
		instead->rule == RULE_UNCHECKED_CACHE ? "does not match" : "was compiled from");
}

static void add_django(struct buf *out, const struct explanation *e)
{
	const struct bytecode_name *name = &e->file.name;
	const struct finding *f = &e->finding;
	struct bytecode_slice package = name->package;
	bool ghost = f->rule == RULE_GHOST_MODULE && f->loads != LOADS_SOURCE;
	size_t end = package.len ? path_base(package.ptr, package.len - 1) : 0;
	size_t start = end ? path_base(package.ptr, end - 1) : 0;

	if (!name->migration || !f->source)
		return;
	buf_adds(out, "\nDjango\t");
	if (!bytecode_is_migration_name(name->module.ptr, name->module.len)) {
		buf_adds(out, "takes a module of this name for no migration");
		return;
	}
	if (!e->file.migrations_loaded) {
		buf_adds(out, "does not load this migrations package: it has no __init__.py");
		return;
	}
	buf_adds(out, "migration ");
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
	int rule;

	if (!line) {
		buf_adds(out, "\npolicy\tno line matches it");
	} else {
		buf_addf(out, "\npolicy\t%s by ", line->allows ? "allowed" : "rejected");
		add_path(out, line->text);
		buf_adds(out, line->origin ? " (" : " (built in)");
		if (line->origin) {
			add_path(out, line->origin);
			buf_addf(out, ":%zu)", line->number);
		}
	}
	if (line && line->reason) {
		buf_adds(out, "\n\tbecause: ");
		add_path(out, line->reason);
	}
	for (rule = 0; e->decision.depends && rule < RULE_COUNT; rule++) {
		line = e->decision.allowing[rule];
		if (!line)
			continue;
		buf_addf(out, "\n\tonly as %s it is allowed by ", rule_text((enum rule)rule)->id);
		add_path(out, line->text);
	}
	if (r->unstaged)
		buf_adds(out, "\n\t.pycguard on disk allows this, but is not staged");
}

void explain_file(struct buf *out, const struct report *r, const struct explanation *e)
{
	struct buf text = BUF_INIT;

	say_verdict(out, r, e);
	add_kind(&text, e);
	add_writer(&text, e);
	add_header(&text, e);
	add_places(&text, e);
	if (e->file.name.kind != BYTECODE_NONE)
		add_imports(&text, e);
	if (e->is_source)
		add_caches(&text, e);
	add_django(&text, e);
	add_policy(&text, r, e);
	put_rows(out, r, &text);
	if (e->finding.rule) {
		buf_adds(out, "To fix it:\n  ");
		report_fix(out, r, &e->finding);
		buf_adds(out, e->finding.rule == RULE_GHOST_MODULE && !e->finding.on_disk ?
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
