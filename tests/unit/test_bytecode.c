/* The tables are in tests/data/bytecode_*.txt: a case is a line there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bytecode.h"
#include "siphash.h"

enum { FIELDS_MAX = 12, HEADERS_MAX = 32 };

/* One line of a table. */
struct row {
	const char *file;
	int line;
	size_t count;
	char *fields[FIELDS_MAX];
};

#define check(row, condition)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("%s:%d: %s: not %s", (row)->file, (row)->line, (row)->fields[0],  \
				#condition);                                                       \
	} while (0)

/* Hands each line of a table to `test`, split at `separators`. */
static void each_row(const char *file, const char *separators, void (*test)(const struct row *row))
{
	char path[4096], line[1024], *field;
	struct row row = {.file = file};
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", TESTS_DATA, file);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		row.line++;
		row.count = 0;
		if (line[0] == '#')
			continue;
		for (field = strtok(line, separators); field; field = strtok(NULL, separators)) {
			assert_true(row.count < FIELDS_MAX);
			row.fields[row.count++] = field;
		}
		if (row.count)
			test(&row);
	}
	fclose(f);
}

static bool has_word(const struct row *row, size_t from, const char *word)
{
	size_t i;

	for (i = from; i < row->count; i++)
		if (strcmp(row->fields[i], word) == 0)
			return true;
	return false;
}

/* The N of NAME=N among the words, or `otherwise`. */
static const char *value(const struct row *row, const char *name, const char *otherwise)
{
	size_t i, n = strlen(name);

	for (i = 2; i < row->count; i++)
		if (strncmp(row->fields[i], name, n) == 0)
			return row->fields[i] + n;
	return otherwise;
}

static int index_of(const struct row *row, const char *word, const char *const *words, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	fail_msg("%s:%d: no such word: %s", row->file, row->line, word);
	return -1;
}

static bool slice_is(struct bytecode_slice s, const char *expected)
{
	if (strcmp(expected, "-") == 0)
		return !s.ptr && s.len == 0;
	if (strcmp(expected, "\"\"") == 0)
		return s.ptr && s.len == 0;
	return s.ptr && s.len == strlen(expected) && memcmp(s.ptr, expected, s.len) == 0;
}

static void test_name(const struct row *row)
{
	static const char *const kinds[] = {"none", "cache", "legacy", "jython", "extension"};
	struct buf source = BUF_INIT;
	struct bytecode_name name;
	bool found;

	assert_true(row->count >= 5);
	bytecode_name(&name, row->fields[0], strlen(row->fields[0]), has_word(row, 5, "caseless"));
	check(row, (int)name.kind == index_of(row, row->fields[1], kinds, 5));
	found = bytecode_source(&source, &name);
	check(row, strcmp(found ? source.ptr : "-", row->fields[2]) == 0);
	check(row, slice_is(name.tag, row->fields[3]));
	check(row, slice_is(name.level, row->fields[4]));
	check(row, name.optimized == has_word(row, 5, "pyo"));
	check(row, name.migration == has_word(row, 5, "migration"));
	buf_free(&source);
}

static void names(void **state)
{
	(void)state;
	each_row("bytecode_names.txt", " \t\n", test_name);
}

/* The path need not end in a NUL, and a piece of one is one. */
static void name_within_a_path(void **state)
{
	struct bytecode_name name;

	(void)state;
	bytecode_name(&name, "d/m.pyc.txt", 7, false);
	assert_int_equal(name.kind, BYTECODE_LEGACY);
	bytecode_name(&name, "", 0, false);
	assert_int_equal(name.kind, BYTECODE_NONE);
}

static void tag_versions(void **state)
{
	static const struct {
		const char *tag;
		unsigned version;
	} rows[] = {
		{"cpython-27", BYTECODE_VERSION(2, 7)},
		{"cpython-32", BYTECODE_VERSION(3, 2)},
		{"cpython-30", BYTECODE_VERSION(3, 0)},
		{"cpython-39", BYTECODE_VERSION(3, 9)},
		{"cpython-310", BYTECODE_VERSION(3, 10)},
		{"cpython-313", BYTECODE_VERSION(3, 13)},
		{"cpython-3", 0},
		{"cpython-", 0},
		{"cpython", 0},
		{"", 0},
		{"cpython-3130", 0},
		{"cpython-309", 0},
		{"cpython-03", 0},
		{"cpython-3x", 0},
		{"cpython-313t", 0},
		{"CPython-313", 0},
		{"pypy39", 0},
		{"cpython-313-pytest-8.3.4", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bytecode_slice tag = {rows[i].tag, strlen(rows[i].tag)};

		if (bytecode_tag_version(tag) != rows[i].version)
			fail_msg("%s", rows[i].tag);
	}
	assert_int_equal(bytecode_tag_version((struct bytecode_slice){NULL, 0}), 0);
}

static size_t unhex(unsigned char *out, size_t max, const char *hex)
{
	size_t n = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2, i;
	unsigned byte;

	assert_true(n <= max);
	for (i = 0; i < n; i++) {
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		out[i] = (unsigned char)byte;
	}
	return n;
}

static bool word_is(const char *word, const char *other)
{
	return strcmp(word ? word : "-", other) == 0;
}

static const char *named_invalidation(const struct row *row)
{
	static const char *const words[] = {"timestamp", "checked-hash", "unchecked-hash"};
	size_t i;

	for (i = 0; i < 3; i++)
		if (has_word(row, 2, words[i]))
			return words[i];
	return "-";
}

static void check_known(const struct row *row, const struct bytecode_header *h)
{
	unsigned char hash[8] = {0};
	char version[24];

	snprintf(version, sizeof version, "%u.%u", h->version >> 8, h->version & 0xff);
	check(row, strcmp(version, row->fields[1]) == 0);
	check(row, h->complete == !has_word(row, 2, "incomplete"));
	check(row, h->reserved == has_word(row, 2, "reserved"));
	check(row, h->prerelease == has_word(row, 2, "prerelease"));
	check(row, h->mtime == strtoul(value(row, "mtime=", "0"), NULL, 10));
	check(row, h->has_size == (value(row, "size=", NULL) != NULL));
	check(row, h->size == strtoul(value(row, "size=", "0"), NULL, 10));
	unhex(hash, sizeof hash, value(row, "hash=", "-"));
	check(row, memcmp(hash, h->hash, sizeof hash) == 0);
}

static void test_header(const struct row *row)
{
	struct bytecode_header h;
	unsigned char bytes[32];
	enum bytecode_magic magic = MAGIC_KNOWN;

	if (strcmp(row->fields[1], "none") == 0)
		magic = MAGIC_NONE;
	else if (strcmp(row->fields[1], "foreign") == 0)
		magic = MAGIC_FOREIGN;
	memset(&h, 0xff, sizeof h);
	bytecode_header(&h, bytes, unhex(bytes, sizeof bytes, row->fields[0]));
	check(row, h.magic == magic);
	check(row, word_is(bytecode_invalidation_name(h.invalidation), named_invalidation(row)));
	if (magic == MAGIC_KNOWN)
		check_known(row, &h);
	else
		check(row, h.version == 0 && !h.complete && !h.reserved && !h.has_size);
}

static void headers(void **state)
{
	(void)state;
	each_row("bytecode_headers.txt", " \t\n", test_header);
}

/* From 3.11 on version 3.n owns 2900+50n to 2949+50n, and no row overlaps another. */
static void magic_ranges(void **state)
{
	unsigned number, n, last = 0;

	(void)state;
	for (number = 3000; number < 3850; number++) {
		unsigned char bytes[] = {
			(unsigned char)number, (unsigned char)(number >> 8), 13, 10};
		struct bytecode_header h;

		bytecode_header(&h, bytes, sizeof bytes);
		n = number >= 3450 ? (number - 2900) / 50 : h.version & 0xff;
		assert_true(number < 3450 || h.version == BYTECODE_VERSION(3, n));
		assert_true(!h.version || h.version >= last);
		last = h.version ? h.version : last;
	}
}

static struct {
	char name[16];
	struct bytecode_header header;
} known_headers[HEADERS_MAX];
static size_t known_count;

static const struct bytecode_header *find_header(const struct row *row)
{
	size_t i;

	if (strcmp(row->fields[1], "-") == 0)
		return NULL;
	for (i = 0; i < known_count; i++)
		if (strcmp(known_headers[i].name, row->fields[1]) == 0)
			return &known_headers[i].header;
	fail_msg("%s:%d: no such header: %s", row->file, row->line, row->fields[1]);
	return NULL;
}

static void define_header(const struct row *row)
{
	unsigned char bytes[32];

	assert_true(known_count < HEADERS_MAX);
	snprintf(known_headers[known_count].name, sizeof known_headers->name, "%s", row->fields[1]);
	bytecode_header(&known_headers[known_count++].header, bytes,
		unhex(bytes, sizeof bytes, row->fields[2]));
}

static const char *const lies[] = {"none", "ghost", "unchecked", "orphan", "stale"};

static void test_loads(const struct row *row)
{
	static const char *const fits[] = {"unknown", "exact", "lineends", "not"};
	struct bytecode_name name;
	struct bytecode_facts facts = {.name = &name};

	if (strcmp(row->fields[0], "header") == 0) {
		define_header(row);
		return;
	}
	assert_true(row->count >= 6);
	bytecode_name(&name, row->fields[0], strlen(row->fields[0]), false);
	facts.header = find_header(row);
	facts.source_present = strcmp(row->fields[2], "present") == 0;
	facts.fit = (enum bytecode_fit)index_of(row, row->fields[3], fits, 4);
	facts.package_present = has_word(row, 6, "package");
	facts.mtime_fits = has_word(row, 6, "mtime");
	facts.mtime_known = facts.mtime_fits || has_word(row, 6, "other-mtime");
	check(row, word_is(bytecode_loads_name(bytecode_loads(&facts)), row->fields[4]));
	check(row, word_is(lies[bytecode_lie(&facts)], row->fields[5]));
}

static void loads_and_lies(void **state)
{
	(void)state;
	each_row("bytecode_loads.txt", " \t\n", test_loads);
}

static void make_header(struct bytecode_header *h, const char *hex)
{
	unsigned char bytes[32];

	bytecode_header(h, bytes, unhex(bytes, sizeof bytes, hex));
}

static enum bytecode_fit fit_of(const char *hex, const char *text, size_t len)
{
	struct bytecode_header h;
	struct bytecode_sum *sum;
	enum bytecode_fit fit;

	make_header(&h, hex);
	sum = bytecode_sum_new(&h);
	assert_non_null(sum);
	bytecode_sum_add(sum, text, len);
	fit = bytecode_sum_fit(sum);
	bytecode_sum_free(sum);
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
	struct bytecode_sum *sum = bytecode_sum_new(h);
	enum bytecode_fit fit;

	assert_non_null(sum);
	bytecode_sum_add(sum, text, first);
	bytecode_sum_fit(sum);
	bytecode_sum_add(sum, text + first, second - first);
	bytecode_sum_add(sum, text + second, len - second);
	fit = bytecode_sum_fit(sum);
	bytecode_sum_free(sum);
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

/* The tree of the incident: FACTS of a real repository. */
struct source_row {
	char path[256];
	unsigned long size, newlines;
};

static struct source_row sources[64];
static size_t source_count;
static struct {
	int match, match_crlf, orphan, stale;
} classes;

static void read_source(const struct row *row)
{
	struct source_row *s = &sources[source_count];

	if (strcmp(row->fields[5], "source") != 0)
		return;
	assert_true(++source_count <= 64);
	snprintf(s->path, sizeof s->path, "%s", row->fields[0]);
	s->size = strtoul(row->fields[2], NULL, 10);
	s->newlines = strtoul(row->fields[3], NULL, 10);
}

/* A source of that size, with that many lines. */
static enum bytecode_fit fit_of_source(const struct bytecode_header *h, const struct source_row *s)
{
	struct bytecode_sum *sum = bytecode_sum_new(h);
	enum bytecode_fit fit;
	unsigned long i;

	assert_non_null(sum);
	for (i = 0; i < s->size; i++)
		bytecode_sum_add(sum, i < s->newlines ? "\n" : "x", 1);
	fit = bytecode_sum_fit(sum);
	bytecode_sum_free(sum);
	return fit;
}

static const struct source_row *find_source(const char *path)
{
	size_t i;

	for (i = 0; i < source_count; i++)
		if (strcmp(sources[i].path, path) == 0)
			return &sources[i];
	return NULL;
}

static void count_class(const struct row *row, const struct bytecode_facts *f)
{
	const char *class = row->fields[5];

	if (strcmp(class, "match") == 0) {
		check(row, bytecode_lie(f) == LIE_NONE && f->fit == FIT_EXACT);
		check(row, bytecode_loads(f) == LOADS_CACHE_IF_MTIME_KEPT);
		classes.match++;
	} else if (strcmp(class, "match-crlf") == 0) {
		check(row, bytecode_lie(f) == LIE_NONE && f->fit == FIT_LINEENDS);
		check(row, bytecode_loads(f) == LOADS_SOURCE);
		classes.match_crlf++;
	} else if (strcmp(class, "orphan") == 0) {
		check(row, bytecode_lie(f) == LIE_ORPHAN && bytecode_loads(f) == LOADS_NOTHING);
		classes.orphan++;
	} else {
		check(row, strcmp(class, "stale") == 0);
		check(row, bytecode_lie(f) == LIE_STALE && bytecode_loads(f) == LOADS_SOURCE);
		classes.stale++;
	}
}

static void class_cache(const struct row *row)
{
	struct bytecode_name name;
	struct bytecode_header header;
	struct bytecode_facts facts = {.name = &name, .header = &header};
	struct buf path = BUF_INIT;
	const struct source_row *source;

	bytecode_name(&name, row->fields[0], strlen(row->fields[0]), false);
	if (name.kind == BYTECODE_NONE)
		return;
	check(row, name.migration);
	check(row, bytecode_source(&path, &name));
	make_header(&header, row->fields[4]);
	check(row, header.version == BYTECODE_VERSION(3, 13));
	source = find_source(path.ptr);
	facts.source_present = source != NULL;
	if (source)
		facts.fit = fit_of_source(&header, source);
	count_class(row, &facts);
	buf_free(&path);
}

static void incident(void **state)
{
	(void)state;
	each_row("incident.tsv", "\t\n", read_source);
	each_row("incident.tsv", "\t\n", class_cache);
	assert_int_equal(classes.match, 6);
	assert_int_equal(classes.match_crlf, 10);
	assert_int_equal(classes.orphan, 3);
	assert_int_equal(classes.stale, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(name_within_a_path),
		cmocka_unit_test(tag_versions),
		cmocka_unit_test(headers),
		cmocka_unit_test(magic_ranges),
		cmocka_unit_test(loads_and_lies),
		cmocka_unit_test(hash_fits),
		cmocka_unit_test(size_fits),
		cmocka_unit_test(size_modulo_4_gib),
		cmocka_unit_test(mtimes),
		cmocka_unit_test(pieces),
		cmocka_unit_test(siphash_of_the_paper),
		cmocka_unit_test(incident),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
