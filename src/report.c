#include "report.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	report_printer *print;
} formats[] = {
#define FORMAT(name, printer) {name, printer},
#include "formats.def"
#undef FORMAT
};

report_printer *report_printer_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].print;
	return NULL;
}

const char *report_format_names(void)
{
#define FORMAT(name, printer) "|" name
	static const char names[] =
#include "formats.def"
		;
#undef FORMAT

	return names + 1;
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

void report_sentence(struct buf *out, const struct report *r, const struct finding *f)
{
	finding_message(out, f);
	if (f->commit)
		buf_addf(out, " (commit %s)", f->commit);
	buf_adds(out, ". To mend it: ");
	finding_fix(out, f, r->prefix);
}

const char *report_mode_name(enum report_mode mode)
{
	static const char *const names[] = {
		[REPORT_STAGED] = "staged",
		[REPORT_TRACKED] = "tracked",
		[REPORT_WORKTREE] = "worktree",
	};

	return names[mode];
}

void report_paths(struct buf *out, const struct report *r)
{
	size_t i;

	for (i = 0; i < r->findings->count; i++) {
		const struct finding *f = &r->findings->items[i];

		if (report_rejects(r, f))
			buf_add(out, f->path, f->path_len + 1);
	}
}

int report_write(const struct buf *text)
{
	size_t done = 0;

	if (buf_failed(text) < 0)
		return -1;
	while (done < text->len) {
		ssize_t n = write(STDOUT_FILENO, text->ptr + done, text->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_os(errno, "cannot write to standard output");
		done += (size_t)n;
	}
	return 0;
}
