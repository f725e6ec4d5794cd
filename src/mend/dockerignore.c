#include "mend/dockerignore.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/path.h"

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

/* 0; 1 when Docker refuses the pattern; -1 recorded. */
static int compile(struct pattern **out, const char *line, size_t len)
{
	struct buf clean = BUF_INIT;
	struct pattern_error why;
	int status = -1;

	add_clean(&clean, line, len);
	if (buf_failed(&clean) == 0)
		status = pattern_new_glob(
			out, clean.ptr, clean.len, GLOB_DOCKER, PATTERN_CASED, &why);
	buf_free(&clean);
	return status;
}

static int add_rule(struct dockerignore *d, const char *line, size_t len)
{
	struct rule *rule;
	bool lets_in = *line == '!';
	int status;

	if (array_room(d->rules, d->count) < 0)
		return -1;
	rule = &d->rules[d->count];
	for (line += lets_in, len -= lets_in; len && is_blank(*line); len--)
		line++;
	if (len == 0)
		return 1;
	status = compile(&rule->pattern, line, len);
	rule->lets_in = lets_in;
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

int dockerignore_excludes(
	const struct dockerignore *d, struct matcher *m, const char *path, size_t len)
{
	int excluded = 0, found = 0;
	size_t i;

	matcher_go(m, path, len, INT64_MAX);
	for (i = 0; i < d->count && found >= 0; i++) {
		if (d->rules[i].lets_in != excluded)
			continue;
		found = pattern_match(d->rules[i].pattern, m);
		if (found > 0)
			excluded = !d->rules[i].lets_in;
	}
	return found < 0 ? -1 : excluded;
}
