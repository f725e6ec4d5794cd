#include "mend/ignores.h"

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

static void trim(const char **line, size_t *len)
{
	static const char blanks[] = " \t\r\v\f";

	while (*len && memchr(blanks, (*line)[*len - 1], sizeof blanks - 1))
		--*len;
	for (; *len && memchr(blanks, **line, sizeof blanks - 1); --*len)
		++*line;
}

/* 0; 1 when it is no pattern, or Docker refuses it; -1 recorded. */
static int ask_line(bool *excluded, const struct pathset *paths, size_t skip, struct matcher *m,
	const char *line, size_t len)
{
	struct buf clean = BUF_INIT;
	struct pattern *pattern;
	struct pattern_error why;
	bool lets_in;
	int status;

	if (memchr(line, '\0', len))
		return 1;
	if (len && *line == '#')
		return 0;
	trim(&line, &len);
	if (!len)
		return 0;
	lets_in = *line == '!';
	line += lets_in;
	len -= lets_in;
	trim(&line, &len);
	if (!len)
		return 1;
	add_clean(&clean, line, len);
	pattern = pattern_new(clean.ptr, clean.len, PATTERN_DOCKER, PATTERN_CASED, &why);
	status = pattern ? 0 : 1;
	for (size_t i = 0; i < paths->count && status == 0; i++) {
		const struct pathset_item *path = &paths->items[i];

		if (excluded[i] != lets_in)
			continue;
		matcher_go(m, path->path + skip, path->len - skip, INT64_MAX);
		status = pattern_match(pattern, m);
		excluded[i] = excluded[i] != (status > 0);
		status = status < 0 ? -1 : 0;
	}
	pattern_free(pattern);
	buf_free(&clean);
	return status;
}

int dockerignore_ask(bool *excluded, const struct pathset *paths, size_t skip,
	const struct buf *text, const char *origin)
{
	static const char bom[] = "\xef\xbb\xbf";
	const char *at = text->ptr, *end = at + text->len, *lf;
	struct matcher *m = matcher_new();
	int status = 0;
	size_t number;

	if (strncmp(at, bom, sizeof bom - 1) == 0)
		at += sizeof bom - 1;
	for (number = 1; at < end && status == 0; at = lf + 1, number++) {
		lf = memchr(at, '\n', (size_t)(end - at));
		lf = lf ? lf : end;
		status = ask_line(excluded, paths, skip, m, at, (size_t)(lf - at));
	}
	if (status > 0)
		status = error_set("cannot read '%s': line %zu is no pattern", origin, number - 1);
	matcher_free(m);
	return status;
}
