#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "python/bytecode.h"
#include "python/siphash.h"
#include "table.h"

static void make_header(struct bytecode_header *h, const char *hex)
{
	unsigned char bytes[32];

	bytecode_header(h, bytes, table_unhex(bytes, sizeof bytes, hex));
}

static enum bytecode_fit fit_of(const char *hex, const char *text, size_t len)
{
	struct bytecode_header h;
	struct bytecode_sum sum;
	enum bytecode_fit fit;

	make_header(&h, hex);
	sum = bytecode_sum_of(&h);
	bytecode_sum_add(&sum, text, len);
	fit = bytecode_sum_fit(&sum);
	return fit;
}

#define FIT(hex, text) fit_of(hex, text, sizeof text - 1)

/* importlib.util.source_hash(b"x = 1\n") of 3.10, 3.11 and 3.13. */
static void hash_fits(void **state)
{
	static const char old[] = "6f0d0d0a03000000d94aade28c8cbebf";
	static const char new[] = "f30d0d0a03000000e786e2893651120e";

	(void)state;
	assert_int_equal(FIT(old, "x = 1\n"), FIT_EXACT);
	assert_int_equal(FIT(new, "x = 1\n"), FIT_EXACT);
	assert_int_equal(FIT("a70d0d0a030000004c0372aa93f75252", "x = 1\n"), FIT_EXACT);
	assert_int_equal(FIT(new, "x = 1\r\n"), FIT_LINEENDS);
	assert_int_equal(FIT(new, "x = 1\r"), FIT_NOT);
	assert_int_equal(FIT(new, "x = 2\n"), FIT_NOT);
	assert_int_equal(FIT(new, "x = 1\n\r"), FIT_NOT);
	assert_int_equal(FIT(new, "x = 1\r\r\n"), FIT_NOT);
	assert_int_equal(FIT(new, ""), FIT_NOT);
	assert_int_equal(FIT("f30d0d0a01000000e786e2893651120e", "x = 1\n"), FIT_EXACT);
	assert_int_equal(FIT("f20d0d0a03000000e786e2893651120e", "x = 1\n"), FIT_NOT);
}

static void size_fits(void **state)
{
	static const char six[] = "f30d0d0a000000000000000006000000";

	(void)state;
	assert_int_equal(FIT(six, "x = 1\n"), FIT_EXACT);
	assert_int_equal(FIT(six, "x = 1\r\n"), FIT_LINEENDS);
	assert_int_equal(FIT(six, "x = 1"), FIT_NOT);
	assert_int_equal(FIT(six, "x =1\n"), FIT_LINEENDS);
	assert_int_equal(FIT(six, "\n\n\n"), FIT_LINEENDS);
	assert_int_equal(FIT(six, "abc\r\n\r\n\r"), FIT_LINEENDS);
	assert_int_equal(FIT(six, "abcd\r\r\n"), FIT_LINEENDS);
	assert_int_equal(FIT(six, "abcd\r\r\r"), FIT_NOT);
	assert_int_equal(FIT("03f30d0a00000000", "x = 1\n"), FIT_UNKNOWN);
	assert_int_equal(FIT("80010d0a000000000000000006000000", "x = 1\n"), FIT_UNKNOWN);
	assert_int_equal(FIT("-", "x = 1\n"), FIT_UNKNOWN);
}

static void size_modulo_4_gib(void **state)
{
	struct bytecode_header h;

	(void)state;
	make_header(&h, "f30d0d0a000000000000000006000000");
	assert_true(bytecode_fits_size(&h, 6));
	assert_true(bytecode_fits_size(&h, ((uint64_t)1 << 32) + 6));
	assert_false(bytecode_fits_size(&h, (uint64_t)1 << 32));
	make_header(&h, "f30d0d0a030000000000000006000000");
	assert_false(bytecode_fits_size(&h, 0));
}

static void mtimes(void **state)
{
	struct bytecode_header new, old, oldest, late, hash;

	(void)state;
	make_header(&new, "f30d0d0a00000000f6ef446801000000");
	make_header(&old, "330d0d0af6ef446801000000");
	make_header(&oldest, "03f30d0af6ef4468");
	make_header(&late, "03f30d0af6efff80");
	make_header(&hash, "f30d0d0a03000000f6ef4468f6ef4468");
	assert_true(bytecode_fits_mtime(&new, 0x6844eff6, 500000000));
	assert_false(bytecode_fits_mtime(&new, 0x6844eff6, 999999999));
	assert_true(bytecode_fits_mtime(&new, 0x6844eff5, 999999999));
	assert_true(bytecode_fits_mtime(&new, 0x16844eff6, 0));
	assert_false(bytecode_fits_mtime(&old, 0x16844eff6, 0));
	assert_true(bytecode_fits_mtime(&old, 0x6844eff5, 999999999));
	assert_true(bytecode_fits_mtime(&oldest, 0x6844eff6, 999999999));
	assert_false(bytecode_fits_mtime(&oldest, 0x6844eff7, 0));
	assert_true(bytecode_fits_mtime(&oldest, 0x16844eff6, 0));
	assert_false(bytecode_fits_mtime(&late, 0x80ffeff6, 0));
	assert_false(bytecode_fits_mtime(&hash, 0x6844eff6, 0));
	assert_false(bytecode_fits_mtime(&new, INT64_MAX, 999999999));
	assert_false(bytecode_fits_mtime(&new, INT64_MIN, 0));
}

static enum bytecode_fit fit_of_pieces(
	const struct bytecode_header *h, const char *text, size_t len, size_t first, size_t second)
{
	struct bytecode_sum sum = bytecode_sum_of(h);
	enum bytecode_fit fit;

	bytecode_sum_add(&sum, text, first);
	bytecode_sum_fit(&sum);
	bytecode_sum_add(&sum, text + first, second - first);
	bytecode_sum_add(&sum, text + second, len - second);
	fit = bytecode_sum_fit(&sum);
	return fit;
}

/* However a source is cut into pieces, the answer is one. */
static void pieces(void **state)
{
	static const char text[] = "a\r\nb\n\r\n\n\r\r\nlonger than a word of the hash\n\r";
	static const struct {
		const char *hex;
		enum bytecode_fit fit;
	} rows[] = {
		{"f30d0d0a00000000000000002b000000", FIT_EXACT},
		{"f30d0d0a00000000000000002e000000", FIT_LINEENDS}, /* with CRLF */
		{"f30d0d0a000000000000000028000000", FIT_LINEENDS}, /* with LF */
		{"f30d0d0a000000000000000029000000", FIT_NOT},
		{"6f0d0d0a030000002a517846d8e49fce", FIT_LINEENDS}, /* source_hash of 3.10: CRLF */
		{"6f0d0d0a03000000bfccf1a281034f95", FIT_LINEENDS}, /* LF */
		{"6f0d0d0a03000000bfccf1a281034f96", FIT_NOT},
	};
	size_t i, len = sizeof text - 1, first, second;
	struct bytecode_header h;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		make_header(&h, rows[i].hex);
		for (first = 0; first <= len; first++)
			for (second = first; second <= len; second++)
				assert_int_equal(
					fit_of_pieces(&h, text, len, first, second), rows[i].fit);
	}
}

/* SipHash-2-4 of the bytes 0 to 14 with the key 0 to 15: appendix A of the paper. */
static void siphash_of_the_paper(void **state)
{
	struct siphash s;
	unsigned char i;

	(void)state;
	siphash_init(&s, 0x0706050403020100, 0x0f0e0d0c0b0a0908, 2, 4);
	for (i = 0; i < 15; i++)
		siphash_add(&s, &i, 1);
	assert_true(siphash_value(&s) == 0xa129ca6149be45e5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_fits),
		cmocka_unit_test(size_fits),
		cmocka_unit_test(size_modulo_4_gib),
		cmocka_unit_test(mtimes),
		cmocka_unit_test(pieces),
		cmocka_unit_test(siphash_of_the_paper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
