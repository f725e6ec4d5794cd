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

int dockerignore_ask(bool *excluded, const struct pathset *paths, size_t skip,
	const struct buf *text, const char *origin)
{
	const char *at = text->ptr, *end = at + text->len, *lf;
	struct matcher *m = matcher_new();
	struct buf clean = BUF_INIT;
	struct pattern *pattern = NULL;
	struct pattern_error why;
	size_t number = 0;
	int status = 0;

	at += strncmp(at, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	for (; at < end && status == 0; at = lf + 1) {
		const char *line = at;
		size_t len;
		bool lets_in;

		lf = memchr(at, '\n', (size_t)(end - at));
		lf = lf ? lf : end;
		len = (size_t)(lf - at);
		number++;
		trim(&line, &len);
		lets_in = len && *line == '!';
		if (!memchr(at, '\0', (size_t)(lf - at)) && (!len || *at == '#'))
			continue;
		line += lets_in;
		len -= lets_in;
		trim(&line, &len);
		buf_clear(&clean);
		add_clean(&clean, line, len);
		if (len && !memchr(at, '\0', (size_t)(lf - at)))
			pattern = pattern_new(
				clean.ptr, clean.len, PATTERN_DOCKER, PATTERN_CASED, &why);
		if (!pattern)
			status = error_set(
				"cannot read '%s': line %zu is no pattern", origin, number);
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
		pattern = NULL;
	}
	buf_free(&clean);
	matcher_free(m);
	return status;
}
