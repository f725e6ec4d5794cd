/* The table is tests/data/bytecode_names.txt: a case is a line there. */
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
	bytecode_name(&name, row->fields[0], strlen(row->fields[0]), row_has(row, 5, "caseless"));
	check(row, (int)name.kind == row_index(row, row->fields[1], kinds, 5));
	found = bytecode_source(&source, &name);
	check(row, strcmp(found ? source.ptr : "-", row->fields[2]) == 0);
	check(row, slice_is(name.tag, row->fields[3]));
	check(row, slice_is(name.level, row->fields[4]));
	check(row, name.optimized == row_has(row, 5, "pyo"));
	check(row, name.migration == row_has(row, 5, "migration"));
	buf_free(&source);
}

static void names(void **state)
{
	(void)state;
	table_each("bytecode_names.txt", " \t\n", test_name);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(name_within_a_path),
		cmocka_unit_test(tag_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
