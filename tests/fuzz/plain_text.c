#include "plain_text.h"

#include <string.h>

long plain_char(const char *s, size_t len, size_t *taken)
{
	static const struct {
		unsigned char mask, lead;
		long first;
	} forms[] = {
		{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
	size_t n, i;

	*taken = 1;
	for (n = 0; n < 4; n++) {
		long c = (unsigned char)s[0] & (unsigned char)~forms[n].mask;

		if (((unsigned char)s[0] & forms[n].mask) != forms[n].lead)
			continue;
		for (i = 1; i <= n; i++) {
			if (i >= len || ((unsigned char)s[i] & 0xc0) != 0x80)
				return -1;
			c = c * 64 + ((unsigned char)s[i] & 0x3f);
		}
		if (c < forms[n].first || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return -1;
		*taken = n + 1;
		return c;
	}
	return -1;
}

bool plain_is_utf8(const char *s, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n)
		if (plain_char(s + i, len - i, &n) < 0)
			return false;
	return true;
}

/* ECMA-48's C0 and C1, line and paragraph separators, all that has to do with direction, and what
 * is of no width (Unicode's default ignorable characters, and its format characters). */
static bool drives(long c)
{
	static const long ranges[][2] = {{0, 0x1f}, {0x7f, 0x9f}, {0x2028, 0x2029},
		{0x061c, 0x061c}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064},
		{0x2065, 0x206f}, {0xfeff, 0xfeff}, {0x00ad, 0x00ad}, {0x034f, 0x034f},
		{0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x3164, 0x3164},
		{0xfe00, 0xfe0f}, {0xffa0, 0xffa0}, {0xfff0, 0xfff8}, {0xfff9, 0xfffb},
		{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}, {0x0600, 0x0605},
		{0x06dd, 0x06dd}, {0x070f, 0x070f}, {0x0890, 0x0891}, {0x08e2, 0x08e2},
		{0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x2800, 0x2800}};
	size_t i;

	for (i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

bool plain_is_harmless(const char *s, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		long c = plain_char(s + i, len - i, &n);

		if (c < 0 || (c != '\n' && drives(c)))
			return false;
	}
	return true;
}

static bool begins(const char *s, size_t len, const char *head)
{
	return len >= strlen(head) && memcmp(s, head, strlen(head)) == 0;
}

bool plain_has_command(const char *s, size_t len)
{
	bool at_start = true;
	size_t i;

	for (i = 0; i < len; i++) {
		if (begins(s + i, len - i, "##[") || begins(s + i, len - i, "##vso["))
			return true;
		if (at_start && begins(s + i, len - i, "::"))
			return true;
		at_start = s[i] == '\n' || (at_start && (s[i] == ' ' || s[i] == '\t'));
	}
	return false;
}

void plain_replace(struct buf *out, const char *s, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		if (plain_char(s + i, len - i, &n) < 0)
			buf_adds(out, "\xef\xbf\xbd");
		else
			buf_add(out, s + i, n);
	}
}

/* printf's format, of which only three octal digits may mean more than themselves. */
static bool add_format(struct buf *out, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] == '%' || s[i] == '\'' || (i == 0 && s[i] == '-'))
			return false;
		if (s[i] != '\\') {
			buf_addc(out, s[i]);
			continue;
		}
		if (len - i < 4 || s[i + 1] < '0' || s[i + 1] > '3')
			return false;
		buf_addc(
			out, (char)((s[i + 1] - '0') * 64 + (s[i + 2] - '0') * 8 + s[i + 3] - '0'));
		i += 3;
	}
	return true;
}

/* Quotes, of which none holds a backslash, which fish would read, and backslashes outside. */
static bool add_quoted(struct buf *out, const char *s, size_t len)
{
	bool open = false;
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] == '\'') {
			open = !open;
		} else if (open) {
			if (s[i] == '\\')
				return false;
			buf_addc(out, s[i]);
		} else {
			if (s[i] != '\\' || ++i == len || !strchr("'\\", s[i]))
				return false;
			buf_addc(out, s[i]);
		}
	}
	return !open;
}

bool plain_word(struct buf *out, const char *s, size_t len)
{
	static const char head[] = "\"$(printf '", tail[] = "')\"";
	size_t i;

	if (begins(s, len, head) && len >= sizeof head + sizeof tail - 2 &&
		memcmp(s + len - (sizeof tail - 1), tail, sizeof tail - 1) == 0)
		return add_format(out, s + sizeof head - 1, len - sizeof head - sizeof tail + 2);
	if (len > 0 && (s[0] == '\'' || s[0] == '\\'))
		return add_quoted(out, s, len);
	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x80 && strchr(" \t\n\r|&;<>()$`\\\"'*?[]#~!{}^=%", s[i]))
			return false;
	buf_add(out, s, len);
	return len > 0;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* The byte that an escape, after its backslash, stands for; moves past it. -1 when it is none. */
static int unescape(const char **s)
{
	static const char letters[] = "abfnrtv\\\"", bytes[] = "\a\b\f\n\r\t\v\\\"";
	const char *at = *s, *letter;

	if (at[0] >= '0' && at[0] <= '3' && is_octal(at[1]) && is_octal(at[2])) {
		*s += 3;
		return (at[0] - '0') << 6 | (at[1] - '0') << 3 | (at[2] - '0');
	}
	letter = *at ? strchr(letters, *at) : NULL;
	if (!letter)
		return -1;
	(*s)++;
	return bytes[letter - letters];
}

bool plain_unquote(struct buf *out, const char **quoted)
{
	const char *s = *quoted + 1;
	int byte;

	while (*s && *s != '"') {
		if (*s != '\\') {
			buf_addc(out, *s++);
			continue;
		}
		s++;
		byte = unescape(&s);
		if (byte < 0)
			return false;
		buf_addc(out, (char)byte);
	}
	if (!*s)
		return false;
	*quoted = s + 1;
	return true;
}
