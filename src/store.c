#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "git.h"
#include "objects.h"

/* 0; above 0 when git is not there or has no answer; -1 with the failure recorded. */
static int ask_git(struct buf *out, struct repository *r, const struct oid *blobs, size_t count)
{
	static const char *const args[] = {"cat-file", "--batch-check=%(objectsize:disk)", NULL};
	struct buf input = BUF_INIT, err = BUF_INIT;
	struct exec e;
	size_t i;
	int status = -1;

	for (i = 0; i < count; i++) {
		buf_adds(&input, repository_hex(r, &blobs[i]));
		buf_addc(&input, '\n');
	}
	repository_exec(&e, r, args);
	if (buf_failed(&input) == 0)
		status = exec_run(out, &err, &e, &input);
	if (status < 0 && error_code() == ERROR_NO_GIT)
		status = 1;
	buf_free(&input);
	buf_free(&err);
	return status;
}

bool store_take(uint64_t *sizes, size_t count, const char *text)
{
	enum { DIGITS_MAX = 19 }; /* of what surely fits */
	size_t i, digits;

	for (i = 0; i < count; i++, text += digits + 1) {
		digits = strspn(text, "0123456789");
		if (digits == 0 || digits > DIGITS_MAX || text[digits] != '\n')
			return false;
		sizes[i] = strtoull(text, NULL, 10);
	}
	return *text == '\0';
}

int store_sizes(
	uint64_t *sizes, const struct oid *blobs, size_t count, struct repository *r, bool *on_disk)
{
	struct buf out = BUF_INIT;
	size_t i;
	int status = ask_git(&out, r, blobs, count);

	*on_disk = status == 0 && store_take(sizes, count, out.ptr);
	buf_free(&out);
	if (status > 0)
		status = 0;
	for (i = 0; !*on_disk && i < count && status == 0; i++)
		status = object_blob_size(r, &blobs[i], &sizes[i]);
	return status;
}
