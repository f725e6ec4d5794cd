#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/report.h"

static const struct {
	uint64_t bytes;
	const char *text;
} sizes[] = {
	{0, "0 bytes"},
	{1, "1 byte"},
	{1023, "1023 bytes"},
	{1024, "1.0 KiB"},
	{1536, "1.5 KiB"},
	{1048524, "1023.9 KiB"},
	{1048575, "1.0 MiB"},
	{UINT64_C(5) << 30, "5.0 GiB"},
	{UINT64_MAX, "16777216.0 TiB"},
};

static void sizes_are_readable(void **state)
{
	struct buf out = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		buf_clear(&out);
		amount_bytes(&out, sizes[i].bytes);
		assert_string_equal(out.ptr, sizes[i].text);
	}
	buf_free(&out);
}

static void one_is_singular(void **state)
{
	(void)state;
	assert_string_equal(amount_plural(0), "s");
	assert_string_equal(amount_plural(1), "");
	assert_string_equal(amount_plural(2), "s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_readable),
		cmocka_unit_test(one_is_singular),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
