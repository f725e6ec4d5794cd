#include "base/base.h"

#include <ctype.h>

size_t path_base(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] != '/')
		len--;
	return len;
}

bool path_below(const char *path, size_t len, const char *dir, size_t dir_len)
{
	if (dir_len == 0)
		return true;
	if (len < dir_len || memcmp(path, dir, dir_len) != 0)
		return false;
	return len == dir_len || path[dir_len] == '/';
}

size_t path_shared(const char *a, const char *b, size_t most)
{
	size_t n = 0;
	uint64_t x, y;

	for (; n + sizeof x <= most; n += sizeof x) {
		memcpy(&x, a + n, sizeof x);
		memcpy(&y, b + n, sizeof y);
		if (x != y)
			break;
	}
	while (n < most && a[n] == b[n])
		n++;
	return n;
}

int path_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order)
		return order;
	return (a_len > b_len) - (a_len < b_len);
}

/* Decodes the character at `s`: its length, or 0 when it is not valid. */
static size_t decode(const char *s, size_t len, uint32_t *out)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *u = (const unsigned char *)s;
	size_t n, i;
	uint32_t c;

	if (len == 0)
		return 0;
	c = u[0];
	n = c < 0x80 ? 1 : c < 0xc0 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf8 ? 4 : 0;
	if (n == 0 || n > len)
		return 0;
	if (n > 1)
		c &= 0x7fu >> n;
	for (i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n;
}

size_t utf8_length(const char *s, size_t len)
{
	uint32_t c;

	return decode(s, len, &c);
}

/* What moves the cursor, colours the screen, turns the text round or is not seen at all: the
 * characters of Unicode's categories Cc, Cf, Zl and Zp, those that are ignorable by default, and
 * braille without a dot. */
static bool is_control(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f}, {0x600, 0x605},
		{0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f}, {0x890, 0x891}, {0x8e2, 0x8e2},
		{0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f},
		{0x2028, 0x202e}, {0x2060, 0x206f}, {0x2800, 0x2800}, {0x3164, 0x3164},
		{0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
		{0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
		{0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};
	size_t i;

	for (i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

size_t utf8_showable(const char *s, size_t len)
{
	uint32_t c;
	size_t n = decode(s, len, &c);

	return n && !is_control(c) ? n : 0;
}

bool utf8_commands(const char *s, size_t i)
{
	return i > 0 && (s[i] == '#' || s[i] == ':') && s[i - 1] == s[i];
}

void path_quote(struct buf *out, const char *path, size_t len)
{
	size_t i, n, start = out->len;
	bool quoted = len == 0;

	buf_addc(out, '"');
	for (i = 0; i < len; i += n) {
		unsigned char c = (unsigned char)path[i];

		n = utf8_commands(path, i) ? 0 : utf8_showable(path + i, len - i);
		if (n && c != '"' && c != '\\') {
			buf_add(out, path + i, n);
			continue;
		}
		quoted = true;
		if (n || (c >= '\a' && c <= '\r'))
			buf_addf(out, "\\%c", n ? c : "abtnvfr"[c - '\a']);
		else
			buf_addf(out, "\\%03o", c);
		n = 1;
	}
	if (quoted) {
		buf_addc(out, '"');
	} else {
		buf_cut(out, start);
		buf_add(out, path, len);
	}
}

/* What no shell reads as anything but itself, wherever it is in a word: zsh expands `=name`. */
static bool is_plain(unsigned char c)
{
	return isalnum(c) || (c && strchr("_-./:@+,", c)) || c >= 0x80;
}

/* The one form that sh, bash, zsh and fish all read; only line feeds at the very end would be lost.
 * bash and zsh look for `!` in double quotes, and a `-` at the start is an option of printf. */
static void shell_printf(struct buf *out, const char *word, size_t len)
{
	size_t i, n;

	buf_adds(out, "\"$(printf '");
	for (i = 0; i < len; i += n) {
		n = utf8_showable(word + i, len - i);
		if (n == 0 || !is_plain((unsigned char)word[i]) || utf8_commands(word, i) ||
			(i == 0 && word[i] == '-')) {
			buf_addf(out, "\\%03o", (unsigned char)word[i]);
			n = 1;
		} else {
			buf_add(out, word + i, n);
		}
	}
	buf_adds(out, "')\"");
}

/* A backslash stands outside of the quotes, because fish reads some in them. */
static void shell_quotes(struct buf *out, const char *word, size_t len)
{
	bool open = false;
	size_t i;

	for (i = 0; i < len; i++) {
		bool outside = word[i] == '\'' || word[i] == '\\';

		if (open == outside)
			buf_addc(out, '\'');
		open = !outside;
		if (outside)
			buf_addc(out, '\\');
		buf_addc(out, word[i]);
	}
	buf_adds(out, open ? "'" : len ? "" : "''");
}

void path_shell(struct buf *out, const char *word, size_t len)
{
	bool plain = len > 0, showable = true;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = utf8_showable(word + i, len - i);
		showable = showable && n && !utf8_commands(word, i);
		plain = plain && is_plain((unsigned char)word[i]);
		n = n ? n : 1;
	}
	if (!showable)
		shell_printf(out, word, len);
	else if (plain)
		buf_add(out, word, len);
	else
		shell_quotes(out, word, len);
}

void path_replace(struct buf *out, const char *path, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = utf8_length(path + i, len - i);
		if (n)
			buf_add(out, path + i, n);
		else
			buf_adds(out, "\xef\xbf\xbd");
		n = n ? n : 1;
	}
}

void path_uri(struct buf *out, const char *path, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)path[i];

		if (isalnum(c) || (c && strchr("-._~/", c)))
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}
