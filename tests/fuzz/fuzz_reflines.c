/*
 * Input: a byte that says which hook, then its standard input. What is taken of a line is in that
 * line, in the hook's order with one blank between; the ids are ids; and a line that has this form
 * is not refused.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "range/pushed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool is_id(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!s[i] || !strchr("0123456789abcdef", s[i]))
			return false;
	return len == 40 || len == 64;
}

/* Moves `*end` before the last word of what stands before it, and its blank. */
static size_t take_word(const char *line, size_t *end, const char **word)
{
	size_t len = 0;

	while (len < *end && line[*end - len - 1] != ' ')
		len++;
	*word = line + *end - len;
	*end -= len;
	return len;
}

/* Whether the line has the form that githooks(5) gives. */
static bool is_good(const char *line, enum refline_kind kind)
{
	size_t end = strlen(line), len[3];
	const char *word[3];
	int i;

	for (i = 2; i >= 0; i--) {
		len[i] = take_word(line, &end, &word[i]);
		if (kind == REFLINE_RECEIVE && i == 0)
			return is_id(word[0], len[0]) && is_id(word[1], len[1]) && len[2] > 0 &&
			       end == 0;
		if (end-- == 0)
			return false;
	}
	return is_id(word[0], len[0]) && len[1] > 0 && is_id(word[2], len[2]) && end > 0;
}

static void require_ends(const char *line, const char *a, const char *b, const char *c)
{
	struct buf tail = BUF_INIT;
	size_t len = strlen(line);

	buf_addf(&tail, "%s %s %s", a, b, c);
	require(tail.len <= len);
	require(strcmp(line + len - tail.len, tail.ptr) == 0);
	buf_free(&tail);
}

static void check(char *text, enum refline_kind kind)
{
	struct refline ref;
	int status = 1;

	while (status == 1) {
		char *line = strndup(text, strcspn(text, "\n"));
		bool at_end = *text == '\0';

		require(line != NULL);
		status = refline_next(&ref, &text, kind);
		require((status == 0) == at_end);
		require((status == 1) == (!at_end && is_good(line, kind)));
		if (status == 1 && kind == REFLINE_PUSH)
			require_ends(line, ref.to, ref.ref, ref.from);
		else if (status == 1)
			require_ends(line, ref.from, ref.to, ref.ref);
		free(line);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	text = malloc(size);
	require(text != NULL);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	check(text, data[0] & 1 ? REFLINE_RECEIVE : REFLINE_PUSH);
	free(text);
	return 0;
}
