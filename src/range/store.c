#include "range/store.h"

#include <stdlib.h>
#include <string.h>

#include "git/exec/exec.h"
#include "git/git.h"

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

int store_sizes(uint64_t *sizes, const struct oid *blobs, size_t count, struct repository *r)
{
	static const char *const args[] = {
		"cat-file", "--batch-check=%(objectsize:disk)", "--buffer", NULL};
	struct buf input = BUF_INIT, out = BUF_INIT;
	struct exec e;
	size_t i;
	int status = -1;

	for (i = 0; i < count; i++) {
		buf_adds(&input, repository_hex(r, &blobs[i]));
		buf_addc(&input, '\n');
	}
	repository_exec(&e, r, args);
	if (buf_failed(&input) == 0)
		status = exec_must(&out, &e, &input);
	if (status == 0 && buf_failed(&out) == 0 && !store_take(sizes, count, out.ptr))
		status = error_set("git says '%.200s'", out.ptr);
	buf_free(&input);
	buf_free(&out);
	return status < 0 ? error_prefix("cannot tell what the files of the history cost") : 0;
}
