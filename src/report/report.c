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

static int by_path(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a;
	const struct finding *y = *(const struct finding *const *)b;

	return strcmp(x->path, y->path);
}

/* Each path once, though several commits may have it. */
void report_paths(struct buf *out, const struct report *r)
{
	const struct finding **sorted = malloc((r->findings->count + 1) * sizeof *sorted);
	size_t i, count = 0;

	if (!sorted) {
		out->failed = true;
		return;
	}
	for (i = 0; i < r->findings->count; i++)
		if (report_rejects(r, &r->findings->items[i]))
			sorted[count++] = &r->findings->items[i];
	if (report_of_commits(r))
		qsort(sorted, count, sizeof *sorted, by_path);
	for (i = 0; i < count; i++)
		if (i == 0 || !report_of_commits(r) || by_path(&sorted[i - 1], &sorted[i]) != 0)
			buf_add(out, sorted[i]->path, sorted[i]->path_len + 1);
	free(sorted);
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
	struct buf lines = BUF_INIT, first = BUF_INIT;

	buf_wrap(&lines, text, head ? 2 : 0, r->width ? r->width : 80);
	buf_add(&first, lines.ptr, lines.len < head ? lines.len : head);
	report_colored(out, r, sgr, first.ptr);
	buf_adds(out, lines.ptr + first.len);
	buf_addc(out, '\n');
	out->failed = out->failed || lines.failed || first.failed;
	buf_free(&lines);
	buf_free(&first);
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
	if (buf_failed(text) < 0)
		return -1;
	if (io_write_all(STDOUT_FILENO, text->ptr, text->len) < 0)
		return error_os(errno, "cannot write to standard output");
	return 0;
}
