#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "git/index_walk.h"
#include "git/oid.h"

enum { FILE_MAX = 16384, PARTS_MAX = 3, LONG = 4095, FILE_MODE = 0100644 };

/* An entry; what is 0 or NULL is as git would write it. */
struct part {
	const char *path;
	unsigned mode, stage;
	int longer;          /* than its path the length says it is */
	unsigned extended;   /* the second flags; 1: none, though the first say so */
	const char *cut;     /* version 4: the number of bytes cut off */
	const char *padding; /* the NULs after the path */
};

/* An index, and whether it is taken. */
struct row {
	const char *name;
	bool taken;
	struct part parts[PARTS_MAX];
	unsigned version, more; /* 2; more entries than it has */
	const char *extension;  /* its name */
	const char *body;
	size_t body_len, body_more; /* longer than it is */
};

static unsigned char file[FILE_MAX];
static size_t len, oid_size = OID_SHA1;

static void add(const void *bytes, size_t n)
{
	assert_true(len + n <= FILE_MAX);
	memcpy(file + len, bytes, n);
	len += n;
}

static void add_number(uint32_t n, int size)
{
	while (size-- > 0)
		add((unsigned char[]){(unsigned char)(n >> 8 * size)}, 1);
}

static void add_part(const struct part *p, unsigned version)
{
	static const unsigned char fixed[40];
	size_t path_len = strlen(p->path), start = len, path;
	unsigned length = (unsigned)((int)path_len + p->longer);

	add(fixed, 24);
	add_number(p->mode ? p->mode : FILE_MODE, 4);
	add(fixed, 12);
	add(fixed, oid_size);
	add_number(
		(p->extended ? 0x4000u : 0) | p->stage << 12 | (length < LONG ? length : LONG), 2);
	if (p->extended > 1)
		add_number(p->extended, 2);
	if (version == 4)
		add(p->cut ? p->cut : "\0", p->cut ? strlen(p->cut) : 1);
	path = len;
	add(p->path, path_len);
	if (p->padding)
		add(p->padding, strlen(p->padding));
	else
		add(fixed, version == 4 ? 1 : 8 - (path - start + path_len) % 8);
}

/* Up to where its first extension begins, which is returned. */
static size_t add_entries(const struct row *row)
{
	unsigned version = row->version ? row->version : 2, count = 0;

	while (count < PARTS_MAX && row->parts[count].path)
		count++;
	len = 0;
	add("DIRC", 4);
	add_number(version, 4);
	add_number(count + row->more, 4);
	for (unsigned i = 0; i < count; i++)
		add_part(&row->parts[i], version);
	return len;
}

static size_t make(const struct row *row)
{
	size_t end = add_entries(row);

	if (row->extension) {
		add(row->extension, 4);
		add_number((uint32_t)(row->body_len + row->body_more), 4);
		add(row->body, row->body_len);
	}
	add("\1\2\3\4\5\6\7\1\2\3\4\5\6\7\1\2\3\4\5\6\7\1\2\3\4\5\6\7\1\2\3\4", oid_size);
	return end;
}

static bool taken(size_t n)
{
	struct index_walk w;
	int found = -1;

	if (index_walk_begin(&w, file, n, oid_size))
		while ((found = index_walk_next(&w)) == 1) {
			assert_int_equal(strlen(w.entry.path), w.entry.len);
			assert_true(w.entry.shared <= w.entry.len);
		}
	index_walk_end(&w);
	return found == 0;
}

/* clang-format off */
#define TAKEN(text, ...) {.name = text, .taken = true, .parts = __VA_ARGS__}
#define REFUSED(text, ...) {.name = text, .parts = __VA_ARGS__}
#define IS(text) {.path = text}
#define ONE(text) {IS(text)}
#define MODE(number) {{.path = "a", .mode = number}}
#define BODY(text, bytes) ONE("a"), .extension = text, .body = bytes, .body_len = sizeof bytes - 1
#define ID "12345678901234567890"

static const struct row rows[] = {
	TAKEN("nothing", {IS(NULL)}),
	TAKEN("one", ONE("a")),
	TAKEN("three", {IS("a"), IS("a.b"), IS("a/b")}),
	TAKEN("version 3", {IS("a"), {.path = "b", .extended = 0x2000}, {.path = "c", .extended = 0x4000}}, .version = 3),
	TAKEN("version 4", {IS("dir/a"), {.path = "b", .longer = 4, .cut = "\1"}, {.path = "e", .cut = "\5"}}, .version = 4),

	REFUSED("of version 1", ONE("a"), .version = 1),
	REFUSED("of version 5", ONE("a"), .version = 5),
	REFUSED("more entries than there are", ONE("a"), .more = 1),
	REFUSED("fewer entries than there are", ONE("a"), .more = -1u),

	TAKEN("can be run", MODE(0100755)),
	TAKEN("a link", MODE(0120000)),
	TAKEN("a submodule", MODE(0160000)),
	REFUSED("a directory", MODE(0040000)),
	REFUSED("a mode that git does not write", MODE(0100664)),

	TAKEN("in falling order, as git takes it", {IS("b"), IS("a")}),
	TAKEN("three stages", {{.path = "a", .stage = 1}, {.path = "a", .stage = 2}, {.path = "a", .stage = 3}}),

	REFUSED("a path of nothing", ONE("")),
	REFUSED("a path of nothing said to be very long", {{.path = "", .longer = LONG}}),
	REFUSED("a path longer than it is said to be", {{.path = "ab", .longer = -1}}),
	REFUSED("a path shorter than it is said to be", {{.path = "ab", .longer = 1}}),
	REFUSED("a path said to be longer than the file", {{.path = "ab", .longer = 4000}}),
	TAKEN("a path said to be very long, as git takes it", {{.path = "ab", .longer = LONG}}),
	REFUSED("no NUL after the path", {{.path = "ab", .padding = "cdefgh"}, IS("b")}),

	REFUSED("a second pair of flags in version 2", {{.path = "a", .extended = 0x2000}}),
	REFUSED("a second pair of flags missing", {{.path = "a", .extended = 1}}, .version = 3),
	REFUSED("flags that nobody knows", {{.path = "a", .extended = 0x1000}}, .version = 3),

	REFUSED("more is cut off than there is", {IS("a"), {.path = "b", .cut = "\2"}}, .version = 4),
	REFUSED("a number without end", {IS("a"), {.path = "b", .cut = "\xff\xff\xff\xff\xff\xff\xff\xff"}}, .version = 4),
	REFUSED("shorter than what is kept", {IS("abc"), {.path = "", .longer = 1, .cut = "\1"}}, .version = 4),
	REFUSED("longer than it is, in version 4", {{.path = "a", .longer = 1}}, .version = 4),
	REFUSED("no NUL after it, in version 4", {{.path = "a", .padding = "b"}}, .version = 4),
	REFUSED("very long, in version 4", {{.path = "a", .longer = LONG}}, .version = 4),

	TAKEN("names that git does not add, but commits", {IS(".git"), IS("a//b"), IS("../a")}),

	TAKEN("passed over: REUC", BODY("REUC", "anything")),
	TAKEN("passed over: TREE", BODY("TREE", "")),
	TAKEN("passed over: UNTR", BODY("UNTR", "anything")),
	TAKEN("passed over: FSMN", BODY("FSMN", "")),
	TAKEN("passed over: EOIE", BODY("EOIE", "1")),
	TAKEN("passed over: IEOT", BODY("IEOT", "1")),
	REFUSED("a split index", BODY("link", ID ID)),
	REFUSED("a sparse index", BODY("sdir", "")),
	TAKEN("passed over: what nobody knows", BODY("ABCD", "1")),
	REFUSED("what nobody knows, and must", BODY("abcd", "1")),
	REFUSED("an extension without a name", BODY("\0\0\0\0", "")),
	REFUSED("an extension longer than the file", BODY("UNTR", "1"), .body_more = 1),

};
/* clang-format on */

static void takes_what_git_writes(void **state)
{
	(void)state;
	for (oid_size = OID_SHA1; oid_size <= OID_SHA256; oid_size += OID_SHA256 - OID_SHA1)
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			make(&rows[i]);
			if (taken(len) != rows[i].taken)
				fail_msg("%s: is%s taken", rows[i].name,
					rows[i].taken ? " not" : "");
		}
	oid_size = OID_SHA1;
}

/* Whatever the last bytes left are taken for. Where an extension would begin is an end too. */
static void refuses_what_is_cut_short(void **state)
{
	size_t i, n, whole, end;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		end = make(&rows[i]) + oid_size;
		whole = len;
		for (n = 0; rows[i].taken && n < whole; n++)
			if (taken(n) != (n == end))
				fail_msg("%s: cut to %zu bytes: is taken", rows[i].name, n);
	}
}

static void refuses_another_signature(void **state)
{
	(void)state;
	make(&rows[1]);
	file[0] = 'd';
	assert_false(taken(len));
}

static void takes_very_long_paths(void **state)
{
	static char path[LONG + 10];

	(void)state;
	for (unsigned version = 2; version <= 4; version++) {
		const struct row row = {.name = "", .version = version, .parts = {{.path = path}}};

		for (size_t n = LONG - 1; n < LONG + 9; n++) {
			memset(path, 'a', n);
			path[n] = '\0';
			make(&row);
			assert_true(taken(len));
		}
	}
}

static void tells_what_paths_share(void **state)
{
	static const struct row both[] = {
		{.name = "2", .parts = {IS("dir/abcdefgh"), IS("dir/abcdefgi"), IS("e")}},
		{.name = "4",
			.version = 4,
			.parts = {IS("dir/abcdefgh"), {.path = "i", .longer = 11, .cut = "\1"},
				{.path = "e", .cut = "\14"}}},
	};
	static const size_t shared[] = {0, 11, 0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct index_walk w;

		make(&both[i]);
		assert_true(index_walk_begin(&w, file, len, oid_size));
		for (size_t k = 0; k < 3; k++) {
			assert_int_equal(index_walk_next(&w), 1);
			assert_int_equal(w.entry.shared, shared[k]);
		}
		index_walk_end(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_git_writes),
		cmocka_unit_test(refuses_what_is_cut_short),
		cmocka_unit_test(refuses_another_signature),
		cmocka_unit_test(takes_very_long_paths),
		cmocka_unit_test(tells_what_paths_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
