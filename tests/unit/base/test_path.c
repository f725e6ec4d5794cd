#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/path.h"
#include "base/path.h"

/* One path, and what each way of writing it makes of it. */
static const struct written {
	const char *path, *quoted, *shell, *uri;
} written[] = {
	{"a/b.pyc", "a/b.pyc", "a/b.pyc", "a/b.pyc"},
	{"", "\"\"", "''", ""},
	{"two words", "two words", "'two words'", "two%20words"},
	{"it's", "it's", "'it'\\''s'", "it%27s"},
	{"a\"b\\c", "\"a\\\"b\\\\c\"", "'a\"b'\\\\'c'", "a%22b%5Cc"},
	{"\xc3\xbc", "\xc3\xbc", "\xc3\xbc", "%C3%BC"},
	{"a\tb\n", "\"a\\tb\\n\"", "\"$(printf 'a\\011b\\012')\"", "a%09b%0A"},
	{"\033[31m'", "\"\\033[31m'\"", "\"$(printf '\\033\\13331m\\047')\"", "%1B%5B31m%27"},
	{"\xff", "\"\\377\"", "\"$(printf '\\377')\"", "%FF"},
	{"\xc2\x9b", "\"\\302\\233\"", "\"$(printf '\\302\\233')\"", "%C2%9B"},
	{"\xe2\x80\xae", "\"\\342\\200\\256\"", "\"$(printf '\\342\\200\\256')\"", "%E2%80%AE"},
	{"\xed\xa0\x80", "\"\\355\\240\\200\"", "\"$(printf '\\355\\240\\200')\"", "%ED%A0%80"},
	/* Shells differ in these. */
	{"=ls", "=ls", "'=ls'", "%3Dls"},
	{"%1", "%1", "'%1'", "%251"},
	{"\\", "\"\\\\\"", "\\\\", "%5C"},
	{"\\'", "\"\\\\'\"", "\\\\\\'", "%5C%27"},
	{"'a\\", "\"'a\\\\\"", "\\''a'\\\\", "%27a%5C"},
	{"!\t", "\"!\\t\"", "\"$(printf '\\041\\011')\"", "%21%09"},
	/* Not to be seen. */
	{"a\xe2\x80\x8b", "\"a\\342\\200\\213\"", "\"$(printf 'a\\342\\200\\213')\"", "a%E2%80%8B"},
	{"a\xe2\xa0\x80", "\"a\\342\\240\\200\"", "\"$(printf 'a\\342\\240\\200')\"", "a%E2%A0%80"},
	{"a\xc2\xad", "\"a\\302\\255\"", "\"$(printf 'a\\302\\255')\"", "a%C2%AD"},
	{"-._~", "-._~", "'-._~'", "-._~"},
	{"-\t%", "\"-\\t%\"", "\"$(printf '\\055\\011\\045')\"", "-%09%25"},
	{"a:b?c#d[e]%2f", "a:b?c#d[e]%2f", "'a:b?c#d[e]%2f'", "a%3Ab%3Fc%23d%5Be%5D%252f"},
	/* What a CI runner would obey. */
	{"##[error]x", "\"#\\043[error]x\"", "\"$(printf '\\043\\043\\133error\\135x')\"",
		"%23%23%5Berror%5Dx"},
	{"###", "\"#\\043\\043\"", "\"$(printf '\\043\\043\\043')\"", "%23%23%23"},
	{"#a#", "#a#", "'#a#'", "%23a%23"},
	{"::error::x", "\":\\072error:\\072x\"", "\"$(printf ':\\072error:\\072x')\"",
		"%3A%3Aerror%3A%3Ax"},
	{" a::b", "\" a:\\072b\"", "\"$(printf '\\040a:\\072b')\"", "%20a%3A%3Ab"},
	{":a:", ":a:", ":a:", "%3Aa%3A"},
};

typedef void way(struct buf *out, const char *path, size_t len);

static void expect(way *write, const char *path, const char *text)
{
	struct buf out = BUF_INIT;

	buf_adds(&out, "before ");
	write(&out, path, strlen(path));
	assert_string_equal(out.ptr + strlen("before "), text);
	buf_free(&out);
}

static void each_way_of_writing(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof written / sizeof *written; i++) {
		expect(path_quote, written[i].path, written[i].quoted);
		expect(path_shell, written[i].path, written[i].shell);
		expect(path_uri, written[i].path, written[i].uri);
	}
}

static void every_byte_of_a_uri(void **state)
{
	static const char kept[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~/";
	int c;

	(void)state;
	for (c = 1; c < 256; c++) {
		struct buf out = BUF_INIT, expected = BUF_INIT;
		char byte = (char)c;

		if (strchr(kept, c))
			buf_addc(&expected, byte);
		else
			buf_addf(&expected, "%%%02X", c);
		path_uri(&out, &byte, 1);
		assert_string_equal(out.ptr, expected.ptr);
		buf_free(&out);
		buf_free(&expected);
	}
}

static void bytes_that_are_not_utf8(void **state)
{
	(void)state;
	expect(path_replace, "a\xff\xc3\xbc\xc3", "a\xef\xbf\xbd\xc3\xbc\xef\xbf\xbd");
	expect(path_replace, "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_int_equal(utf8_showable("\xc3\xbc", 2), 2);
	assert_int_equal(utf8_showable("\xc3\xbc", 1), 0);
	assert_int_equal(utf8_showable("\x7f", 1), 0);
	assert_int_equal(utf8_length("\x7f", 1), 1);
	assert_int_equal(utf8_showable("", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_of_writing),
		cmocka_unit_test(every_byte_of_a_uri),
		cmocka_unit_test(bytes_that_are_not_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
