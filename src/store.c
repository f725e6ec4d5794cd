#include "store.h"

#include <stdlib.h>

#include "git_run.h"
#include "objects.h"

static int ask_git(struct buf *out, struct repository *r, const struct oid *blobs, size_t count)
{
	static const char *const args[] = {"cat-file", "--batch-check=%(objectsize:disk)", NULL};
	struct buf input = BUF_INIT;
	size_t i;
	int status = -1;

	for (i = 0; i < count; i++) {
		buf_adds(&input, repository_hex(r, &blobs[i]));
		buf_addc(&input, '\n');
	}
	if (buf_failed(&input) == 0)
		status = git_run(out, NULL, r, args, &input);
	buf_free(&input);
	return status;
}

/* A number a line, one for each blob; for a missing one git writes words. */
static bool take_numbers(uint64_t *sizes, size_t count, const char *text)
{
	char *end;
	size_t i;

	for (i = 0; i < count; i++, text = end + 1) {
		sizes[i] = strtoull(text, &end, 10);
		if (end == text || *end != '\n')
			return false;
	}
	return *text == '\0';
}

int store_sizes(
	uint64_t *sizes, const struct oid *blobs, size_t count, struct repository *r, bool *on_disk)
{
	struct buf out = BUF_INIT;
	size_t i;
	int status = 0;

	*on_disk = ask_git(&out, r, blobs, count) == 0 && buf_failed(&out) == 0 &&
		   take_numbers(sizes, count, out.ptr);
	buf_free(&out);
	for (i = 0; !*on_disk && i < count && status == 0; i++)
		status = object_blob_size(r, &blobs[i], &sizes[i]);
	return status;
}
