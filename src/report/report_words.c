#include <string.h>

#include "base/path.h"
#include "report/report.h"

static bool has_ending(const struct finding *f, const char *ending)
{
	size_t len = strlen(ending);

	return f->path_len > len && memcmp(f->path + f->path_len - len, ending, len) == 0;
}

bool report_names_migration(const struct finding *f)
{
	size_t base = f->source ? path_base(f->source, strlen(f->source)) : 0;

	return f->migration && f->rule == RULE_GHOST_MODULE && has_ending(f, ".pyc") &&
	       bytecode_is_migration_name(f->source + base, strlen(f->source + base));
}

static const char *summary_of_ghost(const struct finding *f)
{
	if (has_ending(f, ".class"))
		return "its source was deleted, but Jython still imports this file";
	if (has_ending(f, ".pyo"))
		return "its source was deleted, but Python up to 3.4, run with -O, still imports "
		       "this file";
	return rule_text(RULE_GHOST_MODULE)->summary;
}

static const char *summary_of_bytecode(const struct finding *f)
{
	if (!f->source)
		return rule_text(RULE_BYTECODE)->summary;
	if (path_base(f->path, f->path_len) != path_base(f->source, strlen(f->source)))
		return "compiled cache; Python regenerates it";
	if (has_ending(f, ".class"))
		return "compiled by Jython, which regenerates it";
	return "compiled file beside its source; Python 3 ignores it while the source is there";
}

const char *report_summary(const struct finding *f)
{
	if (f->rule == RULE_GHOST_MODULE)
		return summary_of_ghost(f);
	if (f->rule == RULE_BYTECODE)
		return summary_of_bytecode(f);
	return rule_text(f->rule)->summary;
}

/* Append a sentence of rules.def in which the words "source" or "its source" get a name. */
static void add_naming(struct buf *out, const char *sentence, const char *words, const char *path)
{
	const char *at = strstr(sentence, words);

	if (!at) {
		buf_adds(out, sentence);
		return;
	}
	at += strlen(words);
	buf_add(out, sentence, (size_t)(at - sentence));
	buf_addc(out, ' ');
	path_quote(out, path, strlen(path));
	buf_adds(out, at);
}

static void say_migration(struct buf *out, const struct finding *f)
{
	size_t len = strlen(f->source), base = path_base(f->source, len);

	buf_adds(out, f->loads == LOADS_NOTHING ? "; Django stops at it as migration " :
						  "; Django runs it as migration ");
	path_quote(out, f->source + base, len - base - (sizeof ".py" - 1));
}

static void say_rule(struct buf *out, const struct finding *f)
{
	const char *sentence = report_summary(f);

	if (f->rule == RULE_NONE) {
		buf_adds(out, "nothing rejects this file");
	} else if (f->rule == RULE_POLICY) {
		buf_adds(out, "the policy keeps this file out: ");
		path_quote(out, f->pattern, strlen(f->pattern));
	} else if (f->rule == RULE_STALE_CACHE) {
		add_naming(out, sentence, "the source", f->source);
	} else if (f->rule != RULE_BYTECODE) {
		add_naming(out, sentence, "its source", f->source);
	} else {
		buf_adds(out, sentence);
	}
	if (f->rule == RULE_GHOST_MODULE && f->loads == LOADS_NOTHING)
		buf_adds(out, ", and fails");
	if (f->source && f->source_present &&
		(f->rule == RULE_GHOST_MODULE || f->rule == RULE_ORPHANED_CACHE))
		buf_adds(out, " (there is a link of that name, which leads nowhere)");
}

void report_message(struct buf *out, const struct finding *f)
{
	say_rule(out, f);
	if (f->migrations_loaded && report_names_migration(f))
		say_migration(out, f);
	if (f->removed)
		buf_addf(out, "; commit %.10s removes it again, but it stays in the history",
			f->removed);
}
