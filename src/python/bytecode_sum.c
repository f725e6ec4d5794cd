#include "python/bytecode.h"

#include <stdlib.h>

#include "base/error.h"
#include "python/siphash.h"

/* One form of the source: as it is, with CRLF or with LF line ends. */
struct form {
	uint64_t size;
	struct siphash hash;
};

struct bytecode_sum {
	struct bytecode_header header;
	bool hashed;   /* the header holds a hash: `hash` of the forms is kept up */
	bool after_cr; /* the byte before was CR, and is not in `lf` yet */
	struct form asis, crlf, lf;
};

static void add(struct bytecode_sum *sum, struct form *form, const char *bytes, size_t len)
{
	form->size += len;
	if (sum->hashed)
		siphash_add(&form->hash, bytes, len);
}

struct bytecode_sum *bytecode_sum_new(const struct bytecode_header *h)
{
	struct bytecode_sum *sum = calloc(1, sizeof *sum);
	bool strong = h->version < BYTECODE_VERSION(3, 11);
	struct siphash start;

	if (!sum) {
		error_oom();
		return NULL;
	}
	siphash_init(&start,
		(uint32_t)h->number | (uint32_t)'\r' << 16 |
			(uint32_t)'\n'
				<< 24,
		0, strong ? 2 : 1, strong ? 4 : 3);
	sum->header = *h;
	sum->hashed = h->invalidation == INVALIDATION_CHECKED_HASH ||
		      h->invalidation == INVALIDATION_UNCHECKED_HASH;
	sum->asis.hash = sum->crlf.hash = sum->lf.hash = start;
	return sum;
}

/* A run of bytes without CR or LF. */
static void add_run(struct bytecode_sum *sum, const char *run, size_t len)
{
	if (sum->after_cr)
		add(sum, &sum->lf, "\r", 1);
	sum->after_cr = false;
	add(sum, &sum->crlf, run, len);
	add(sum, &sum->lf, run, len);
}

static void add_cr(struct bytecode_sum *sum)
{
	if (sum->after_cr)
		add(sum, &sum->lf, "\r", 1);
	sum->after_cr = true;
	add(sum, &sum->crlf, "\r", 1);
}

static void add_lf(struct bytecode_sum *sum)
{
	if (sum->after_cr)
		add(sum, &sum->crlf, "\n", 1);
	else
		add(sum, &sum->crlf, "\r\n", 2);
	sum->after_cr = false;
	add(sum, &sum->lf, "\n", 1);
}

void bytecode_sum_add(struct bytecode_sum *sum, const void *bytes, size_t len)
{
	const char *p = bytes, *end = p + len, *q;

	add(sum, &sum->asis, p, len);
	for (; p < end; p = q) {
		for (q = p; q < end && *q != '\r' && *q != '\n'; q++)
			;
		if (q > p)
			add_run(sum, p, (size_t)(q - p));
		if (q < end && *q++ == '\r')
			add_cr(sum);
		else if (q > p && q[-1] == '\n')
			add_lf(sum);
	}
}

static bool fits(const struct bytecode_sum *sum, const struct form *form)
{
	uint64_t value;
	int i;

	if (!sum->hashed)
		return bytecode_fits_size(&sum->header, form->size);
	value = siphash_value(&form->hash);
	for (i = 0; i < 8; i++)
		if (sum->header.hash[i] != (unsigned char)(value >> 8 * i))
			return false;
	return true;
}

enum bytecode_fit bytecode_sum_fit(const struct bytecode_sum *sum)
{
	struct form lf = sum->lf;

	if (!sum->hashed && !sum->header.has_size)
		return FIT_UNKNOWN;
	if (fits(sum, &sum->asis))
		return FIT_EXACT;
	if (sum->after_cr) {
		lf.size++;
		siphash_add(&lf.hash, "\r", 1);
	}
	return fits(sum, &sum->crlf) || fits(sum, &lf) ? FIT_LINEENDS : FIT_NOT;
}

void bytecode_sum_free(struct bytecode_sum *sum)
{
	free(sum);
}
