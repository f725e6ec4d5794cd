/*
 * Input: a .dockerignore and a path, with a NUL between them. What is kept out is what a plain
 * matcher says, which tries every way a pattern could go. Lines with a class are for PCRE2 alone.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "mend/ignores.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS_MAX = 100000 };

struct line {
	char *start; /* of the pattern; the start of the whole is another thing than that of a rest */
	long steps;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool has(struct line *l, const char *p, const char *path, const char *end);

static bool any_of(struct line *l, const char *p, const char *path, const char *end)
{
	for (;; path++) {
		if (has(l, p, path, end))
			return true;
		if (path == end)
			return false;
	}
}

/* Two asterisks: at the end, anything; before a slash or a name, any number of directories; at the
 * very start, before plain text, anything. */
static bool asterisks_have(struct line *l, const char *p, const char *path, const char *end)
{
	const char *rest = p + 2 + (p[2] == '/');

	if (!*rest || (p == l->start && rest == p + 2 && !strpbrk(rest, "*?[\\")))
		return any_of(l, rest, path, end);
	if (has(l, rest, path, end))
		return true;
	for (; path < end; path++)
		if (*path == '/' && has(l, rest, path + 1, end))
			return true;
	return false;
}

static bool has(struct line *l, const char *p, const char *path, const char *end)
{
	if (--l->steps < 0)
		return false;
	if (p[0] == '*' && p[1] == '*')
		return asterisks_have(l, p, path, end);
	if (*p == '*') {
		for (;; path++) {
			if (has(l, p + 1, path, end))
				return true;
			if (path == end || *path == '/')
				return false;
		}
	}
	if (!*p || path == end)
		return !*p && path == end;
	if (*p == '?')
		return *path != '/' && has(l, p + 1, path + 1, end);
	p += *p == '\\';
	return *p == *path && has(l, p + 1, path + 1, end);
}

/* Go's filepath.Clean, without a slash at the start: in place, by whole names. */
static void clean(char *text)
{
	char *names[512], *from = strdup(text), *name, *rest;
	bool rooted = *text == '/';
	size_t count = 0, i;

	require(from != NULL);
	for (name = strtok_r(from, "/", &rest); name; name = strtok_r(NULL, "/", &rest)) {
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0 && count > 0 && strcmp(names[count - 1], "..") != 0)
			count--;
		else if (rooted && strcmp(name, "..") == 0)
			continue;
		else if (count < sizeof names / sizeof *names)
			names[count++] = name;
	}
	*text = '\0';
	for (i = 0; i < count; i++)
		text += sprintf(text, "%s%s", i ? "/" : "", names[i]);
	free(from);
}

static char *trim(char *s)
{
	static const char blanks[] = " \t\r\v\f";
	size_t len = strlen(s);

	while (len && strchr(blanks, s[len - 1]))
		s[--len] = '\0';
	return s + strspn(s, blanks);
}

/* -1 too hard to tell, or not told here. */
static int line_has(char *pattern, const char *path)
{
	struct line l = {pattern, STEPS_MAX};
	const char *end = path;
	bool found = false;

	clean(pattern);
	if (strchr(pattern, '['))
		return -1;
	while (!found && *end) {
		end += 1 + strcspn(end + 1, "/");
		found = has(&l, pattern, path, end);
	}
	return l.steps < 0 ? -1 : found;
}

/* The lines of the file, each with one `!` and blanks before its pattern; -1 as above. */
static int reference(char *text, const char *path)
{
	char *line, *rest;
	int excluded = 0;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		bool lets_in;
		int found;

		if (*line == '#')
			continue;
		line = trim(line);
		lets_in = *line == '!';
		line = lets_in ? trim(line + 1) : line;
		if (!*line)
			continue;
		found = line_has(line, path);
		if (found < 0)
			return -1;
		if (found)
			excluded = !lets_in;
	}
	return excluded;
}

static bool is_path(const char *path)
{
	size_t len = strlen(path);

	return len && len < 200 && *path != '/' && path[len - 1] != '/' && !strstr(path, "//");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT, path = BUF_INIT;
	const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
	struct pathset_item item;
	const struct pathset paths = {&item, 1};
	bool excluded = false;

	if (!nul)
		return 0;
	buf_add(&text, data, (size_t)(nul - data));
	buf_add(&path, nul + 1, size - text.len - 1);
	item = (struct pathset_item){path.ptr, strlen(path.ptr)};
	if (dockerignore_ask(&excluded, &paths, 0, &text, "fuzz") == 0) {
		bool bom = strncmp(text.ptr, "\xef\xbb\xbf", 3) == 0;
		int plain = is_path(path.ptr) ? reference(text.ptr + 3 * bom, path.ptr) : -1;

		if (plain >= 0 && excluded != plain) {
			fprintf(stderr, "path '%s': %d, expected %d\n", path.ptr, excluded, plain);
			abort();
		}
	}
	buf_free(&text);
	buf_free(&path);
	return 0;
}
