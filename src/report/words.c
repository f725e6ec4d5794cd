/* What a finding is, in words. */
#include "report/report.h"

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

/* Append a sentence of rules.def in which the source gets its name. */
static void add_naming(struct buf *out, const char *sentence, const char *source)
{
	const char *at = strstr(sentence, "source");
	size_t len = at ? (size_t)(at - sentence) + strlen("source") : 0;

	buf_add(out, sentence, len);
	if (at) {
		buf_addc(out, ' ');
		path_quote(out, source, strlen(source));
	}
	buf_adds(out, sentence + len);
}

void report_message(struct buf *out, const struct finding *f)
{
	bool ghost = f->rule == RULE_GHOST_MODULE, fails = ghost && f->loads == LOADS_NOTHING;
	size_t len = f->source ? strlen(f->source) : 0;

	if (f->rule == RULE_NONE) {
		buf_adds(out, "nothing rejects this file");
	} else if (f->rule == RULE_POLICY) {
		buf_adds(out, "the policy keeps this file out: ");
		path_quote(out, f->pattern, strlen(f->pattern));
	} else if (f->rule == RULE_BYTECODE) {
		buf_adds(out, report_summary(f));
	} else {
		add_naming(out, report_summary(f), f->source);
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
