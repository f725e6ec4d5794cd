#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char buf_empty[1];

/* Makes room for `extra` bytes and the NUL; false when there is none. */
static bool reserve(struct buf *b, size_t extra)
{
	size_t cap = b->cap ? b->cap : 32;
	char *ptr = NULL;

	if (!b->failed && extra < b->cap - b->len)
		return true;
	if (!b->failed && extra <= SIZE_MAX / 2 - b->len - 1) {
		while (cap <= b->len + extra)
			cap *= 2;
		ptr = realloc(b->cap ? b->ptr : NULL, cap);
	}
	b->failed = !ptr;
	if (ptr) {
		b->ptr = ptr;
		b->cap = cap;
	}
	return ptr;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
	if (!reserve(b, len))
		return;
	if (len)
		memcpy(b->ptr + b->len, bytes, len);
	b->len += len;
	b->ptr[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0 || !reserve(b, (size_t)n)) {
		b->failed = true;
		return;
	}
	va_start(args, fmt);
	vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, args);
	va_end(args);
	b->len += (size_t)n;
}

void buf_wrap(struct buf *b, const char *text, size_t indent, size_t width)
{
	const size_t room = width - indent;

	for (;;) {
		size_t len = strlen(text), n = len;

		if (len > room)
			for (n = room; n > 0 && text[n] != ' '; n--)
				;
		n = n ? n : strcspn(text, " ");
		buf_add(b, text, n);
		text += n + (text[n] == ' ');
		if (!*text)
			return;
		buf_addf(b, "\n%*s", (int)indent, "");
	}
}

void buf_clear(struct buf *b)
{
	buf_cut(b, 0);
}

void buf_cut(struct buf *b, size_t len)
{
	if (len < b->len) {
		b->len = len;
		b->ptr[len] = '\0';
	}
}

int buf_failed(const struct buf *b)
{
	return b->failed ? error_oom() : 0;
}

void buf_free(struct buf *b)
{
	if (b->cap)
		free(b->ptr);
	*b = (struct buf)BUF_INIT;
}

char *buf_take(struct buf *b)
{
	char *ptr = NULL;

	buf_add(b, "", 0);
	if (buf_failed(b) < 0) {
		buf_free(b);
	} else {
		ptr = b->ptr;
		*b = (struct buf)BUF_INIT;
	}
	return ptr;
}

char *buf_join(const char *start, const char *end)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, start);
	buf_adds(&text, end);
	return buf_take(&text);
}
