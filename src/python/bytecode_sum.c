#include "python/bytecode.h"

static void add(struct bytecode_sum *sum, struct bytecode_form *form, const char *bytes, size_t len)
{
	form->size += len;
	if (sum->hashed)
		siphash_add(&form->hash, bytes, len);
}

struct bytecode_sum bytecode_sum_of(const struct bytecode_header *h)
{
	const uint32_t key = h->number | (uint32_t)'\r' << 16 | (uint32_t)'\n' << 24;
	bool strong = h->version < BYTECODE_VERSION(3, 11);
	struct bytecode_sum sum = {.header = *h};

	sum.hashed = h->invalidation == INVALIDATION_CHECKED_HASH ||
		     h->invalidation == INVALIDATION_UNCHECKED_HASH;
	siphash_init(&sum.asis.hash, key, 0, strong ? 2 : 1, strong ? 4 : 3);
	sum.crlf = sum.lf = sum.asis;
	return sum;
}

void bytecode_sum_add(struct bytecode_sum *sum, const void *bytes, size_t len)
{
	const char *p = bytes, *end = p + len, *q;

	add(sum, &sum->asis, p, len);
	for (; p < end; p = q) { /* a CR, an LF, or a run of neither */
		for (q = p; q < end && *q != '\r' && *q != '\n'; q++)
			;
		q += q == p;
		if (sum->after_cr && *p != '\n')
			add(sum, &sum->lf, "\r", 1);
		if (!sum->after_cr && *p == '\n')
			add(sum, &sum->crlf, "\r", 1);
		add(sum, &sum->crlf, p, (size_t)(q - p));
		sum->after_cr = *p == '\r';
		if (!sum->after_cr)
			add(sum, &sum->lf, p, (size_t)(q - p));
	}
}

static bool fits(const struct bytecode_sum *sum, const struct bytecode_form *form)
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
	struct bytecode_form lf = sum->lf;

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
