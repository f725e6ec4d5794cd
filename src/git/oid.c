#include "git/oid.h"

const char *oid_hex(const struct oid *oid, size_t size)
{
	enum { TEXTS = 4 };
	static const char digits[] = "0123456789abcdef";
	static _Thread_local char texts[TEXTS][OID_HEX_MAX + 1];
	static _Thread_local unsigned next;
	char *text = texts[next++ % TEXTS];
	size_t i;

	for (i = 0; i < size; i++) {
		text[2 * i] = digits[oid->bytes[i] >> 4];
		text[2 * i + 1] = digits[oid->bytes[i] & 15];
	}
	text[2 * size] = '\0';
	return text;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool oid_parse(struct oid *out, const char *text, size_t size)
{
	size_t i;

	memset(out, 0, sizeof *out);
	for (i = 0; i < size; i++) {
		int high = digit(text[2 * i]), low = high < 0 ? -1 : digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		out->bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}
