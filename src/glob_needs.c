#include <string.h>

#include "glob.h"

/* What of a normal form stands for other bytes than itself. Returns its length. */
static size_t wildcard_length(const char *s)
{
	size_t n = 1;

	if (*s == '[') {
		for (; s[n] != ']'; n++)
			n += s[n] == '\\';
		return n + 1;
	}
	if (*s == '*' && s[1] == '*')
		n = 2 + (s[2] == '/'); /* "**" and a slash may stand for nothing */
	return n;
}

static void add_folded(struct buf *out, const char *s, size_t len)
{
	for (; len > 0; len--, s++)
		buf_addc(out, *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s);
}

static void add_text(struct buf *out, const char *s)
{
	while (*s) {
		if (strchr("*?[", *s)) {
			s += wildcard_length(s);
			buf_addc(out, '\0');
			continue;
		}
		s += *s == '\\';
		add_folded(out, s++, 1);
	}
}

void glob_needs(struct buf *out, const struct glob *g)
{
	if (g->prefix_len || g->start != GLOB_ANYWHERE)
		buf_addc(out, '/');
	add_folded(out, g->prefix, g->prefix_len);
	/* The rest of a path need not begin where a name does. */
	if (g->prefix_len && g->start != GLOB_AT_START)
		buf_addc(out, '\0');
	add_text(out, g->text.ptr);
	buf_adds(out, "/");
	buf_addc(out, '\0');
}
