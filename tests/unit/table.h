/*
 * table - test cases that are lines of a file in tests/data: words between blanks, # comments.
 * Whatever is wrong in a line fails the test and names file and line.
 */
#ifndef PYCGUARD_TESTS_TABLE_H
#define PYCGUARD_TESTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum { FIELDS_MAX = 12 };

/** One line. */
struct row {
	const char *file;
	int line;
	size_t count;
	char *fields[FIELDS_MAX];
};

/** Fails, naming the line and its first word, unless the condition holds. */
#define check(row, condition)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("%s:%d: %s: not %s", (row)->file, (row)->line, (row)->fields[0],  \
				#condition);                                                       \
	} while (0)

/** Hand each line of a table to `test`, split at `separators`. */
void table_each(const char *file, const char *separators, void (*test)(const struct row *row));

/** Whether the word is among those from the `from`th on. */
bool row_has(const struct row *row, size_t from, const char *word);

/** The N of NAME=N among the words from the third on, `name` being "NAME="; or `otherwise`. */
const char *row_value(const struct row *row, const char *name, const char *otherwise);

/** Which of the words it is. */
int row_index(const struct row *row, const char *word, const char *const *words, int count);

/** The bytes that hexadecimal digits, or "-" for none, stand for; how many. */
size_t table_unhex(unsigned char *out, size_t max, const char *hex);

#endif
