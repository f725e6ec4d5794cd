/*
 * Input: what git check-ignore answers about two paths. Nothing but a whole answer is taken, and
 * each part of it is where git writes it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mend/ignores.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* Both strings in the answer, in the order in which git writes them, or both "". */
static void check_item(const struct ignored *item, const struct buf *text)
{
	const char *end = text->ptr + text->len;

	require(item->source >= text->ptr && item->source < item->pattern && item->pattern < end);
	require(item->ignored == (*item->pattern && *item->pattern != '!'));
}

static void check_ignored(const struct buf *text)
{
	struct pathset paths = {0};
	struct ignored items[2] = {{false, false, "", ""}, {false, false, "", ""}};
	int status;

	pathset_add(&paths, "a", 1);
	pathset_add(&paths, "b/c", 3);
	pathset_sort(&paths);
	status = ignored_take(items, &paths, text);
	require(status == 0 || status == -1);
	if (status == 0) {
		check_item(&items[0], text);
		check_item(&items[1], text);
		require(items[0].pattern < items[1].source);
	}
	pathset_free(&paths);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT;

	buf_add(&text, data, size);
	check_ignored(&text);
	buf_free(&text);
	return 0;
}
