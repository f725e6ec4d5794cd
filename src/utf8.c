#include "utf8.h"

#include <stdbool.h>
#include <stdint.h>

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

/* Whether showing the character could move the cursor, colour the screen or turn the text round. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0x200e ||
	       c == 0x200f || c == 0x061c || c == 0xfeff || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
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
