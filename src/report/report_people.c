#include "report/report_people.h"

#include <string.h>

#include "base/path.h"

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
	if (r->color && head)
		buf_addf(out, "\033[%sm", sgr);
	buf_add(out, lines.ptr, lines.len < head ? lines.len : head);
	buf_adds(out, r->color && head ? "\033[m" : "");
	if (lines.len > head)
		buf_adds(out, lines.ptr + head);
	buf_addc(out, '\n');
	out->failed = out->failed || lines.failed;
	buf_free(&lines);
}

void report_heading(struct buf *out, const struct report *r, struct buf *line)
{
	report_wrapped(out, r, line->ptr, SIZE_MAX, "1");
	out->failed = out->failed || line->failed;
	buf_free(line);
}

void report_rule(struct buf *out, const struct report *r, const struct report_group *g)
{
	enum rule rule = g->items[0]->rule;
	const char *id = rule_text(rule)->id, *summary = report_summary(g->items[0]);
	struct buf text = BUF_INIT;
	bool migration = false;
	size_t i;

	for (i = 0; i < g->count; i++) {
		if (strcmp(report_summary(g->items[i]), summary) != 0)
			summary = rule_text(rule)->summary;
		migration = migration || report_names_migration(g->items[i]);
	}
	buf_addf(&text, "%s (%zu): %s", id, g->count, summary);
	if (migration)
		buf_adds(&text, "; in a migrations package, Django runs it as a migration");
	report_wrapped(out, r, text.ptr, strlen(id), "1;31");
	out->failed = out->failed || text.failed;
	buf_free(&text);
}

void report_file(struct buf *out, const struct report *r, const struct finding *f, bool with_rule)
{
	static const char *const causes[] = {
		[CAUSE_NONE] = "",
		[CAUSE_ADDED] = "  (added)",
		[CAUSE_CHANGED] = "  (changed)",
		[CAUSE_SOURCE_REMOVED] = "  (its source is removed)",
		[CAUSE_BEFORE] = "  (tracked already)",
	};

	buf_adds(out, "  ");
	path_quote(out, f->path, f->path_len);
	if (f->rule == RULE_POLICY) {
		buf_adds(out, "  ");
		path_quote(out, f->pattern, strlen(f->pattern));
	}
	if (with_rule) {
		buf_adds(out, "  ");
		report_colored(out, r, "1;31", rule_text(f->rule)->id);
	}
	report_colored(out, r, "2", causes[f->cause]);
	if (f->removed)
		buf_addf(out, "  (removed again by %.10s)", f->removed);
	buf_addc(out, '\n');
}

const char *report_noun(const struct report *r)
{
	size_t i;

	for (i = 0; i < r->findings->count; i++)
		if (r->findings->items[i].rule == RULE_POLICY)
			return "file";
	return "bytecode file";
}

void report_allow(struct buf *out, const struct report *r)
{
	buf_addf(out, "To allow a file on purpose: %s --allow PATH, then stage .pycguard.\n",
		r->program);
}

void report_all_clear(struct buf *out, const struct report *r, const char *unit)
{
	if (r->all_clear)
		buf_addf(out, "pycguard: %zu %s%s looked at, nothing to reject\n", r->checked, unit,
			amount_plural(r->checked));
}
