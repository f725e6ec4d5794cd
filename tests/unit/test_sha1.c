#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sha1.h"

/* The examples that NIST gives for FIPS 180-4. */
static const struct {
	const char *unit;
	size_t times;
	const char *sum;
} cases[] = {
	{"", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	{"abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		"84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
	{"a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
};

static char *repeat(const char *unit, size_t times)
{
	char *text = calloc(strlen(unit) * times + 1, 1);

	assert_non_null(text);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * strlen(unit), unit, strlen(unit));
	return text;
}

static void require_sum(const unsigned char *sum, const char *expected)
{
	char hex[2 * SHA1_SIZE + 1];

	for (size_t i = 0; i < SHA1_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	assert_string_equal(hex, expected);
}

static void sums_are_those_of_the_standard(void **state)
{
	unsigned char sum[SHA1_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = repeat(cases[i].unit, cases[i].times);

		sha1(sum, text, strlen(text));
		require_sum(sum, cases[i].sum);
		sha1_plain(sum, text, strlen(text));
		require_sum(sum, cases[i].sum);
		free(text);
	}
}

static void both_ways_agree_at_every_length(void **state)
{
	unsigned char bytes[400], fast[SHA1_SIZE], plain[SHA1_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 7 + 3);
	for (size_t len = 0; len <= sizeof bytes; len++) {
		sha1(fast, bytes, len);
		sha1_plain(plain, bytes, len);
		assert_memory_equal(fast, plain, SHA1_SIZE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_those_of_the_standard),
		cmocka_unit_test(both_ways_agree_at_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
