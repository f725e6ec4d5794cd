/*
 * Input: a byte that says which answer of git's it is, then the answer: that of check-ignore about
 * two paths, or of cat-file about three blobs. Nothing but a whole answer is taken, and each part
 * of it is where git writes it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mend/ignored.h"
#include "range/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLOBS = 3 };

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
	ignored_is_shared(item->source);
}

static void check_ignored(const struct buf *text)
{
	struct pathset paths = PATHSET_INIT;
	struct ignored items[2] = {{.source = "", .pattern = ""}, {.source = "", .pattern = ""}};
	struct ignored_list list = {.items = items, .count = 2, .text = *text};
	int status;

	require(pathset_add(&paths, "a", 1) == 0 && pathset_add(&paths, "b/c", 3) == 0);
	pathset_sort(&paths);
	status = ignored_take(&list, &paths);
	require(status == 0 || status == -1);
	if (status == 0) {
		check_item(&items[0], text);
		check_item(&items[1], text);
		require(items[0].pattern < items[1].source);
	}
	pathset_free(&paths);
}

/* Whether it is lines of digits, as many as there are blobs. */
static bool is_plain(const char *text)
{
	int i;

	for (i = 0; i < BLOBS; i++) {
		size_t digits = strspn(text, "0123456789");

		if (digits == 0 || digits > 19 || text[digits] != '\n')
			return false;
		text += digits + 1;
	}
	return *text == '\0';
}

static void check_sizes(const struct buf *text)
{
	uint64_t sizes[BLOBS] = {0};

	require(store_take(sizes, BLOBS, text->ptr) == is_plain(text->ptr));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT;

	if (size == 0)
		return 0;
	buf_add(&text, data + 1, size - 1);
	require(!text.failed);
	if (data[0] & 1)
		check_sizes(&text);
	else
		check_ignored(&text);
	buf_free(&text);
	return 0;
}
