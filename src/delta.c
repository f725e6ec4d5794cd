#include "delta.h"

#include <stdint.h>
#include <string.h>

enum { SHIFT_MAX = 28 };

static bool take_size(size_t *out, struct bytes *d)
{
	unsigned shift;

	*out = 0;
	for (shift = 0; d->len && shift <= SHIFT_MAX; shift += 7) {
		unsigned byte = *d->at++;

		d->len--;
		*out |= (size_t)(byte & 127) << shift;
		if (!(byte & 128))
			return *out <= INT32_MAX;
	}
	return false;
}

bool delta_sizes(size_t *base, size_t *result, struct bytes *delta)
{
	return take_size(base, delta) && take_size(result, delta);
}

/* A number of which those bytes are given that have a bit in `which`. */
static bool take_number(size_t *out, unsigned which, struct bytes *d)
{
	unsigned shift;

	*out = 0;
	for (shift = 0; which; which >>= 1, shift += 8) {
		if (!(which & 1))
			continue;
		if (d->len == 0)
			return false;
		*out |= (size_t)*d->at++ << shift;
		d->len--;
	}
	return true;
}

/* What one instruction puts into the result. */
static bool take_piece(struct bytes *piece, struct bytes base, struct bytes *delta)
{
	unsigned op = *delta->at++;
	size_t from, len;

	delta->len--;
	if (!(op & 128)) {
		if (op == 0 || op > delta->len)
			return false;
		*piece = (struct bytes){delta->at, op};
		delta->at += op;
		delta->len -= op;
		return true;
	}
	if (!take_number(&from, op & 15, delta) || !take_number(&len, op >> 4 & 7, delta))
		return false;
	if (len == 0)
		len = 0x10000;
	if (from > base.len || len > base.len - from)
		return false;
	*piece = (struct bytes){base.at + from, len};
	return true;
}

bool delta_apply(unsigned char *out, size_t size, struct bytes base, struct bytes delta)
{
	struct bytes piece;

	while (delta.len) {
		if (!take_piece(&piece, base, &delta) || piece.len > size)
			return false;
		memcpy(out, piece.at, piece.len);
		out += piece.len;
		size -= piece.len;
	}
	return size == 0;
}
