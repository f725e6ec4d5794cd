/*
 * Input: a path. Whatever is written for people, for a shell
 * or as a URI gives the very bytes back, and drives neither a terminal nor a CI runner.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "plain_text.h"
#include "base/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void require_same(const struct buf *b, const char *bytes, size_t len)
{
	require(b->len == len && memcmp(b->ptr, bytes, len) == 0);
}

static void require_showable(const struct buf *b)
{
	require(strlen(b->ptr) == b->len);
	require(plain_is_harmless(b->ptr, b->len) && !memchr(b->ptr, '\n', b->len));
	require(!strstr(b->ptr, "##") && !strstr(b->ptr, "::"));
}

static void check_characters(const char *s, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		long c = plain_char(s + i, len - i, &n);
		bool harmless = c != '\n' && plain_is_harmless(s + i, n);

		require(utf8_length(s + i, len - i) == (c < 0 ? 0 : n));
		require(utf8_showable(s + i, len - i) == (c < 0 || !harmless ? 0 : n));
	}
}

static void check_quote(const char *path, size_t len)
{
	struct buf quoted = BUF_INIT, again = BUF_INIT;
	const char *at;

	path_quote(&quoted, path, len);
	require_showable(&quoted);
	at = quoted.ptr;
	if (*at == '"')
		require(plain_unquote(&again, &at) && *at == '\0');
	else
		buf_adds(&again, at);
	require_same(&again, path, len);
	buf_free(&quoted);
	buf_free(&again);
}

static void check_shell(const char *word, size_t len)
{
	struct buf quoted = BUF_INIT, again = BUF_INIT;

	path_shell(&quoted, word, len);
	require_showable(&quoted);
	require(plain_word(&again, quoted.ptr, quoted.len));
	require_same(&again, word, len);
	buf_free(&quoted);
	buf_free(&again);
}

static void check_uri(const char *path, size_t len)
{
	struct buf uri = BUF_INIT, again = BUF_INIT;
	char digits[3] = "";
	size_t i;

	path_uri(&uri, path, len);
	for (i = 0; i < uri.len; i++) {
		require(uri.ptr[i] > ' ' && uri.ptr[i] < 0x7f &&
			!strchr("\"<>\\^`{|}?#:", uri.ptr[i]));
		if (uri.ptr[i] == '%') {
			memcpy(digits, uri.ptr + i + 1, 2);
			buf_addc(&again, (char)strtoul(digits, NULL, 16));
			i += 2;
		} else {
			buf_addc(&again, uri.ptr[i]);
		}
	}
	require_same(&again, path, len);
	buf_free(&uri);
	buf_free(&again);
}

static void check_replace(const char *path, size_t len)
{
	struct buf ours = BUF_INIT, plain = BUF_INIT;

	path_replace(&ours, path, len);
	plain_replace(&plain, path, len);
	require(plain_is_utf8(ours.ptr, ours.len));
	require_same(&ours, plain.ptr, plain.len);
	buf_free(&ours);
	buf_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *path = malloc(size + 1);
	size_t len;

	require(path != NULL);
	if (size)
		memcpy(path, data, size);
	path[size] = '\0';
	len = strlen(path);
	check_characters(path, size);
	check_replace(path, size);
	check_quote(path, len);
	check_uri(path, len);
	if (len && path[len - 1] != '\n')
		check_shell(path, len);
	free(path);
	return 0;
}
