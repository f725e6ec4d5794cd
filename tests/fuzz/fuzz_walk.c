/*
 * Input: what git says of the commits of a range. Of each line that is taken, the parents are among
 * the commits before it, and what is hidden comes before what is shown.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "git/repository.h"
#include "range/walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check(const struct walk *w)
{
	size_t i;
	uint32_t j;

	require(w->first <= w->count);
	for (i = 0; i < w->count; i++)
		for (j = 0; j < w->commits[i].parent_count; j++)
			require(walk_parent(w, &w->commits[i], j) < &w->commits[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct repository repository = {.oid_size = OID_SHA1};
	struct walk w = {.repository = &repository};
	char *text = malloc(size + 1), *line, *end;

	require(text != NULL);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (line = text; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		if (walk_take(&w, line) < 0)
			break;
	}
	check(&w);
	walk_free(&w);
	free(text);
	return 0;
}
