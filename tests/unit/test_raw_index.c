#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "raw_index.h"
#include "sha1.h"

enum { FILE_MAX = 16384, PARTS_MAX = 3, LONG = 4095, FILE_MODE = 0100644, LINK = 0120000 };

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
static size_t len;

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
	add(fixed, SHA1_SIZE);
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
	add("\1\2\3\4\5\6\7\1\2\3\4\5\6\7\1\2\3\4\5\6", SHA1_SIZE);
	return end;
}

static bool go_on(void *arg, const struct raw_entry *e)
{
	assert_int_equal(e->path[e->len], '\0');
	assert_true(e->base <= e->len);
	++*(size_t *)arg;
	return true;
}

static bool taken(size_t n)
{
	size_t count = 0;

	return raw_index_each(file, n, go_on, &count);
}

/* clang-format off */
#define TAKEN(text, ...) {.name = text, .taken = true, .parts = __VA_ARGS__}
#define REFUSED(text, ...) {.name = text, .parts = __VA_ARGS__}
#define IS(text) {.path = text}
#define ONE(text) {IS(text)}
#define AS_LINK(text) {{.path = text, .mode = LINK}}
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

	REFUSED("in falling order", {IS("b"), IS("a")}),
	REFUSED("twice", {IS("a"), IS("a")}),
	REFUSED("a directory after what is in it", {IS("a/b"), IS("a")}),
	TAKEN("three stages", {{.path = "a", .stage = 1}, {.path = "a", .stage = 2}, {.path = "a", .stage = 3}}),
	REFUSED("stages in falling order", {{.path = "a", .stage = 2}, {.path = "a", .stage = 1}}),
	REFUSED("one stage twice", {{.path = "a", .stage = 1}, {.path = "a", .stage = 1}}),
	REFUSED("stage 0 and another", {IS("a"), {.path = "a", .stage = 1}}),

	REFUSED("a path of nothing", ONE("")),
	REFUSED("a path longer than it is said to be", {{.path = "ab", .longer = -1}}),
	REFUSED("a path shorter than it is said to be", {{.path = "ab", .longer = 1}}),
	REFUSED("a path said to be longer than the file", {{.path = "ab", .longer = 4000}}),
	REFUSED("a path said to be very long", {{.path = "ab", .longer = LONG}}),
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

	TAKEN("a name that begins as git's", {IS(".gitignore"), IS(".gitmodules"), IS("gitk~1")}),
	REFUSED("git's own directory", ONE(".git")),
	REFUSED("git's own directory, in capitals", ONE("a/.GIT/config")),
	REFUSED("git's own directory, and a blank", ONE(".git /a")),
	REFUSED("git's own directory, and a colon", ONE(".git:a")),
	REFUSED("git's own directory, by its short name", ONE("GIT~1")),
	REFUSED("git's own directory, with a character of no width", ONE(".g\xe2\x80\x8cit")),
	REFUSED("a character of no width in front", ONE("\xe2\x80\x8c.git")),
	REFUSED("a byte order mark in front", ONE("\xef\xbb\xbf.git")),
	REFUSED("a link that git would read", AS_LINK(".gitmodules")),
	REFUSED("a link that git would read, by its short name", AS_LINK("gitmod~1")),
	REFUSED("a link that git would read, after it was known as a directory", {IS(".gitx/a"), {.path = ".gitx/b", .mode = LINK}}),
	TAKEN("a link of another name", {IS("d/a"), {.path = "d/g", .mode = LINK}}),
	REFUSED("the directory itself", ONE("a/./b")),
	REFUSED("the directory above", ONE("../a")),
	TAKEN("three dots", ONE(".../a")),
	REFUSED("no name between slashes", ONE("a//b")),
	REFUSED("no name in front", ONE("/a")),
	REFUSED("no name at the end", ONE("a/")),

	TAKEN("passed over: UNTR", BODY("UNTR", "anything")),
	TAKEN("passed over: FSMN", BODY("FSMN", "")),
	TAKEN("passed over: EOIE", BODY("EOIE", "1")),
	TAKEN("passed over: IEOT", BODY("IEOT", "1")),
	REFUSED("a split index", BODY("link", ID ID)),
	REFUSED("a sparse index", BODY("sdir", "")),
	REFUSED("an extension that nobody knows", BODY("ABCD", "")),
	REFUSED("an extension without a name", BODY("\0\0\0\0", "")),
	REFUSED("an extension with a blank name", BODY("TR F", "")),
	REFUSED("an extension longer than the file", BODY("UNTR", "1"), .body_more = 1),

	TAKEN("trees", BODY("TREE", "\0" "3 2\n" ID "a\0" "1 0\n" ID "b\0" "-1 0\n")),
	REFUSED("a tree without an end of its name", BODY("TREE", "abc")),
	REFUSED("a tree without numbers", BODY("TREE", "\0")),
	REFUSED("a tree with a number of no digits", BODY("TREE", "\0 0\n" ID)),
	REFUSED("a tree with a minus alone", BODY("TREE", "\0- 0\n")),
	REFUSED("a tree with a number below -1", BODY("TREE", "\0-2 0\n")),
	REFUSED("a tree with a number too large", BODY("TREE", "\0" "99999999999 0\n" ID)),
	REFUSED("a tree with one number", BODY("TREE", "\0" "1\n" ID)),
	REFUSED("a tree with a number and no more", BODY("TREE", "\0" "1 0")),
	REFUSED("a tree with trees below less than none", BODY("TREE", "\0" "1 -1\n" ID)),
	REFUSED("a tree without an id", BODY("TREE", "\0" "1 0\n1234")),
	REFUSED("a tree whose trees are missing", BODY("TREE", "\0" "1 1\n" ID)),
	REFUSED("a tree more than there should be", BODY("TREE", "\0" "1 0\n" ID "\0" "1 0\n" ID)),
};
/* clang-format on */

static void takes_only_what_git_writes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		make(&rows[i]);
		if (taken(len) != rows[i].taken)
			fail_msg("%s: is%s taken", rows[i].name, rows[i].taken ? " not" : "");
	}
}

/* Whatever the last bytes left are taken for. Where an extension would begin is an end too. */
static void refuses_what_is_cut_short(void **state)
{
	size_t i, n, whole, end;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		end = make(&rows[i]) + SHA1_SIZE;
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
	const struct row row = {.name = "", .parts = {{.path = path}}};

	(void)state;
	for (size_t n = LONG - 1; n < LONG + 9; n++) {
		memset(path, 'a', n);
		make(&row);
		assert_true(taken(len));
	}
}

static bool refuse(void *arg, const struct raw_entry *e)
{
	(void)arg, (void)e;
	return false;
}

static void stops_when_told(void **state)
{
	(void)state;
	make(&rows[2]);
	assert_false(raw_index_each(file, len, refuse, NULL));
}

static void sums_up(void **state)
{
	atomic_bool stopped = false;

	(void)state;
	make(&rows[2]);
	assert_false(raw_index_sum_fits(file, len, &stopped));
	assert_false(raw_index_sum_fits(file, SHA1_SIZE - 1, &stopped));
	assert_true(sha1_unless(file + len - SHA1_SIZE, file, len - SHA1_SIZE, &stopped));
	assert_true(raw_index_sum_fits(file, len, &stopped));
	stopped = true;
	assert_false(raw_index_sum_fits(file, len, &stopped));
	memset(file + len - SHA1_SIZE, 0, SHA1_SIZE);
	assert_true(raw_index_sum_fits(file, len, &stopped)); /* index.skipHash */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_only_what_git_writes),
		cmocka_unit_test(refuses_what_is_cut_short),
		cmocka_unit_test(refuses_another_signature),
		cmocka_unit_test(takes_very_long_paths),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(sums_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
