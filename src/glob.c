#include "glob.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The pattern being read. `len` leaves out the slash that means "directories only". */
struct scan {
	struct glob *glob;
	struct pattern_error *why;
	const char *text;
	size_t len;
	size_t pos;
	bool caseless;
	bool about_path;  /* not about a name */
	bool double_star; /* the last thing written is a real "**" and its slash */

	/* The name being read, between slashes. */
	size_t name;    /* where it starts */
	bool name_wild; /* holds more than literal bytes */
	bool name_dots; /* holds no literal byte but dots */
	size_t name_len;
};

struct byteset {
	uint64_t bits[4];
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

static bool set_has(const struct byteset *set, unsigned c)
{
	return set->bits[c / 64] >> (c % 64) & 1;
}

static void set_add(struct byteset *set, unsigned first, unsigned last)
{
	for (unsigned c = first; c <= last; c++)
		set->bits[c / 64] |= UINT64_C(1) << (c % 64);
}

static void set_remove(struct byteset *set, unsigned c)
{
	set->bits[c / 64] &= ~(UINT64_C(1) << (c % 64));
}

static void set_negate(struct byteset *set)
{
	for (size_t i = 0; i < 4; i++)
		set->bits[i] = ~set->bits[i];
}

static void set_add_other_cases(struct byteset *set)
{
	for (unsigned c = 'a'; c <= 'z'; c++) {
		unsigned upper = c - 'a' + 'A';

		if (set_has(set, c))
			set_add(set, upper, upper);
		else if (set_has(set, upper))
			set_add(set, c, c);
	}
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

static bool is_ascii_punct(unsigned c)
{
	return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
	       (c >= '{' && c <= '~');
}

static void write_byte(struct scan *s, unsigned c)
{
	if (is_ascii_punct(c) && c != '/')
		buf_addc(&s->glob->text, '\\');
	buf_addc(&s->glob->text, (char)c);
	s->double_star = false;
}

/* A name that no path has: git would go on comparing, and never match. */
static int end_name(struct scan *s)
{
	if (!s->name_wild && !s->name_len)
		return refuse(s, s->name, "no path has an empty name between slashes");
	if (!s->name_wild && s->name_dots && s->name_len <= 2)
		return refuse(s, s->name, "no path has '.' or '..' as a name");
	s->name = s->pos;
	s->name_wild = false;
	s->name_dots = true;
	s->name_len = 0;
	return 0;
}

/* Takes note of a literal byte before `pos`. */
static int note_byte(struct scan *s, unsigned c)
{
	if (c == '/')
		return end_name(s);
	s->name_len++;
	s->name_dots = s->name_dots && c == '.';
	return 0;
}

static int read_prefix(struct scan *s)
{
	s->glob->prefix = s->text + s->pos;
	while (s->pos < s->len && !strchr("*?[\\", s->text[s->pos])) {
		s->pos++;
		s->glob->prefix_len++;
		if (note_byte(s, (unsigned char)s->text[s->pos - 1]))
			return 1;
	}
	return 0;
}

static void write_star(struct scan *s)
{
	struct buf *text = &s->glob->text;

	s->name_wild = true;
	if (s->glob->start == GLOB_AT_NAME && !text->len && s->pos < s->len)
		s->glob->start = GLOB_ANYWHERE;
	else
		buf_addc(text, '*');
	s->double_star = false;
}

/* The slash of a real "**" has been read. */
static void write_double_star(struct scan *s)
{
	struct buf *text = &s->glob->text;

	if (!text->len && s->glob->start == GLOB_AT_START)
		s->glob->start = GLOB_AT_NAME;
	else if (text->len && !s->double_star)
		buf_adds(text, "**/");
	s->double_star = true;
}

static int read_double_star(struct scan *s)
{
	s->name_wild = true;
	s->pos++;
	write_double_star(s);
	return end_name(s);
}

/* A real "**" and the escaped slash after it. Unlike a plain one, that slash must be there. */
static int read_double_star_escaped(struct scan *s)
{
	write_star(s);
	write_byte(s, '/');
	s->pos += 2;
	write_double_star(s);
	return end_name(s);
}

static int read_stars(struct scan *s)
{
	size_t run = s->pos;
	bool at_name = s->text + run == s->glob->prefix || s->text[run - 1] == '/';

	while (peek(s, 0) == '*')
		s->pos++;
	if (s->about_path && at_name && s->pos - run >= 2) {
		if (peek(s, 0) == '/')
			return read_double_star(s);
		if (peek(s, 0) == '\\' && peek(s, 1) == '/')
			return read_double_star_escaped(s);
	}
	write_star(s);
	return 0;
}

static int add_posix_class(struct scan *s, struct byteset *set, const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof posix_classes / sizeof *posix_classes; i++) {
		const struct posix_class *known = &posix_classes[i];

		if (strlen(known->name) != len || memcmp(known->name, name, len) != 0)
			continue;
		for (const char *r = known->ranges; *r; r += 2)
			set_add(set, (unsigned char)r[0], (unsigned char)r[1]);
		return 0;
	}
	return refuse(s, s->pos, "unknown POSIX class");
}

/* At "[:" within a class. `*previous` becomes what a range may start with, 0 for nothing. */
static int read_posix_class(struct scan *s, struct byteset *set, unsigned *previous)
{
	const char *name = s->text + s->pos + 2;
	const char *close = memchr(name, ']', s->len - s->pos - 2);

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
	if (add_posix_class(s, set, name, (size_t)(close - name) - 1))
		return 1;
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

static int read_class_item(struct scan *s, struct byteset *set, unsigned *previous)
{
	unsigned first = *previous;
	unsigned c;

	if (peek(s, 0) == '[' && peek(s, 1) == ':')
		return read_posix_class(s, set, previous);
	if (peek(s, 0) == '-' && first && peek(s, 1) && peek(s, 1) != ']') {
		s->pos++;
		set_add(set, first, read_class_byte(s));
		*previous = 0;
		return 0;
	}
	c = read_class_byte(s);
	set_add(set, c, c);
	*previous = c;
	return 0;
}

static void write_run(struct scan *s, unsigned first, unsigned last)
{
	write_byte(s, first);
	if (last > first + 1)
		buf_addc(&s->glob->text, '-');
	if (last > first)
		write_byte(s, last);
}

/* The converter takes a `^` that comes first for a negation, even after a backslash; here it comes
 * last, and a class of one byte is written as that byte. */
static void write_class(struct scan *s, const struct byteset *set, unsigned count)
{
	unsigned last;

	if (count > 1)
		buf_addc(&s->glob->text, '[');
	for (unsigned c = 1; c < 256; c = last + 1) {
		last = c;
		if (!set_has(set, c) || c == '^')
			continue;
		while (last < 255 && set_has(set, last + 1) && last + 1 != '^')
			last++;
		write_run(s, c, last);
	}
	if (set_has(set, '^'))
		write_byte(s, '^');
	if (count > 1)
		buf_addc(&s->glob->text, ']');
}

/* Writes out a class that starts at `open` and has been read. */
static int finish_class(struct scan *s, size_t open, struct byteset *set, bool negated)
{
	unsigned count = 0;

	if (s->caseless)
		set_add_other_cases(set);
	if (negated)
		set_negate(set);
	set_remove(set, 0);
	set_remove(set, '/');
	for (unsigned c = 0; c < 256; c++)
		count += set_has(set, c);
	if (!count)
		return refuse(s, open, "the class can match nothing");
	write_class(s, set, count);
	s->name_wild = true;
	return 0;
}

static int read_class(struct scan *s)
{
	struct byteset set = {{0}};
	size_t open = s->pos++;
	unsigned previous = 0;
	bool negated = peek(s, 0) == '!' || peek(s, 0) == '^';

	s->pos += negated;
	do {
		if (read_class_item(s, &set, &previous))
			return 1;
		if (s->pos == s->len)
			return refuse(s, open, "the class is not closed");
	} while (peek(s, 0) != ']');
	s->pos++;
	return finish_class(s, open, &set, negated);
}

static int read_literal(struct scan *s)
{
	unsigned c;

	if (peek(s, 0) == '\\')
		s->pos++;
	c = peek(s, 0);
	if (!c)
		return refuse(s, s->pos - 1, "nothing follows the backslash");
	s->pos++;
	write_byte(s, c);
	return note_byte(s, c);
}

static int read_token(struct scan *s)
{
	switch (peek(s, 0)) {
	case '*':
		return read_stars(s);
	case '[':
		return read_class(s);
	case '?':
		s->pos++;
		s->name_wild = true;
		s->double_star = false;
		buf_addc(&s->glob->text, '?');
		return 0;
	default:
		return read_literal(s);
	}
}

static int read_pattern(struct scan *s)
{
	const char *nul = memchr(s->text, '\0', s->len);

	if (nul)
		return refuse(s, (size_t)(nul - s->text), "a NUL byte");
	if (s->len && s->text[s->len - 1] == '/') {
		s->glob->dir_only = true;
		s->len--;
	}
	s->about_path = s->len && memchr(s->text, '/', s->len);
	s->glob->start = s->about_path ? GLOB_AT_START : GLOB_AT_NAME;
	s->pos = s->about_path && s->text[0] == '/';
	s->name = s->pos;
	if (s->pos == s->len)
		return refuse(s, 0, "the pattern is empty");
	if (s->about_path && read_prefix(s))
		return 1;
	while (s->pos < s->len)
		if (read_token(s))
			return 1;
	return end_name(s);
}

int glob_normalize(
	struct glob *out, const char *pattern, size_t len, bool caseless, struct pattern_error *why)
{
	struct scan s = {
		.glob = out,
		.why = why,
		.text = pattern,
		.len = len,
		.caseless = caseless,
		.name_dots = true,
	};
	int rc;

	*out = (struct glob){.prefix = pattern, .text = BUF_INIT};
	rc = read_pattern(&s);
	if (!rc)
		rc = buf_failed(&out->text);
	if (rc)
		buf_free(&out->text);
	return rc;
}

void glob_free(struct glob *g)
{
	buf_free(&g->text);
}
