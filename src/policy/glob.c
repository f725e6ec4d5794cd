/*
 * glob - the one translator from a glob to the PCRE2 expression that matches what it matches.
 *
 * Pure text: knows the rules of gitignore (git's dir.c, wildmatch.c) and of .dockerignore
 * (moby/patternmatcher), and calls neither. The expression is searched for in the whole path of a
 * file, and also matches what is below a directory that the glob matches.
 *
 * How git reads a pattern, and so what is done here:
 *  - One `/` at the end means "directories only". With no other `/` the pattern is about a name, at
 *    any depth; else it is about the path from the top, and one leading `/` goes.
 *  - A run of two or more asterisks is `**` only at the start of the pattern or after a `/`, and
 *    only before a `/`, a `\/` or the end. Any other run is one `*`. At the end `**` is as good as
 *    `*`, since a pattern that matches a directory matches all below it. (git before 2.52 has
 *    `x/a**` `/b`, put together, match `x/ab` and `x/a1/2/b` too, where its manual never did.)
 *  - A class holds bytes, never `/`. Its POSIX names are ASCII only.
 * What git would accept but could never match is refused, with the column and the reason.
 *
 * How Docker does: all patterns are about the path; `**` is any number of directories wherever it
 * stands; only `^` negates a class, which can hold a `/`.
 *
 * A glob of git's costs time in proportion to the path: what follows a `*` is taken where it first
 * stands (an atomic group), what follows a `**` likewise (`(*COMMIT)`), for no later place could do
 * better.
 */
#include "policy/pattern.h"

#include <ctype.h>
#include <wctype.h>

/* The pattern being read. `len` leaves out the slash that means "directories only". */
struct scan {
	struct buf *regex, *literal;
	struct buf run; /* the literal bytes since the last wildcard */
	struct pattern_error *why;
	const char *text;
	size_t len, pos;
	size_t name; /* where the name that is being read starts */
	bool docker, fold;
	bool about_path; /* not about a name */
	bool in_group;   /* an atomic group is open: what follows a star */
};

/* The byte `ahead` of the one being read, 0 past the end. */
static unsigned peek(const struct scan *s, size_t ahead)
{
	return ahead < s->len - s->pos ? (unsigned char)s->text[s->pos + ahead] : 0;
}

/* Always false. */
static bool refuse(struct scan *s, size_t at, const char *reason)
{
	s->why->column = at + 1;
	snprintf(s->why->reason, sizeof s->why->reason, "%s", reason);
	return false;
}

/* Appends what stands for other bytes than itself. */
static void add_wildcard(struct scan *s, const char *regex)
{
	buf_adds(s->regex, regex);
	if (s->run.len >= s->literal->len) {
		struct buf shorter = *s->literal;

		*s->literal = s->run;
		s->run = shorter;
	}
	buf_clear(&s->run);
}

static void close_group(struct scan *s)
{
	if (s->in_group)
		buf_addc(s->regex, ')');
	s->in_group = false;
}

/* False at the end of a name that no path has: git would go on comparing, and never match. */
static bool end_name(struct scan *s, size_t end)
{
	size_t i, dots = 0;

	for (i = s->name; i < end; i++, dots++) {
		i += s->text[i] == '\\';
		if (s->text[i] != '.')
			break;
	}
	if (i < end || dots > 2 || s->docker)
		return true;
	return refuse(s, s->name,
		dots ? "no path has '.' or '..' as a name" :
		       "no path has an empty name between slashes");
}

/* A byte that stands for itself, and may be escaped. */
static bool read_literal(struct scan *s)
{
	size_t start = s->pos;
	unsigned c;

	s->pos += peek(s, 0) == '\\';
	c = peek(s, 0);
	if (!c)
		return refuse(s, start, "nothing follows the backslash");
	s->pos++;
	if (c == '/' && !end_name(s, start))
		return false;
	if (ispunct((int)c) && c != '/')
		buf_addc(s->regex, '\\');
	buf_addc(s->regex, (char)c);
	buf_addc(&s->run, (char)c);
	if (c == '/') {
		close_group(s);
		s->name = s->pos;
	}
	return true;
}

static size_t stars_end(const struct scan *s)
{
	size_t pos = s->pos;

	while (pos < s->len && s->text[pos] == '*')
		pos++;
	return pos;
}

/* Passes over each real "**" and the slash after it, at the start of a name. */
static bool skip_double_stars(struct scan *s)
{
	size_t start = s->pos, after;

	while ((after = stars_end(s)) >= s->pos + 2 && after < s->len && s->text[after] == '/')
		s->pos = s->name = after + 1;
	return s->pos > start;
}

/* Docker's, which takes two asterisks at a time. At the start, before plain text, it is read as
 * "ends in". */
static void read_docker_double_star(struct scan *s)
{
	bool slash = peek(s, 2) == '/', ends = s->pos == 0 && !slash;

	s->pos += 2 + slash;
	for (size_t i = s->pos; i < s->len; i++)
		ends = ends && !strchr("*?[\\", s->text[i]);
	add_wildcard(s, ends || s->pos == s->len ? "(?s:.*)" : "(?s:.*/)?");
}

static void read_stars(struct scan *s)
{
	size_t start = s->pos, end = s->docker ? start + 1 : stars_end(s);
	bool escaped;

	if (s->docker && peek(s, 1) == '*') {
		read_docker_double_star(s);
		return;
	}
	s->pos = end;
	escaped = peek(s, 0) == '\\';
	if (s->about_path && start == s->name && end - start >= 2 && peek(s, escaped) == '/') {
		/* A plain slash may be left out with the "**", an escaped one not. */
		s->pos = s->name = end + escaped + 1;
		skip_double_stars(s);
		add_wildcard(s, escaped ? "(*COMMIT)(?s:.*?/)" : "(*COMMIT)(?s:.*?/)\?\?");
		buf_addc(&s->run, '/');
		return;
	}
	close_group(s);
	add_wildcard(s, s->docker ? "[^/]*" : "(?>[^/]*?");
	s->in_group = !s->docker;
}

/* At "[:" within a class. `*previous` becomes what a range may start with, 0 for nothing. */
static bool read_posix_class(struct scan *s, bool *set, unsigned *previous)
{
	const char *name = s->text + s->pos + 2, *close = memchr(name, ']', s->len - s->pos - 2);
	char word[16] = "";
	wctype_t type;

	*previous = 0;
	if (!close) {
		s->pos = s->len;
		return true;
	}
	if (close == name || close[-1] != ':') {
		set['['] = true;
		*previous = '[';
		s->pos++;
		return true;
	}
	if (close - name <= (ptrdiff_t)sizeof word)
		memcpy(word, name, (size_t)(close - name) - 1);
	type = wctype(word);
	if (!type)
		return refuse(s, s->pos, "unknown POSIX class");
	for (wint_t c = 1; c < 0x80; c++) /* to git, '\v' and '\f' are no space */
		if (iswctype(c, type) && (strcmp(word, "space") != 0 || !strchr("\v\f", (int)c)))
			set[c] = true;
	s->pos = (size_t)(close + 1 - s->text);
	return true;
}

/* Writes a class that starts at `open` and has been read, as the bytes that it matches. */
static bool add_class(struct scan *s, size_t open, bool *set, bool negated)
{
	bool any = false;
	int c, end;

	for (c = 'A'; c <= 'Z' && s->fold; c++)
		set[c] = set[c + 'a' - 'A'] = set[c] || set[c + 'a' - 'A'];
	add_wildcard(s, "[");
	for (c = 1; c < 256; c = end + 1) {
		for (end = c; end < 256 && set[end] != negated && (end != '/' || s->docker); end++)
			;
		if (end > c)
			buf_addf(s->regex, "\\x%02x-\\x%02x", c, end - 1);
		any = any || end > c;
	}
	buf_addc(s->regex, ']');
	return any || refuse(s, open, "the class can match nothing");
}

static bool read_class(struct scan *s)
{
	bool set[256] = {false}, negated, range;
	size_t open = s->pos++, first;
	unsigned previous = 0, c;

	negated = peek(s, 0) == '^' || (peek(s, 0) == '!' && !s->docker);
	first = s->pos += negated;
	if (s->docker && peek(s, 0) == ']')
		return refuse(s, open, "the class can match nothing");
	while (s->pos == first || peek(s, 0) != ']') {
		if (s->pos == s->len)
			return refuse(s, open, "the class is not closed");
		if (peek(s, 0) == '[' && peek(s, 1) == ':') {
			if (!read_posix_class(s, set, &previous))
				return false;
			continue;
		}
		range = peek(s, 0) == '-' && previous && peek(s, 1) && peek(s, 1) != ']';
		s->pos += range;
		s->pos += peek(s, 0) == '\\';
		c = peek(s, 0);
		if (range && s->docker && c && c < previous)
			return refuse(s, s->pos, "the range is empty");
		for (unsigned b = range ? previous : c; b <= c; b++)
			set[b] = true;
		previous = range ? 0 : c;
		s->pos += c != 0;
	}
	s->pos++;
	return add_class(s, open, set, negated);
}

/* Writes how the expression starts: at the top, or at any name. A pattern whose one star comes
 * first needs no start: to search for the rest is several times faster. */
static void write_start(struct scan *s)
{
	bool anywhere = !s->docker && (!s->about_path || skip_double_stars(s));
	size_t after = stars_end(s);

	if (anywhere && after > s->pos && after < s->len &&
		!memchr(s->text + after, '*', s->len - after)) {
		s->pos = after;
		return;
	}
	buf_adds(s->regex, anywhere ? "(?<![^/])" : "\\A");
	buf_addc(&s->run, '/');
}

bool glob_translate(struct buf *regex, struct buf *literal, const char *pattern, size_t len,
	enum pattern_grammar grammar, bool fold, struct pattern_error *why)
{
	struct scan s = {regex, literal, BUF_INIT, why, pattern, len, .fold = fold,
		.docker = grammar == PATTERN_DOCKER};
	bool dir_only = !s.docker && len && pattern[len - 1] == '/', fits = true;
	const char *nul = memchr(pattern, '\0', len);

	if (nul)
		return refuse(&s, (size_t)(nul - pattern), "a NUL byte");
	s.len -= dir_only;
	s.about_path = memchr(pattern, '/', s.len);
	s.pos = s.name = s.about_path && !s.docker && *pattern == '/';
	if (s.pos == s.len && !s.docker)
		return refuse(&s, 0, "the pattern is empty");
	write_start(&s);
	while (s.pos < s.len && fits) {
		unsigned c = peek(&s, 0);

		if (c == '*') {
			read_stars(&s);
		} else if (c == '?') {
			s.pos++;
			add_wildcard(&s, "[^/]");
		} else {
			fits = c == '[' ? read_class(&s) : read_literal(&s);
		}
	}
	fits = fits && end_name(&s, s.len);
	buf_addc(&s.run, '/');
	add_wildcard(&s, dir_only ? "/" : "(?:/|\\z)");
	close_group(&s);
	buf_free(&s.run);
	return fits;
}
