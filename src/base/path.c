#include "base/utf8.h"

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
		bool command = utf8_commands(path, i);

		n = utf8_showable(path + i, len - i);
		if (n && path[i] != '"' && path[i] != '\\' && !command) {
			buf_add(out, path + i, n);
			continue;
		}
		quoted = true;
		if (n && !command)
			buf_addf(out, "\\%c", path[i]);
		else
			for (n = utf8_length(path + i, len - i), n = n ? n : 1; n; n--, i++)
				escape_byte(out, (unsigned char)path[i]);
	}
	if (quoted || len == 0) {
		buf_addc(out, '"');
		return;
	}
	buf_cut(out, start);
	buf_add(out, path, len);
}

/* What no shell reads as anything but itself, wherever it is in a word: zsh expands `=name`. */
static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_-./:@+,", c)) || c >= 0x80;
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

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			(c && strchr("-._~/", c)))
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}
