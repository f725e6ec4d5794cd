#include "report_people.h"

void report_colored(struct buf *out, const struct report *r, const char *sgr, const char *text)
{
	if (r->color)
		buf_addf(out, "\033[%sm%s\033[m", sgr, text);
	else
		buf_adds(out, text);
}

const char *report_cause(enum cause cause)
{
	static const char *const causes[] = {
		[CAUSE_NONE] = "",
		[CAUSE_ADDED] = "  (added)",
		[CAUSE_CHANGED] = "  (changed)",
		[CAUSE_SOURCE_REMOVED] = "  (its source is removed)",
		[CAUSE_BEFORE] = "  (there before)",
	};

	return causes[cause];
}

void report_heading(struct buf *out, const struct report *r, struct buf *line)
{
	report_colored(out, r, "1", line->ptr);
	buf_addc(out, '\n');
	out->failed = out->failed || line->failed;
	buf_free(line);
}

void report_all_clear(struct buf *out, const struct report *r, const char *unit)
{
	if (r->all_clear)
		buf_addf(out, "pycguard: %zu %s%s looked at, nothing to reject\n", r->checked, unit,
			amount_plural(r->checked));
}
