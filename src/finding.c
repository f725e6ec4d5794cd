#include "finding.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "path.h"
#include "siphash.h"

void finding_clear(struct finding *f)
{
	free(f->path);
	free(f->pattern);
	free(f->source);
	free(f->commit);
	free(f->subject);
	free(f->removed);
	*f = (struct finding){0};
}

const char *severity_name(enum severity s)
{
	static const char *const names[] = {"note", "warning", "error"};

	return names[s];
}

/* The module's name: the last component of the source without .py. */
static void add_module(struct buf *out, const struct finding *f)
{
	size_t len = strlen(f->source), base = path_base(f->source, len);

	path_quote(out, f->source + base, len - base - (sizeof ".py" - 1));
}

static bool has_ending(const struct finding *f, const char *ending)
{
	size_t len = strlen(ending);

	return f->path_len > len && memcmp(f->path + f->path_len - len, ending, len) == 0;
}

bool finding_names_migration(const struct finding *f)
{
	size_t base = f->source ? path_base(f->source, strlen(f->source)) : 0;

	return f->migration && f->rule == RULE_GHOST_MODULE && has_ending(f, ".pyc") &&
	       bytecode_is_migration_name(f->source + base, strlen(f->source + base));
}

static void say_ghost(struct buf *out, const struct finding *f)
{
	bool fails = f->loads == LOADS_NOTHING;

	if (has_ending(f, ".pyo"))
		buf_addf(out, "Python up to 3.4, run with -O, %s this file",
			fails ? "tries to import" : "imports");
	else if (has_ending(f, ".class"))
		buf_adds(out, "Jython imports this file");
	else
		buf_adds(out, fails ? "Python tries to import this file, and fails" :
				      "Python imports this file");
	buf_adds(out, ", for its source ");
	path_quote(out, f->source, strlen(f->source));
	buf_adds(out, f->source_present ? " is a link that leads nowhere" : " is gone");
	if (!f->migrations_loaded || !finding_names_migration(f))
		return;
	buf_addf(out, "; Django %s it as migration ", fails ? "stops at" : "runs");
	add_module(out, f);
}

static void say_source(
	struct buf *out, const char *before, const struct finding *f, const char *after)
{
	buf_adds(out, before);
	path_quote(out, f->source, strlen(f->source));
	buf_adds(out, after);
}

static void say_rule(struct buf *out, const struct finding *f)
{
	switch (f->rule) {
	case RULE_GHOST_MODULE:
		say_ghost(out, f);
		break;
	case RULE_UNCHECKED_CACHE:
		say_source(out, "Python runs this cache without looking at ", f,
			", whose text it does not match");
		break;
	case RULE_ORPHANED_CACHE:
		say_source(out, "this is the cache of ", f,
			f->source_present ?
				", a link that leads nowhere: Python never loads it" :
				", which is gone: Python never loads it, and nothing will renew it");
		break;
	case RULE_STALE_CACHE:
		say_source(out, "this is a cache of another text than ", f,
			" has: Python compiles the source again");
		break;
	case RULE_POLICY:
		buf_adds(out, "the policy keeps this file out: ");
		path_quote(out, f->pattern, strlen(f->pattern));
		break;
	case RULE_BYTECODE:
		buf_adds(out, f->source ? "Python makes this file anew from its source" :
					  "a build or Python itself makes this file anew");
		break;
	default:
		buf_adds(out, "nothing rejects this file");
		break;
	}
}

void finding_message(struct buf *out, const struct finding *f)
{
	say_rule(out, f);
	if (f->removed)
		buf_addf(out, "; commit %.10s removes it again, but the history keeps it",
			f->removed);
}

/* Whether git would read the path as a pattern or as magic rather than as a name. */
static bool is_special(const char *path, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (strchr("*?[\\", path[i]))
			return true;
	return len > 0 && path[0] == ':';
}

void finding_pathspec(struct buf *out, const char *path, size_t len, const char *prefix)
{
	struct buf word = BUF_INIT;

	if (is_special(path, len))
		buf_adds(&word, *prefix ? ":(top,literal)" : ":(literal)");
	else if (*prefix)
		buf_adds(&word, ":/");
	buf_add(&word, path, len);
	path_shell(out, word.ptr, word.len);
	out->failed = out->failed || word.failed;
	buf_free(&word);
}

void finding_amend_begin(struct buf *word)
{
	buf_adds(word, "git rm -q --cached -f --ignore-unmatch --");
}

void finding_amend_end(struct buf *out, struct buf *word, const struct finding *first)
{
	buf_adds(word, " && git commit -q --amend --allow-empty --no-edit");
	buf_adds(out, "git rebase -r -x ");
	path_shell(out, word->ptr, word->len);
	out->failed = out->failed || word->failed;
	buf_free(word);
	if (first->is_root)
		buf_adds(out, " --root");
	else
		buf_addf(out, " %.10s^", first->commit);
}

/* In a commit: that and all after it are made anew, each without the file. */
static void fix_commit(struct buf *out, const struct finding *f)
{
	struct buf word = BUF_INIT;

	finding_amend_begin(&word);
	buf_addc(&word, ' ');
	finding_pathspec(&word, f->path, f->path_len, "");
	finding_amend_end(out, &word, f);
}

void finding_fix(struct buf *out, const struct finding *f, const char *prefix)
{
	if (f->in_history) {
		buf_adds(out, "git filter-repo --invert-paths --path ");
		path_shell(out, f->path, f->path_len);
		return;
	}
	if (f->commit) {
		fix_commit(out, f);
		return;
	}
	if (f->on_disk) {
		buf_adds(out, "rm -f -- ");
		path_shell(out, f->path, f->path_len);
		return;
	}
	buf_adds(out, "git rm --cached -f -- ");
	finding_pathspec(out, f->path, f->path_len, prefix);
}

void finding_fingerprint(struct buf *out, const struct finding *f)
{
	const char *id = rule_text(f->rule)->id;
	struct siphash hash;
	uint64_t key;

	for (key = 0; key < 2; key++) {
		siphash_init(&hash, key, 0, 2, 4);
		siphash_add(&hash, id, strlen(id) + 1);
		siphash_add(&hash, f->path, f->path_len);
		buf_addf(out, "%016" PRIx64, siphash_value(&hash));
	}
}

int finding_list_add(struct finding_list *list, struct finding *f)
{
	if (list->count == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		struct finding *grown = realloc(list->items, cap * sizeof *grown);

		if (!grown) {
			finding_clear(f);
			return error_oom();
		}
		list->items = grown;
		list->cap = cap;
	}
	list->items[list->count++] = *f;
	*f = (struct finding){0};
	return 0;
}

size_t finding_list_count(const struct finding_list *list, enum severity s)
{
	size_t i, n = 0;

	for (i = 0; i < list->count; i++)
		n += list->items[i].severity == s;
	return n;
}

void finding_list_free(struct finding_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		finding_clear(&list->items[i]);
	free(list->items);
	*list = (struct finding_list)FINDING_LIST_INIT;
}
