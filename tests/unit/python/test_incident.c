/* Its table is tests/data/incident.tsv, the facts of a real repository. */
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

static void make_header(struct bytecode_header *h, const char *hex)
{
	unsigned char bytes[32];

	bytecode_header(h, bytes, table_unhex(bytes, sizeof bytes, hex));
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
	struct bytecode_sum sum = bytecode_sum_of(h);
	enum bytecode_fit fit;
	unsigned long i;

	for (i = 0; i < s->size; i++)
		bytecode_sum_add(&sum, i < s->newlines ? "\n" : "x", 1);
	fit = bytecode_sum_fit(&sum);
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
	table_each("incident.tsv", "\t\n", read_source);
	table_each("incident.tsv", "\t\n", class_cache);
	assert_int_equal(classes.match, 6);
	assert_int_equal(classes.match_crlf, 10);
	assert_int_equal(classes.orphan, 3);
	assert_int_equal(classes.stale, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(incident),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
