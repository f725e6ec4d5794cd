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
	size_t i;

	for (i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].print;
	return NULL;
}

bool report_rejects(const struct report *r, const struct finding *f)
{
	return f->severity == SEVERITY_ERROR || (r->strict && f->severity == SEVERITY_WARNING);
}

enum severity report_severity(const struct report *r, const struct finding *f)
{
	return report_rejects(r, f) ? SEVERITY_ERROR : f->severity;
}

size_t report_rejected(const struct report *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->findings->count; i++)
		n += report_rejects(r, &r->findings->items[i]);
	return n;
}

const char *report_mode_name(enum report_mode mode)
{
	static const char *const names[] = {
		[REPORT_STAGED] = "staged",
		[REPORT_TRACKED] = "tracked",
		[REPORT_WORKTREE] = "worktree",
		[REPORT_RANGE] = "range",
		[REPORT_HISTORY] = "history",
		[REPORT_PUSH] = "push",
		[REPORT_RECEIVE] = "receive",
	};

	return names[mode];
}

bool report_of_commits(const struct report *r)
{
	return r->mode >= REPORT_RANGE;
}

/* Each path once, though several commits may have it. */
void report_paths(struct buf *out, const struct report *r)
{
	struct pathset paths = PATHSET_INIT;
	size_t i;

	for (i = 0; i < r->findings->count; i++) {
		const struct finding *f = &r->findings->items[i];

		if (report_rejects(r, f))
			pathset_add(&paths, f->path, f->path_len);
	}
	if (report_of_commits(r))
		pathset_sort(&paths);
	for (i = 0; i < paths.count; i++)
		if (i == 0 || strcmp(paths.items[i - 1].path, paths.items[i].path) != 0)
			buf_add(out, paths.items[i].path, paths.items[i].len + 1);
	pathset_free(&paths);
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
	char *first;

	buf_wrap(&lines, text, head ? 2 : 0, r->width ? r->width : 80);
	first = memory_text(lines.ptr, head);
	report_colored(out, r, sgr, first);
	buf_addf(out, "%s\n", lines.ptr + strlen(first));
	free(first);
	buf_free(&lines);
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
