#include "report/report.h"

static const struct {
	const char *name;
	report_printer *print;
} formats[] = {
#define FORMAT(name, printer) {name, printer},
#include "report/formats.def"
#undef FORMAT
};

report_printer *format_named(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].print;
	return NULL;
}

enum severity report_severity(const struct report *r, const struct finding *f)
{
	return r->strict && f->severity == SEVERITY_WARNING ? SEVERITY_ERROR : f->severity;
}

bool report_rejects(const struct report *r, const struct finding *f)
{
	return report_severity(r, f) == SEVERITY_ERROR;
}

size_t report_rejected(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings->count; i++)
		n += report_rejects(r, &r->findings->items[i]);
	return n;
}

#define MODE(id, name) name,
const char *const report_mode_names[] = {REPORT_MODES};
#undef MODE

/* Each path once, though several commits may have it. */
void report_paths(struct buf *out, const struct report *r)
{
	struct pathset paths = {0};

	for (size_t i = 0; i < r->findings->count; i++) {
		const struct finding *f = &r->findings->items[i];

		if (report_rejects(r, f))
			pathset_add(&paths, f->path, f->path_len);
	}
	if (report_of_commits(r))
		pathset_sort(&paths);
	for (size_t i = 0; i < paths.count; i++)
		if (i == 0 || strcmp(paths.items[i - 1].path, paths.items[i].path) != 0)
			buf_add(out, paths.items[i].path, paths.items[i].len + 1);
	pathset_free(&paths);
}

void report_name(struct buf *out, const char *before, const char *name, const char *after)
{
	buf_adds(out, before);
	path_quote(out, name, strlen(name));
	buf_adds(out, after);
}

void report_colored(struct buf *out, const struct report *r, const char *sgr, const char *text)
{
	if (r->color && *text)
		buf_addf(out, "\033[%sm%s\033[m", sgr, text);
	else
		buf_adds(out, text);
}

void report_wrapped(
	struct buf *out, const struct report *r, const char *text, size_t head, const char *sgr)
{
	struct buf lines = BUF_INIT;

	buf_wrap(&lines, text, head ? 2 : 0, r->width ? r->width : 80);
	char *first = memory_text(lines.ptr, head);
	report_colored(out, r, sgr, first);
	buf_addf(out, "%s\n", lines.ptr + strlen(first));
	free(first);
	buf_free(&lines);
}

void report_fold(struct buf *text, size_t width, bool all)
{
	struct buf out = BUF_INIT;
	char *end;

	width = width ? width : 80;
	for (char *line = text->ptr; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		char *tab = strchr(line, '\t');
		bool fits = strlen(line) <= width;

		if (tab)
			*tab = '\0';
		buf_wrap(&out, line, 0, tab || (all && *line != ' ') ? width : SIZE_MAX);
		if (tab)
			buf_addf(&out, fits ? " %s" : "\n  %s", tab + 1);
		buf_addc(&out, '\n');
	}
	buf_free(text);
	*text = out;
}

const char *amount_plural(size_t n)
{
	return n == 1 ? "" : "s";
}

void amount_bytes(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double amount = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		buf_addf(out, "%" PRIu64 " byte%s", bytes, amount_plural((size_t)bytes));
		return;
	}
	/* Rounded, it must not read 1024.0 of the smaller unit. */
	for (; amount >= 1023.95 && unit + 1 < sizeof units / sizeof *units; unit++)
		amount /= 1024;
	buf_addf(out, "%.1f %s", amount, units[unit]);
}

int report_write(const struct buf *text)
{
	if (io_write_all(STDOUT_FILENO, text->ptr, text->len) < 0)
		return error_os(errno, "cannot write to standard output");
	return 0;
}

static bool ends_in(const struct finding *f, const char *ending)
{
	size_t len = strlen(ending);

	return f->path_len > len && memcmp(f->path + f->path_len - len, ending, len) == 0;
}

bool report_names_migration(const struct finding *f)
{
	size_t base = f->source ? path_base(f->source, strlen(f->source)) : 0;

	return f->migration && f->rule == RULE_GHOST_MODULE && ends_in(f, ".pyc") &&
	       bytecode_is_migration_name(f->source + base, strlen(f->source + base));
}

const char *report_summary(const struct finding *f)
{
	bool jython = ends_in(f, ".class");

	if (f->rule == RULE_GHOST_MODULE && jython)
		return "its source was deleted, but Jython still imports this file";
	if (f->rule == RULE_GHOST_MODULE && ends_in(f, ".pyo"))
		return "its source was deleted, but Python up to 3.4, run with -O, still imports "
		       "this file";
	if (f->rule != RULE_BYTECODE || !f->source)
		return rule_text(f->rule)->summary;
	if (path_base(f->path, f->path_len) != path_base(f->source, strlen(f->source)))
		return "compiled cache; Python regenerates it";
	return jython ? "compiled by Jython, which regenerates it" :
			"compiled file beside its source; Python 3 ignores it while the source is "
			"there";
}

void report_message(struct buf *out, const struct finding *f)
{
	bool ghost = f->rule == RULE_GHOST_MODULE, fails = ghost && f->loads == LOADS_NOTHING;
	const char *summary = report_summary(f), *at;
	size_t len = f->source ? strlen(f->source) : 0;

	if (f->rule == RULE_NONE) {
		buf_adds(out, "nothing rejects this file");
	} else if (f->rule == RULE_POLICY) {
		report_name(out, "the policy keeps this file out: ", f->pattern, "");
	} else if (f->rule == RULE_BYTECODE || !(at = strstr(summary, "source"))) {
		buf_adds(out, summary);
	} else { /* the source gets its name */
		at += strlen("source");
		buf_add(out, summary, (size_t)(at - summary));
		report_name(out, " ", f->source, at);
	}
	if (fails)
		buf_adds(out, ", and fails");
	if (f->source && f->source_present && (ghost || f->rule == RULE_ORPHANED_CACHE))
		buf_adds(out, " (there is a link of that name, which leads nowhere)");
	if (f->migrations_loaded && report_names_migration(f)) {
		size_t base = path_base(f->source, len);

		buf_adds(out, fails ? "; Django stops at it as migration " :
				      "; Django runs it as migration ");
		path_quote(out, f->source + base, len - base - strlen(".py"));
	}
	if (f->removed)
		buf_addf(out, "; commit %.10s removes it again, but it stays in the history",
			f->removed);
}
