/* The tables are in tests/data/bytecode_*.txt: a case is a line there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "python/bytecode.h"
#include "table.h"

enum { HEADERS_MAX = 32 };

static bool word_is(const char *word, const char *other)
{
	return strcmp(word ? word : "-", other) == 0;
}

static const char *named_invalidation(const struct row *row)
{
	static const char *const words[] = {"timestamp", "checked-hash", "unchecked-hash"};
	size_t i;

	for (i = 0; i < 3; i++)
		if (row_has(row, 2, words[i]))
			return words[i];
	return "-";
}

static void check_known(const struct row *row, const struct bytecode_header *h)
{
	unsigned char hash[8] = {0};
	char version[24];

	snprintf(version, sizeof version, "%u.%u", h->version >> 8, h->version & 0xff);
	check(row, strcmp(version, row->fields[1]) == 0);
	check(row, h->complete == !row_has(row, 2, "incomplete"));
	check(row, h->reserved == row_has(row, 2, "reserved"));
	check(row, h->prerelease == row_has(row, 2, "prerelease"));
	check(row, h->mtime == strtoul(row_value(row, "mtime=", "0"), NULL, 10));
	check(row, h->has_size == (row_value(row, "size=", NULL) != NULL));
	check(row, h->size == strtoul(row_value(row, "size=", "0"), NULL, 10));
	table_unhex(hash, sizeof hash, row_value(row, "hash=", "-"));
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
	bytecode_header(&h, bytes, table_unhex(bytes, sizeof bytes, row->fields[0]));
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
	table_each("bytecode_headers.txt", " \t\n", test_header);
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
		table_unhex(bytes, sizeof bytes, row->fields[2]));
}

static const char *const names_of_lies[] = {"none", "ghost", "unchecked", "orphan", "stale"};

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
	facts.fit = (enum bytecode_fit)row_index(row, row->fields[3], fits, 4);
	facts.package_present = row_has(row, 6, "package");
	facts.mtime_fits = row_has(row, 6, "mtime");
	facts.mtime_known = facts.mtime_fits || row_has(row, 6, "other-mtime");
	check(row, word_is(bytecode_loads_name(bytecode_loads(&facts)), row->fields[4]));
	check(row, word_is(names_of_lies[bytecode_lie(&facts)], row->fields[5]));
}

static void loads_and_lies(void **state)
{
	(void)state;
	table_each("bytecode_loads.txt", " \t\n", test_loads);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(magic_ranges),
		cmocka_unit_test(loads_and_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
