#include "base/base.h"

#include <stdarg.h>

void *memory_or_end(void *block)
{
	if (!block)
		fatal("out of memory");
	return block;
}

void *memory_new(size_t count, size_t size)
{
	return memory_or_end(calloc(count ? count : 1, size));
}

char *memory_text(const char *s, size_t most)
{
	return memory_or_end(strndup(s, most));
}

char *memory_string(const char *s)
{
	return s ? memory_or_end(strdup(s)) : NULL;
}

void array_grow(void *items, size_t count, size_t size)
{
	void *block;

	if (count & (count - 1))
		return;
	if (count > SIZE_MAX / 2 / size)
		fatal("out of memory");
	memcpy(&block, items, sizeof block); /* whatever it points to */
	block = memory_or_end(realloc(block, (count ? 2 * count : 1) * size));
	memcpy(items, &block, sizeof block);
}

char buf_empty[1];

/* Makes room for `extra` bytes and the NUL. */
static void reserve(struct buf *b, size_t extra)
{
	size_t cap = b->cap ? b->cap : 32;

	if (extra < b->cap - b->len)
		return;
	if (extra > SIZE_MAX / 2 - b->len - 1)
		fatal("out of memory");
	while (cap <= b->len + extra)
		cap *= 2;
	b->ptr = memory_or_end(realloc(b->cap ? b->ptr : NULL, cap));
	b->cap = cap;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
	reserve(b, len);
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
	reserve(b, n < 0 ? SIZE_MAX : (size_t)n);
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

void buf_free(struct buf *b)
{
	if (b->cap)
		free(b->ptr);
	*b = (struct buf)BUF_INIT;
}

char *buf_take(struct buf *b)
{
	char *ptr;

	buf_add(b, "", 0);
	ptr = b->ptr;
	*b = (struct buf)BUF_INIT;
	return ptr;
}

char *buf_join(const char *start, const char *end)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, start);
	buf_adds(&text, end);
	return buf_take(&text);
}
