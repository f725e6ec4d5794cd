#include "base/utf8.h"

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
 * characters of Unicode's categories Cc, Cf, Zl and Zp and those that are ignorable by default. */
static bool is_control(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f}, {0x600, 0x605},
		{0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f}, {0x890, 0x891}, {0x8e2, 0x8e2},
		{0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f},
		{0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f},
		{0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x110bd, 0x110bd},
		{0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
		{0xe0000, 0xe0fff}};
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
