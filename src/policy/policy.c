#include "policy/policy_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/error.h"

static const char *const builtin_lines[BUILTIN_COUNT] = {"__pycache__/", "*.py[cod]", "*$py.class"};

static const char regex_mark[] = "regex:";

/* The name of a policy file, which its lines borrow. */
struct origin {
	struct origin *next;
	char name[];
};

/* A policy file being read, at one of its lines. */
struct reader {
	struct policy *policy;
	const char *origin;
	size_t number;
	const char *line; /* not terminated */
	size_t len;
	struct buf comments; /* the block of comment lines straight above */
};

static int refuse(const struct reader *r, size_t column, const char *reason)
{
	int len = r->len < QUOTED_MAX ? (int)r->len : QUOTED_MAX;

	return error_set(
		"%s:%zu:%zu: %s in '%.*s'", r->origin, r->number, column, reason, len, r->line);
}

static bool begins(const char *s, size_t len, const char *mark)
{
	return len >= strlen(mark) && memcmp(s, mark, strlen(mark)) == 0;
}

/* The last grams of what a path must contain. */
static void set_grams(struct policy_line *line, const struct buf *literal)
{
	for (size_t i = 0; i < POLICY_GRAMS; i++)
		line->grams[i] = POLICY_SLOTS;
	for (size_t i = 0; literal && i + 3 <= literal->len; i++) /* there is a NUL after it */
		line->grams[i % POLICY_GRAMS] = gram_of(literal->ptr + i);
}

/* A class is folded before it is negated, or after, which says more; PCRE2 folds once more. */
static int compile_glob(
	struct policy_line *line, const char *s, const struct policy *p, struct pattern_error *why)
{
	struct glob g;
	int rc = glob_translate(&g, s, strlen(s), GLOB_GIT, p->caseless && !p->either, why);

	if (rc)
		return rc;
	set_grams(line, &g.literal);
	rc = pattern_new(
		&line->pattern, g.regex.ptr, g.regex.len, p->caseless ? PATTERN_CASELESS : 0, why);
	if (rc > 0)
		*why = (struct pattern_error){1, "the pattern is too long"};
	glob_free(&g);
	return rc;
}

/* 0, 1 for a refusal with `why` counting from the start of the line, -1 recorded. The pattern
 * starts after `skipped` bytes of the line. */
static int compile_line(
	struct policy_line *line, size_t skipped, const struct policy *p, struct pattern_error *why)
{
	const char *s = line->text + skipped;
	int rc;

	if (begins(s, strlen(s), regex_mark)) {
		s += strlen(regex_mark);
		skipped += strlen(regex_mark);
		set_grams(line, NULL);
		rc = pattern_new(&line->pattern, s, strlen(s),
			PATTERN_TIMED | (p->either ? PATTERN_EITHER : p->caseless), why);
	} else {
		rc = compile_glob(line, s, p, why);
	}
	if (rc > 0)
		why->column += skipped;
	return rc;
}

static void line_release(struct policy_line *line)
{
	pattern_free(line->pattern);
	free((char *)line->text);
	free((char *)line->reason);
}

static char *copy(const char *s, size_t len)
{
	struct buf b = BUF_INIT;

	buf_add(&b, s, len);
	return buf_take(&b);
}

/* Appends a line whose text is set. 0; else as compile_line, and the line is released. */
static int append(
	struct policy *p, struct policy_line *line, size_t skipped, struct pattern_error *why)
{
	int rc = line->text ? array_room(p->lines, p->count) : -1;

	if (!rc)
		rc = compile_line(line, skipped, p, why);
	if (rc) {
		line_release(line);
		return rc;
	}
	p->adds = p->adds || (line->origin && !line->allows);
	p->lines[p->count++] = *line;
	return 0;
}

static int add_builtin(struct policy *p, const char *text)
{
	struct policy_line line = {.text = copy(text, strlen(text))};
	struct pattern_error why;
	int rc = append(p, &line, 0, &why);

	return rc > 0 ? error_set("built-in pattern '%s': %s", text, why.reason) : rc;
}

static struct policy *make(bool caseless, bool either)
{
	struct policy *p = calloc(1, sizeof *p);

	if (!p) {
		error_oom();
		return NULL;
	}
	p->caseless = caseless;
	p->either = either;
	p->limit = INT64_MAX;
	for (size_t i = 0; i < BUILTIN_COUNT; i++) {
		if (add_builtin(p, builtin_lines[i])) {
			policy_free(p);
			return NULL;
		}
	}
	return p;
}

struct policy *policy_new(bool caseless)
{
	return make(caseless, false);
}

struct policy *policy_new_either(void)
{
	return make(true, true);
}

void policy_free(struct policy *p)
{
	struct origin *o, *next;

	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++)
		line_release(&p->lines[i]);
	for (o = p->origins; o; o = next) {
		next = o->next;
		free(o);
	}
	free(p->lines);
	free(p);
}

/* Takes over a copy of the file's name; NULL when memory is gone. */
static const char *keep_origin(struct policy *p, const char *name)
{
	struct origin *o = malloc(sizeof *o + strlen(name) + 1);

	if (!o) {
		error_oom();
		return NULL;
	}
	strcpy(o->name, name);
	o->next = p->origins;
	p->origins = o;
	return o->name;
}

/* The length without the blanks at the end, as git sees them: a backslash keeps the blank after
 * it, and one at the very end keeps all. */
static size_t trimmed(const char *s, size_t len)
{
	size_t keep = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\') {
			if (++i == len)
				return len;
			keep = i + 1;
		} else if (s[i] != ' ') {
			keep = i + 1;
		}
	}
	return keep;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void read_comment(struct reader *r)
{
	const char *s = r->line + 1;
	size_t len = r->len - 1;

	for (; len && is_blank(*s); len--)
		s++;
	while (len && is_blank(s[len - 1]))
		len--;
	if (len && r->comments.len)
		buf_addc(&r->comments, ' ');
	buf_add(&r->comments, s, len);
}

/* Makes the comments above an allowing line its reason. */
static int take_reason(struct reader *r, struct policy_line *line)
{
	if (!line->allows || !r->comments.len)
		return 0;
	line->reason = buf_take(&r->comments);
	return line->reason ? 0 : -1;
}

static int refuse_rule(const struct reader *r, const char *word, size_t len, const char *nearest)
{
	char reason[120];
	int shown = len < 40 ? (int)len : 40;

	if (nearest)
		snprintf(reason, sizeof reason, "no rule is named '%.*s', did you mean '%s'?",
			shown, word, nearest);
	else
		snprintf(reason, sizeof reason,
			"no rule is named '%.*s' (a backslash after the '!' makes it a file's name)",
			shown, word);
	return refuse(r, (size_t)(word - r->line) + 1, reason);
}

/* Reads the rules of a `!` line, and moves `*at` behind their colon. 0; -1 refused. */
static int read_rules(struct reader *r, struct policy_line *line, size_t *at)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_,";
	const char *word = r->line + 1, *end = memchr(word, ':', r->len - 1);
	size_t len;

	for (const char *s = word; end && s < end; s++)
		if (!strchr(letters, *s))
			return 0;
	if (!end || end == word || begins(word, r->len - 1, regex_mark))
		return 0;
	for (; word <= end; word += len + 1) {
		const char *comma = memchr(word, ',', (size_t)(end - word)), *nearest;

		len = (size_t)((comma ? comma : end) - word);
		nearest = rule_nearest(word, len);
		if (!nearest || strlen(nearest) != len || memcmp(nearest, word, len) != 0)
			return refuse_rule(r, word, len, nearest);
		line->rules |= 1u << rule_of_id(nearest);
	}
	*at = (size_t)(end + 1 - r->line);
	return 0;
}

static int read_pattern(struct reader *r)
{
	struct policy *p = r->policy;
	struct policy_line line = {.origin = r->origin, .number = r->number};
	struct pattern_error why = {0};
	size_t at;
	int rc;

	at = line.allows = *r->line == '!';
	if (line.allows && read_rules(r, &line, &at) < 0)
		return -1;
	if (r->len == at)
		return refuse(
			r, r->len, at > 1 ? "nothing follows the ':'" : "nothing follows the '!'");
	if (r->len == at + strlen(regex_mark) && begins(r->line + at, r->len - at, regex_mark))
		return refuse(r, r->len, "nothing follows 'regex:'");
	if (p->count == POLICY_MAX_LINES + BUILTIN_COUNT)
		return refuse(r, 1, "too many patterns");
	if (take_reason(r, &line))
		return -1;
	line.text = copy(r->line, r->len);
	rc = append(p, &line, at, &why);
	return rc > 0 ? refuse(r, why.column, why.reason) : rc;
}

static int read_line(struct reader *r)
{
	const char *nul = memchr(r->line, '\0', r->len);
	int rc = 0;

	if (nul)
		return refuse(r, (size_t)(nul - r->line) + 1, "a NUL byte");
	if (r->len && *r->line == '#') {
		read_comment(r);
		return buf_failed(&r->comments);
	}
	r->len = trimmed(r->line, r->len);
	if (r->len)
		rc = read_pattern(r);
	buf_clear(&r->comments);
	return rc;
}

static int read_lines(struct reader *r, const char *text, size_t len)
{
	const char *end = text + len;
	int64_t begun;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		r->number++;
		r->line = text;
		r->len = (size_t)((newline ? newline : end) - text);
		text += r->len + 1;
		if (r->len && r->line[r->len - 1] == '\r')
			r->len--;
		begun = pattern_clock();
		if (read_line(r) || policy_charge(r->policy, begun))
			return -1;
		if (!newline)
			break;
	}
	return 0;
}

int policy_add(struct policy *p, const char *text, size_t len, const char *origin)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct reader r = {.policy = p, .comments = BUF_INIT};
	int rc;

	if (len > POLICY_MAX_BYTES)
		return error_set("policy '%s' is too large: %zu bytes, %d at most", origin, len,
			POLICY_MAX_BYTES);
	r.origin = keep_origin(p, origin);
	if (!r.origin)
		return -1;
	if (begins(text, len, bom)) {
		text += strlen(bom);
		len -= strlen(bom);
	}
	rc = read_lines(&r, text, len);
	buf_free(&r.comments);
	return rc;
}

size_t policy_count(const struct policy *p)
{
	return p->count;
}

const struct policy_line *policy_line(const struct policy *p, size_t i)
{
	return &p->lines[i];
}

bool policy_adds(const struct policy *p)
{
	return p->adds;
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
