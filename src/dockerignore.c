#include "dockerignore.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "path.h"

struct rule {
	struct pattern *pattern;
	bool lets_in; /* a `!` line */
};

struct dockerignore {
	struct rule *rules;
	size_t count;
};

static const char blanks[] = " \t\r\v\f";

static bool is_blank(char c)
{
	return c && strchr(blanks, c);
}

/* Appends `path` as Go's filepath.Clean has it, without a slash at its start. */
static void add_clean(struct buf *out, const char *path, size_t len)
{
	const char *end = path + len;
	bool rooted = len && *path == '/';
	size_t n, above = 0; /* so much of `out` leads out of the context */

	for (; path < end; path += n + 1) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		bool up;

		n = (size_t)((slash ? slash : end) - path);
		up = n == 2 && memcmp(path, "..", 2) == 0;
		if (n == 0 || (n == 1 && *path == '.'))
			continue;
		if (up && (rooted || out->len > above)) {
			size_t base = path_base(out->ptr, out->len);

			buf_cut(out, base ? base - 1 : 0);
			continue;
		}
		if (out->len)
			buf_addc(out, '/');
		buf_add(out, path, n);
		above = up ? out->len : above;
	}
}

static void add_literal(struct buf *out, char c)
{
	if ((unsigned char)c < 0x80 && c != '_' && !(c >= '0' && c <= '9') &&
		!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z'))
		buf_addc(out, '\\');
	buf_addc(out, c);
}

/* Appends the two asterisks at `s`, and says how many bytes of it they take. Docker reads them in
 * front of plain text as "ends in". */
static size_t add_asterisks(struct buf *out, const char *s, bool at_start)
{
	size_t n = s[2] == '/' ? 3 : 2;

	if (!s[n] || (at_start && n == 2 && !strpbrk(s + n, "*?[\\")))
		buf_adds(out, ".*");
	else
		buf_adds(out, "(?:.*/)?");
	return n;
}

/* Appends the class at `s`; how many bytes it takes, or 0 when it is not closed. */
static size_t add_class(struct buf *out, const char *s)
{
	size_t n = s[1] == '^' ? 2 : 1;

	for (; s[n] && s[n] != ']'; n++)
		if (s[n] == '\\' && s[n + 1])
			n++;
	if (!s[n])
		return 0;
	buf_add(out, s, n + 1);
	return n + 1;
}

/* Appends the regular expression of a clean pattern. false when Docker refuses it. */
static bool add_regex(struct buf *out, const char *s)
{
	const char *start = s;
	size_t n;

	buf_adds(out, "(?s)\\A");
	for (; *s; s += n) {
		n = 1;
		if (s[0] == '*' && s[1] == '*') {
			n = add_asterisks(out, s, s == start);
		} else if (*s == '*') {
			buf_adds(out, "[^/]*");
		} else if (*s == '?') {
			buf_adds(out, "[^/]");
		} else if (*s == '[') {
			n = add_class(out, s);
			if (n == 0)
				return false;
		} else if (*s == '\\') {
			if (!s[1])
				return false;
			add_literal(out, s[1]);
			n = 2;
		} else {
			add_literal(out, *s);
		}
	}
	buf_adds(out, "\\z");
	return true;
}

/* 0; 1 when Docker refuses the pattern; -1 recorded. */
static int compile(struct pattern **out, const char *line, size_t len)
{
	struct buf clean = BUF_INIT, regex = BUF_INIT;
	struct pattern_error why;
	int status = 1;

	add_clean(&clean, line, len);
	if (buf_failed(&clean) < 0)
		status = -1;
	else if (add_regex(&regex, clean.ptr))
		status = buf_failed(&regex) < 0 ?
				 -1 :
				 pattern_regex(out, regex.ptr, regex.len, false, &why);
	buf_free(&clean);
	buf_free(&regex);
	return status;
}

static int add_rule(struct dockerignore *d, const char *line, size_t len)
{
	struct rule *grown = realloc(d->rules, (d->count + 1) * sizeof *grown);
	bool lets_in = *line == '!';
	int status;

	if (!grown)
		return error_oom();
	d->rules = grown;
	for (line += lets_in, len -= lets_in; len && is_blank(*line); len--)
		line++;
	if (len == 0)
		return 1;
	status = compile(&grown[d->count].pattern, line, len);
	grown[d->count].lets_in = lets_in;
	d->count += status == 0;
	return status;
}

static int add_line(struct dockerignore *d, const char *line, size_t len)
{
	if (len && *line == '#')
		return 0;
	while (len && is_blank(line[len - 1]))
		len--;
	for (; len && is_blank(*line); len--)
		line++;
	return len ? add_rule(d, line, len) : 0;
}

static int add_lines(struct dockerignore *d, const char *text, size_t len, const char *origin)
{
	static const char bom[] = "\xef\xbb\xbf";
	const char *end = text + len, *next;
	size_t number = 1;
	int status = 0;

	if (len >= sizeof bom - 1 && memcmp(text, bom, sizeof bom - 1) == 0)
		text += sizeof bom - 1;
	for (; text < end && status == 0; text = next + 1, number++) {
		next = memchr(text, '\n', (size_t)(end - text));
		if (!next)
			next = end;
		status = memchr(text, '\0', (size_t)(next - text)) ?
				 1 :
				 add_line(d, text, (size_t)(next - text));
		if (status > 0)
			return error_set(
				"cannot read '%s': line %zu is no pattern", origin, number);
	}
	return status;
}

int dockerignore_parse(struct dockerignore **out, const char *text, size_t len, const char *origin)
{
	struct dockerignore *d = calloc(1, sizeof *d);

	*out = NULL;
	if (!d)
		return error_oom();
	if (add_lines(d, text, len, origin) < 0) {
		dockerignore_free(d);
		return -1;
	}
	*out = d;
	return 0;
}

void dockerignore_free(struct dockerignore *d)
{
	if (!d)
		return;
	while (d->count > 0)
		pattern_free(d->rules[--d->count].pattern);
	free(d->rules);
	free(d);
}

/* Whether a rule matches the path or a directory above it. pattern_match wants a slash after what
 * it is given: `path` has one. */
static int matches(const struct rule *rule, struct matcher *m, const char *path, size_t len)
{
	size_t i;
	int found = 0;

	for (i = 1; i <= len && found == 0; i++)
		if (path[i] == '/')
			found = pattern_match(rule->pattern, m, path, i);
	return found;
}

int dockerignore_excludes(
	const struct dockerignore *d, struct matcher *m, const char *path, size_t len)
{
	struct buf slashed = BUF_INIT;
	int excluded = 0, found = 0;
	size_t i;

	buf_add(&slashed, path, len);
	buf_addc(&slashed, '/');
	if (buf_failed(&slashed) < 0)
		found = -1;
	for (i = 0; i < d->count && found >= 0; i++) {
		if (d->rules[i].lets_in != excluded)
			continue;
		found = matches(&d->rules[i], m, slashed.ptr, len);
		if (found > 0)
			excluded = !d->rules[i].lets_in;
	}
	buf_free(&slashed);
	return found < 0 ? -1 : excluded;
}
