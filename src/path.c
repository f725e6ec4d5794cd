#include "path.h"

#include <stdint.h>
#include <string.h>

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

size_t path_utf8(const char *s, size_t len)
{
	uint32_t c;

	return decode(s, len, &c);
}

/* Whether showing the character could move the cursor, colour the screen or turn the text round. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
	       c == 0x200e || c == 0x200f || c == 0x061c || c == 0xfeff ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Length of the character at `s` if it can be shown as it is, else 0. */
static size_t showable(const char *s, size_t len)
{
	uint32_t c;
	size_t n = decode(s, len, &c);

	return n && !is_control(c) ? n : 0;
}

static void escape_byte(struct buf *out, unsigned char c)
{
	static const char letters[] = "abtnvfr";

	if (c >= '\a' && c <= '\r')
		buf_addf(out, "\\%c", letters[c - '\a']);
	else
		buf_addf(out, "\\%03o", c);
}

void path_quote(struct buf *out, const char *path, size_t len)
{
	size_t i, n, start = out->len;
	bool quoted = false;

	buf_addc(out, '"');
	for (i = 0; i < len; i += n) {
		n = showable(path + i, len - i);
		if (n && path[i] != '"' && path[i] != '\\') {
			buf_add(out, path + i, n);
			continue;
		}
		quoted = true;
		if (n)
			buf_addf(out, "\\%c", path[i]);
		else
			for (n = path_utf8(path + i, len - i), n = n ? n : 1; n; n--, i++)
				escape_byte(out, (unsigned char)path[i]);
	}
	if (quoted || len == 0) {
		buf_addc(out, '"');
		return;
	}
	buf_cut(out, start);
	buf_add(out, path, len);
}

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_-./:@%+=,", c)) || c >= 0x80;
}

static void shell_ansi(struct buf *out, const char *word, size_t len)
{
	size_t i;

	buf_adds(out, "$'");
	for (i = 0; i < len; i++) {
		size_t n = showable(word + i, len - i);

		if (n > 1) {
			buf_add(out, word + i, n);
			i += n - 1;
		} else if (n == 1 && word[i] != '\'' && word[i] != '\\') {
			buf_addc(out, word[i]);
		} else {
			buf_addf(out, "\\%03o", (unsigned char)word[i]);
		}
	}
	buf_addc(out, '\'');
}

void path_shell(struct buf *out, const char *word, size_t len)
{
	bool plain = len > 0;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = showable(word + i, len - i);
		if (n == 0) {
			shell_ansi(out, word, len);
			return;
		}
		plain = plain && is_plain((unsigned char)word[i]);
	}
	if (plain) {
		buf_add(out, word, len);
		return;
	}
	buf_addc(out, '\'');
	for (i = 0; i < len; i++) {
		if (word[i] == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, word[i]);
	}
	buf_addc(out, '\'');
}

void path_replace(struct buf *out, const char *path, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = path_utf8(path + i, len - i);
		if (n)
			buf_add(out, path + i, n);
		else
			buf_adds(out, "\xef\xbf\xbd");
		n = n ? n : 1;
	}
}
