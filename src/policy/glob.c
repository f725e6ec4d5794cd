#include "policy/glob.h"

#include <stdio.h>
#include <string.h>

/* The pattern being read. `len` leaves out the slash that means "directories only". */
struct scan {
	struct glob *out;
	struct pattern_error *why;
	const char *text;
	size_t len;
	size_t pos;
	bool docker;
	bool caseless;
	bool about_path;  /* not about a name */
	bool in_group;    /* an atomic group is open: what follows a star */
	bool double_star; /* the last thing written is a real "**" and its slash */
	struct buf run;   /* the literal bytes since the last wildcard */

	/* The name being read, between slashes. */
	size_t name;    /* where it starts */
	bool name_wild; /* holds more than literal bytes */
	bool name_dots; /* holds no literal byte but dots */
	size_t name_len;
};

/* The bytes of each POSIX class, first and last of each range. */
static const struct posix_class {
	const char *name;
	const char *ranges;
} posix_classes[] = {
	{"alnum", "09AZaz"},
	{"alpha", "AZaz"},
	{"blank", "\t\t  "},
	{"cntrl", "\001\037\177\177"},
	{"digit", "09"},
	{"graph", "!~"},
	{"lower", "az"},
	{"print", " ~"},
	{"punct", "!/:@[`{~"},
	{"space", "\t\n\r\r  "},
	{"upper", "AZ"},
	{"xdigit", "09AFaf"},
};

/* A set of bytes has a bool for each. */
static void set_add(bool *set, unsigned first, unsigned last)
{
	for (unsigned c = first; c <= last; c++)
		set[c] = true;
}

static void set_add_other_cases(bool *set)
{
	for (unsigned c = 'A'; c <= 'Z'; c++)
		set[c] = set[c + 'a' - 'A'] = set[c] || set[c + 'a' - 'A'];
}

/* The byte `ahead` of the one being read, 0 past the end. */
static unsigned peek(const struct scan *s, size_t ahead)
{
	return ahead < s->len - s->pos ? (unsigned char)s->text[s->pos + ahead] : 0;
}

static int refuse(struct scan *s, size_t at, const char *reason)
{
	s->why->column = at + 1;
	snprintf(s->why->reason, sizeof s->why->reason, "%s", reason);
	return 1;
}

/* Appends a byte that stands for itself in an expression, in or outside a class. */
static void add_byte(struct buf *regex, unsigned c)
{
	if (c > ' ' && c < 0x7f && c != '/' && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
		!(c >= 'a' && c <= 'z'))
		buf_addc(regex, '\\');
	buf_addc(regex, (char)c);
}

/* Appends what stands for other bytes than itself. */
static void add_wildcard(struct scan *s, const char *regex)
{
	buf_adds(&s->out->regex, regex);
	if (s->run.len >= s->out->literal.len) {
		struct buf shorter = s->out->literal;

		s->out->literal = s->run;
		s->run = shorter;
	}
	buf_clear(&s->run);
	s->double_star = false;
}

static void close_group(struct scan *s)
{
	if (s->in_group)
		buf_addc(&s->out->regex, ')');
	s->in_group = false;
}

/* A name that no path has: git would go on comparing, and never match. */
static int end_name(struct scan *s)
{
	if (!s->docker && !s->name_wild && !s->name_len)
		return refuse(s, s->name, "no path has an empty name between slashes");
	if (!s->docker && !s->name_wild && s->name_dots && s->name_len <= 2)
		return refuse(s, s->name, "no path has '.' or '..' as a name");
	s->name = s->pos;
	s->name_wild = false;
	s->name_dots = true;
	s->name_len = 0;
	return 0;
}

/* A byte before `pos` that stands for itself. */
static int add_literal(struct scan *s, unsigned c)
{
	add_byte(&s->out->regex, c);
	buf_addc(&s->run, (char)c);
	s->double_star = false;
	if (c == '/') {
		close_group(s);
		return end_name(s);
	}
	s->name_len++;
	s->name_dots = s->name_dots && c == '.';
	return 0;
}

static void add_star(struct scan *s)
{
	s->name_wild = true;
	close_group(s);
	add_wildcard(s, s->docker ? "[^/]*" : "(?>[^/]*?");
	s->in_group = !s->docker;
}

static void add_double_star(struct scan *s)
{
	if (!s->double_star) {
		add_wildcard(s, "(*COMMIT)(?s:.*?/)\?\?");
		buf_addc(&s->run, '/');
	}
	s->double_star = true;
}

/* A real "**", and a slash after it. A plain slash may be left out with it, an escaped one not. */
static int read_double_star(struct scan *s)
{
	if (peek(s, 0) == '\\') {
		add_star(s);
		s->pos += 2;
		if (add_literal(s, '/'))
			return 1;
		add_double_star(s);
		return 0;
	}
	s->name_wild = true;
	s->pos++;
	add_double_star(s);
	return end_name(s);
}

/* Docker's, which takes two asterisks at a time. At the start, before plain text, it is read as
 * "ends in". */
static void read_docker_double_star(struct scan *s)
{
	bool at_start = s->pos == 0, slash = peek(s, 2) == '/';
	size_t i;

	s->pos += 2 + slash;
	for (i = s->pos; i < s->len && !strchr("*?[\\", s->text[i]); i++)
		;
	if (s->pos == s->len || (at_start && !slash && i == s->len))
		add_wildcard(s, "(?s:.*)");
	else
		add_wildcard(s, "(?s:.*/)?");
}

static size_t skip_stars(const struct scan *s)
{
	size_t pos = s->pos;

	while (pos < s->len && s->text[pos] == '*')
		pos++;
	return pos;
}

static int read_stars(struct scan *s)
{
	size_t run = s->pos;
	bool at_name = run == 0 || s->text[run - 1] == '/';

	if (s->docker && peek(s, 1) == '*') {
		read_docker_double_star(s);
		return 0;
	}
	s->pos = s->docker ? run + 1 : skip_stars(s);
	if (s->about_path && !s->docker && at_name && s->pos - run >= 2 &&
		(peek(s, 0) == '/' || (peek(s, 0) == '\\' && peek(s, 1) == '/')))
		return read_double_star(s);
	add_star(s);
	return 0;
}

/* At "[:" within a class. `*previous` becomes what a range may start with, 0 for nothing. */
static int read_posix_class(struct scan *s, bool *set, unsigned *previous)
{
	const char *name = s->text + s->pos + 2;
	const char *close = memchr(name, ']', s->len - s->pos - 2);
	size_t i, count = sizeof posix_classes / sizeof *posix_classes;

	if (!close) {
		s->pos = s->len;
		return 0;
	}
	if (close == name || close[-1] != ':') {
		set_add(set, '[', '[');
		*previous = '[';
		s->pos++;
		return 0;
	}
	for (i = 0; i < count; i++)
		if (strncmp(posix_classes[i].name, name, (size_t)(close - name) - 1) == 0 &&
			posix_classes[i].name[close - name - 1] == '\0')
			break;
	if (i == count)
		return refuse(s, s->pos, "unknown POSIX class");
	for (const char *r = posix_classes[i].ranges; *r; r += 2)
		set_add(set, (unsigned char)r[0], (unsigned char)r[1]);
	*previous = 0;
	s->pos = (size_t)(close - s->text) + 1;
	return 0;
}

/* One byte of a class, which may be escaped; 0 at the end of the pattern. */
static unsigned read_class_byte(struct scan *s)
{
	unsigned c;

	if (peek(s, 0) == '\\')
		s->pos++;
	c = peek(s, 0);
	s->pos += c != 0;
	return c;
}

static int read_class_item(struct scan *s, bool *set, unsigned *previous)
{
	unsigned first = *previous;
	unsigned c;

	if (peek(s, 0) == '[' && peek(s, 1) == ':')
		return read_posix_class(s, set, previous);
	if (peek(s, 0) == '-' && first && peek(s, 1) && peek(s, 1) != ']') {
		s->pos++;
		c = read_class_byte(s);
		if (s->docker && c && c < first)
			return refuse(s, s->pos - 1, "the range is empty");
		set_add(set, first, c);
		*previous = 0;
		return 0;
	}
	c = read_class_byte(s);
	set_add(set, c, c);
	*previous = c;
	return 0;
}

/* Writes a class that starts at `open` and has been read, as the bytes that it matches. */
static int add_class(struct scan *s, size_t open, bool *set, bool negated)
{
	struct buf *regex = &s->out->regex;
	unsigned count = 0, last;

	if (s->caseless)
		set_add_other_cases(set);
	for (unsigned c = 0; c < 256; c++)
		set[c] = set[c] != negated && c && (c != '/' || s->docker);
	add_wildcard(s, "[");
	for (unsigned c = 1; c < 256; c = last + 1) {
		last = c;
		if (!set[c])
			continue;
		while (last < 255 && set[last + 1])
			last++;
		count++;
		add_byte(regex, c);
		if (last > c) {
			buf_addc(regex, '-');
			add_byte(regex, last);
		}
	}
	buf_addc(regex, ']');
	s->name_wild = true;
	return count ? 0 : refuse(s, open, "the class can match nothing");
}

static int read_class(struct scan *s)
{
	bool set[256] = {false};
	size_t open = s->pos++;
	unsigned previous = 0;
	bool negated = peek(s, 0) == '^' || (peek(s, 0) == '!' && !s->docker);

	s->pos += negated;
	if (s->docker && peek(s, 0) == ']')
		return refuse(s, open, "the class can match nothing");
	do {
		if (read_class_item(s, set, &previous))
			return 1;
		if (s->pos == s->len)
			return refuse(s, open, "the class is not closed");
	} while (peek(s, 0) != ']');
	s->pos++;
	return add_class(s, open, set, negated);
}

static int read_token(struct scan *s)
{
	unsigned c = peek(s, 0);

	switch (c) {
	case '*':
		return read_stars(s);
	case '[':
		return read_class(s);
	case '?':
		s->pos++;
		s->name_wild = true;
		add_wildcard(s, "[^/]");
		return 0;
	case '\\':
		s->pos++;
		c = peek(s, 0);
		if (!c)
			return refuse(s, s->pos - 1, "nothing follows the backslash");
		break;
	}
	s->pos++;
	return add_literal(s, c);
}

/* Whether the rest of the name, from `pos` on, has a star. */
static bool name_has_star(const struct scan *s, size_t pos)
{
	while (pos < s->len && s->text[pos] != '/' && s->text[pos] != '*')
		pos++;
	return pos < s->len && s->text[pos] == '*';
}

/* Writes how the expression starts: at the top, or at any name. A name whose one star comes first
 * needs no start: to search for the rest is several times faster. */
static void start(struct scan *s)
{
	bool anywhere = !s->about_path && !s->docker;
	size_t after = skip_stars(s);

	for (; s->about_path && !s->docker; after = skip_stars(s)) {
		if (after - s->pos < 2 || after == s->len || s->text[after] != '/')
			break;
		anywhere = true;
		s->pos = s->name = after + 1;
	}
	if (anywhere && after > s->pos && after < s->len && !name_has_star(s, after)) {
		s->pos = after;
		s->name_wild = true;
		return;
	}
	buf_adds(&s->out->regex, anywhere ? "(?<![^/])" : "\\A");
	buf_addc(&s->run, '/');
}

static int read_pattern(struct scan *s)
{
	const char *nul = memchr(s->text, '\0', s->len);
	bool dir_only = !s->docker && s->len && s->text[s->len - 1] == '/';

	if (nul)
		return refuse(s, (size_t)(nul - s->text), "a NUL byte");
	s->len -= dir_only;
	s->about_path = s->len && memchr(s->text, '/', s->len);
	s->pos = s->name = s->about_path && !s->docker && *s->text == '/';
	if (s->pos == s->len && !s->docker)
		return refuse(s, 0, "the pattern is empty");
	start(s);
	while (s->pos < s->len)
		if (read_token(s))
			return 1;
	if (end_name(s))
		return 1;
	buf_addc(&s->run, '/');
	add_wildcard(s, dir_only ? "/" : "(?:/|\\z)");
	close_group(s);
	return 0;
}

int glob_translate(struct glob *out, const char *pattern, size_t len, enum glob_grammar grammar,
	bool caseless, struct pattern_error *why)
{
	struct scan s = {
		.out = out,
		.why = why,
		.text = pattern,
		.len = len,
		.docker = grammar == GLOB_DOCKER,
		.caseless = caseless,
		.run = BUF_INIT,
		.name_dots = true,
	};
	int rc;

	*out = (struct glob){.regex = BUF_INIT, .literal = BUF_INIT};
	rc = read_pattern(&s);
	if (!rc && (buf_failed(&out->regex) || buf_failed(&out->literal) || buf_failed(&s.run)))
		rc = -1;
	buf_free(&s.run);
	if (rc)
		glob_free(out);
	return rc;
}

void glob_free(struct glob *g)
{
	buf_free(&g->regex);
	buf_free(&g->literal);
}
