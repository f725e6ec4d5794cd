#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "table.h"

/* Hands each line of a table to `test`, split at `separators`. */
void table_each(const char *file, const char *separators, void (*test)(const struct row *row))
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

bool row_has(const struct row *row, size_t from, const char *word)
{
	size_t i;

	for (i = from; i < row->count; i++)
		if (strcmp(row->fields[i], word) == 0)
			return true;
	return false;
}

/* The N of NAME=N among the words, or `otherwise`. */
const char *row_value(const struct row *row, const char *name, const char *otherwise)
{
	size_t i, n = strlen(name);

	for (i = 2; i < row->count; i++)
		if (strncmp(row->fields[i], name, n) == 0)
			return row->fields[i] + n;
	return otherwise;
}

int row_index(const struct row *row, const char *word, const char *const *words, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	fail_msg("%s:%d: no such word: %s", row->file, row->line, word);
	return -1;
}

size_t table_unhex(unsigned char *out, size_t max, const char *hex)
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
