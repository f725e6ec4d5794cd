#include "policy/policy.h"

#include <stdatomic.h>

#include "base/nearest.h"

static const struct rule_text rule_texts[RULE_COUNT] = {
#define RULE(name, id, summary, why, example, fix) [name] = {id, summary, why, example, fix},
#include "policy/rules.def"
#undef RULE
};

static const char builtin_lines[] = "__pycache__/\n*.py[cod]\n*$py.class\n";
static const char regex_mark[] = "regex:";

const struct rule_text *rule_text(enum rule rule)
{
	return &rule_texts[rule];
}

enum rule rule_of_id(const char *id, size_t len)
{
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
		if (strlen(rule_texts[rule].id) == len && memcmp(rule_texts[rule].id, id, len) == 0)
			return (enum rule)rule;
	return RULE_NONE;
}

static const char *id_of(size_t i)
{
	return rule_texts[i].id;
}

const char *rule_nearest(const char *word, size_t len)
{
	return nearest_name(word, len, id_of, RULE_COUNT);
}

/* What the policies with a limit have taken in this process, in nanoseconds. */
static atomic_llong spent;

static int64_t clock_of(const struct policy *p)
{
	return p->limit ? io_clock() : 0;
}

/* Counts the time since `begun`. 0; -1 recorded: it was too long. */
static int charge(const struct policy *p, int64_t begun)
{
	const char *origin = p->count ? p->lines[p->count - 1].origin : NULL;
	int64_t took = clock_of(p) - begun;

	if (took > 0)
		spent += took;
	if (!p->limit || spent <= p->limit)
		return 0;
	return error_set("cannot apply policy '%s': it takes more than %lld s in all",
		origin ? origin : "built in", (long long)p->limit / 1000000000);
}

/* A policy file being read, at one of its lines. */
struct reader {
	struct policy *policy;
	const char *origin;
	size_t number;
	char *line;
	struct buf comments; /* the block of comment lines straight above */
};

static int refuse(const struct reader *r, size_t column, const char *reason)
{
	return error_set(
		"%s:%zu:%zu: %s in '%.200s'", r->origin, r->number, column, reason, r->line);
}

/* Reads the rules of a `!` line, and moves `*at` behind their colon. 0; -1 refused. */
static int read_rules(const struct reader *r, unsigned *rules, size_t *at)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_,";
	const char *word = r->line + 1, *end = word + strspn(word, letters), *nearest;
	char reason[120];
	size_t len;

	if (end == word || *end != ':' || strncmp(word, regex_mark, strlen(regex_mark)) == 0)
		return 0;
	*at = (size_t)(end + 1 - r->line);
	for (; word <= end; word += len + 1) {
		enum rule rule;

		len = strcspn(word, ",:");
		rule = rule_of_id(word, len);
		*rules |= 1u << rule;
		if (rule)
			continue;
		nearest = rule_nearest(word, len);
		snprintf(reason, sizeof reason, "no rule is named '%.*s'%s%s%s",
			len < 40 ? (int)len : 40, word, nearest ? " (did you mean '" : "",
			nearest ? nearest : " (a backslash after the '!' makes it a file's name)",
			nearest ? "'?)" : "");
		return refuse(r, (size_t)(word - r->line) + 1, reason);
	}
	return 0;
}

static int read_pattern(struct reader *r)
{
	struct policy *p = r->policy;
	struct policy_line line = {.number = r->origin ? r->number : 0, .allows = *r->line == '!'};
	struct pattern_error why;
	size_t at = line.allows, len = strlen(r->line);
	bool regex;

	if (line.allows && read_rules(r, &line.rules, &at) < 0)
		return -1;
	if (len == at)
		return refuse(
			r, len, at > 1 ? "nothing follows the ':'" : "nothing follows the '!'");
	regex = strncmp(r->line + at, regex_mark, strlen(regex_mark)) == 0;
	at += regex ? strlen(regex_mark) : 0;
	if (len == at)
		return refuse(r, len, "nothing follows 'regex:'");
	if (p->count == POLICY_MAX_LINES + POLICY_BUILTIN)
		return refuse(r, 1, "too many patterns");
	line.pattern = pattern_new(
		r->line + at, len - at, regex ? PATTERN_REGEX : PATTERN_GIT, p->letters, &why);
	if (!line.pattern)
		return refuse(r, at + why.column, why.reason);
	line.text = memory_string(r->line);
	line.origin = memory_string(r->origin);
	if (line.allows && r->comments.len)
		line.reason = buf_take(&r->comments);
	p->adds = p->adds || (line.origin && !line.allows);
	p->allows = p->allows || line.allows;
	array_room(p->lines, p->count);
	array_room(p->grams, p->count);
	p->grams[p->count] = line.pattern->grams[0];
	p->lines[p->count++] = line;
	return 0;
}

static int read_line(struct reader *r)
{
	static const char blanks[] = " \t";
	size_t len = 0;
	int rc = 0;

	if (*r->line == '#') {
		const char *comment = r->line + 1 + strspn(r->line + 1, blanks);

		for (len = strlen(comment); len && strchr(blanks, comment[len - 1]); len--)
			;
		buf_addf(&r->comments, "%s%.*s", len && r->comments.len ? " " : "", (int)len,
			comment);
		return 0;
	}
	/* Blanks at the end go, as git sees them: a backslash keeps the blank after it, and one at
	 * the very end keeps all. */
	for (size_t i = 0; r->line[i]; i++) {
		bool escaped = r->line[i] == '\\' && r->line[i + 1];

		i += escaped;
		if (escaped || r->line[i] != ' ')
			len = i + 1;
	}
	r->line[len] = '\0';
	if (len)
		rc = read_pattern(r);
	buf_clear(&r->comments);
	return rc;
}

int policy_add(struct policy *p, const char *text, size_t len, const char *origin)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct reader r = {.policy = p, .origin = origin, .comments = BUF_INIT};
	const char *end = text + len, *newline;
	int rc = 0;

	if (len > POLICY_MAX_BYTES)
		return error_set("policy '%s' is too large: %zu bytes, %d at most", origin, len,
			POLICY_MAX_BYTES);
	if (len >= strlen(bom) && memcmp(text, bom, strlen(bom)) == 0)
		text += strlen(bom);
	for (; text < end && rc == 0; text = newline + 1) {
		int64_t begun = clock_of(p);

		newline = memchr(text, '\n', (size_t)(end - text));
		newline = newline ? newline : end;
		len = (size_t)(newline - text);
		len -= len && newline[-1] == '\r';
		r.number++;
		r.line = memory_text(text, len);
		if (strlen(r.line) < len)
			rc = refuse(&r, strlen(r.line) + 1, "a NUL byte");
		else
			rc = read_line(&r) < 0 ? -1 : charge(p, begun);
		free(r.line);
	}
	buf_free(&r.comments);
	return rc;
}

struct policy *policy_new(enum pattern_case letters)
{
	struct policy *p = memory_new(1, sizeof *p);

	p->letters = letters;
	if (policy_add(p, builtin_lines, strlen(builtin_lines), NULL) < 0)
		fatal(error_message());
	return p;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++) {
		pattern_free(p->lines[i].pattern);
		free(p->lines[i].text);
		free(p->lines[i].origin);
		free(p->lines[i].reason);
	}
	free(p->lines);
	free(p->grams);
	free(p);
}

/* Goes to a path. The time, for charge. */
static int64_t begin(const struct policy *p, struct matcher *m, const char *path, size_t len)
{
	int64_t now = clock_of(p);

	matcher_go(m, path, len, p->limit ? now + p->limit - spent : INT64_MAX);
	return now;
}

/* 1 or 0; -1 recorded */
static int line_matches(const struct policy_line *line, struct matcher *m)
{
	int matched = pattern_match(line->pattern, m);

	if (matched >= 0)
		return matched;
	if (!line->origin)
		return error_prefix("pattern '%s'", line->text);
	return error_prefix("'%s:%zu': pattern '%.200s'", line->origin, line->number, line->text);
}

static int decide(const struct policy *p, struct matcher *m, struct policy_decision *out)
{
	const bool either = p->letters == PATTERN_EITHER;
	bool some = false;
	int matched;

	for (size_t i = p->count; i-- > (either ? POLICY_BUILTIN : 0);) {
		const struct policy_line *line = &p->lines[i];

		if (!m->has[p->grams[i]] || (either && line->allows))
			continue;
		matched = line_matches(line, m);
		if (matched < 0)
			return -1;
		if (!matched)
			continue;
		if (line->rules) {
			/* Those that no later line has spoken of. */
			for (int rule = 0; rule < RULE_COUNT; rule++)
				if (line->rules >> rule & 1 && !out->allowing[rule])
					out->allowing[rule] = line;
			some = true;
			continue;
		}
		if (!out->line)
			out->line = line;
		if (line->allows)
			return 0;
		out->rejected = true;
		out->depends = some;
		out->builtin = i < POLICY_BUILTIN;
		if (out->builtin)
			return 0;
		i = POLICY_BUILTIN; /* only they can tell more */
	}
	return 0;
}

int policy_decide(const struct policy *p, struct matcher *m, const char *path, size_t len,
	struct policy_decision *out)
{
	int64_t begun = begin(p, m, path, len);
	int rc;

	*out = (struct policy_decision){.line = NULL};
	rc = decide(p, m, out);
	return charge(p, begun) < 0 ? -1 : rc;
}

void policy_settle(struct policy_decision *d, enum rule rule)
{
	if (!d->rejected || !d->allowing[rule])
		return;
	d->line = d->allowing[rule];
	d->rejected = d->builtin = d->depends = false;
}

int policy_note(
	const struct policy *p, struct matcher *m, const char *path, size_t len, bool *matched)
{
	int64_t begun = begin(p, m, path, len);
	int rc = 0;

	for (size_t i = 0; i < p->count && rc >= 0; i++) {
		if (!p->lines[i].allows || matched[i])
			continue;
		rc = line_matches(&p->lines[i], m);
		matched[i] = rc > 0;
	}
	return charge(p, begun) < 0 || rc < 0 ? -1 : 0;
}

void policy_escape(struct buf *out, const char *path)
{
	size_t len = strlen(path);

	if (strpbrk(path, "\r\n")) {
		buf_adds(out, "regex:\\A");
		for (; *path; path++)
			buf_addf(out, "\\x%02x", (unsigned char)*path);
		buf_adds(out, "(?:/|\\z)");
		return;
	}
	buf_addc(out, '/');
	for (size_t i = 0; i < len; i++) {
		if (strchr("*?[\\", path[i]) || (path[i] == ' ' && i + 1 == len))
			buf_addc(out, '\\');
		buf_addc(out, path[i]);
	}
}
