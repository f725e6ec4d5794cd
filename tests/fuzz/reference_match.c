#include "reference_match.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 100000 };

struct reference {
	const char *start; /* of the pattern, where asterisks count as after a slash */
	bool about_path;
	bool caseless;
	long steps;
};

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static unsigned char upper(char c)
{
	return (unsigned char)(c >= 'a' && c <= 'z' ? c - 32 : c);
}

static bool same(const struct reference *r, char a, char b)
{
	return a == b || (r->caseless && lower(a) == lower(b));
}

static bool is_between(unsigned char c, unsigned char first, unsigned char last)
{
	return c >= first && c <= last;
}

/* 1 or 0; -1 for a class there is not. */
static int posix_has(const char *name, size_t len, unsigned char c)
{
	bool is_digit = is_between(c, '0', '9');
	bool is_lower = is_between(c, 'a', 'z');
	bool is_upper = is_between(c, 'A', 'Z');
	bool is_graph = is_between(c, 33, 126);
	bool is_alnum = is_digit || is_lower || is_upper;
	const struct {
		const char *name;
		bool has;
	} all[] = {
		{"alnum", is_alnum},
		{"alpha", is_lower || is_upper},
		{"blank", c == ' ' || c == '\t'},
		{"cntrl", c < 32 || c == 127},
		{"digit", is_digit},
		{"graph", is_graph},
		{"lower", is_lower},
		{"print", is_graph || c == ' '},
		{"punct", is_graph && !is_alnum},
		{"space", c == ' ' || c == '\t' || c == '\n' || c == '\r'},
		{"upper", is_upper},
		{"xdigit", is_digit || is_between(c, 'a', 'f') || is_between(c, 'A', 'F')},
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strlen(all[i].name) == len && memcmp(all[i].name, name, len) == 0)
			return all[i].has;
	return -1;
}

/* At "[:" of a class. Whether it holds `c`, where it ends in `*end` (NULL: malformed), and 0 in
 * `*before` unless it is but a bracket. */
static bool posix_item(const char *p, unsigned char c, unsigned char *before, const char **end)
{
	const char *close = strchr(p + 2, ']');
	int has;

	*end = NULL;
	if (!close)
		return false;
	if (close - p < 3 || close[-1] != ':') {
		*before = '[';
		*end = p + 1;
		return c == '[';
	}
	has = posix_has(p + 2, (size_t)(close - p) - 3, c);
	*before = 0;
	*end = has < 0 ? NULL : close + 1;
	return has > 0;
}

/* After the bracket and its mark. Whether the class names `c`; where it ends, NULL if it does not.
 */
static bool class_names(const char *p, unsigned char c, const char **end)
{
	bool found = false, first = true;
	unsigned char before = 0, last;

	for (*end = NULL; first || *p != ']'; first = false) {
		if (*p == '[' && p[1] == ':') {
			const char *after;

			found |= posix_item(p, c, &before, &after);
			if (!after)
				return false;
			p = after;
			continue;
		}
		bool is_range = *p == '-' && before && p[1] && p[1] != ']';

		p += is_range;
		p += *p == '\\';
		if (!*p)
			return false;
		last = (unsigned char)*p++;
		found |= is_between(c, is_range ? before : last, last);
		before = is_range ? 0 : last;
	}
	*end = p + 1;
	return found;
}

static bool class_has(const struct reference *r, const char *p, char c, const char **end)
{
	bool negated = p[1] == '!' || p[1] == '^';
	const char *items = p + 1 + negated;
	bool named = class_names(items, (unsigned char)c, end);

	if (r->caseless) {
		named = class_names(items, lower(c), end) || named;
		named = class_names(items, upper(c), end) || named;
	}
	return *end && named != negated && c != '/';
}

static bool glob_has(struct reference *r, const char *p, const char *text);

static bool stars_have(struct reference *r, const char *p, const char *text)
{
	const char *after = p + strspn(p, "*");
	bool is_double = r->about_path && after - p > 1 && (p == r->start || p[-1] == '/') &&
			 (!*after || *after == '/' || (*after == '\\' && after[1] == '/'));

	if (is_double && *after == '/' && glob_has(r, after + 1, text))
		return true;
	for (;; text++) {
		if (glob_has(r, after, text))
			return true;
		if (!*text || (*text == '/' && !is_double))
			return false;
	}
}

static bool glob_has(struct reference *r, const char *p, const char *text)
{
	const char *end;

	if (--r->steps < 0)
		return false;
	if (*p == '*')
		return stars_have(r, p, text);
	if (!*p || !*text)
		return !*p && !*text;
	if (*p == '?')
		return *text != '/' && glob_has(r, p + 1, text + 1);
	if (*p == '[')
		return class_has(r, p, *text, &end) && glob_has(r, end, text + 1);
	p += *p == '\\';
	return *p && same(r, *p, *text) && glob_has(r, p + 1, text + 1);
}

/* The text up to the first wildcard is compared as it is. */
static bool path_has(struct reference *r, const char *pattern, const char *path)
{
	pattern += *pattern == '/';
	r->start = pattern;
	for (; *pattern && !strchr("*?[\\", *pattern); pattern++, path++)
		if (!*path || !same(r, *pattern, *path))
			return false;
	return glob_has(r, pattern, path);
}

static bool entry_has(struct reference *r, const char *pattern, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (r->about_path)
		return path_has(r, pattern, path);
	r->start = pattern;
	return glob_has(r, pattern, slash ? slash + 1 : path);
}

static bool any_has(struct reference *r, char *pattern, char *path)
{
	size_t len = strlen(pattern);
	bool dir_only = len && pattern[len - 1] == '/';

	if (dir_only)
		pattern[len - 1] = '\0';
	r->about_path = strchr(pattern, '/') != NULL;
	if (!dir_only && entry_has(r, pattern, path))
		return true;
	for (char *slash = path; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		if (entry_has(r, pattern, path))
			return true;
	}
	return false;
}

enum reference_answer reference_match(const char *pattern, const char *path, bool caseless)
{
	struct reference r = {.caseless = caseless, .steps = MAX_STEPS};
	char *pattern_copy = strdup(pattern);
	char *path_copy = strdup(path);
	bool has;

	if (!pattern_copy || !path_copy)
		abort();
	has = any_has(&r, pattern_copy, path_copy);
	free(pattern_copy);
	free(path_copy);
	if (r.steps < 0)
		return REFERENCE_GAVE_UP;
	return has ? REFERENCE_YES : REFERENCE_NO;
}
