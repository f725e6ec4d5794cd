#include "report/amount.h"

#include <inttypes.h>

const char *amount_plural(size_t n)
{
	return n == 1 ? "" : "s";
}

void amount_bytes(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double amount = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		buf_addf(out, "%" PRIu64 " byte%s", bytes, amount_plural((size_t)bytes));
		return;
	}
	/* Rounded, it must not read 1024.0 of the smaller unit. */
	for (; amount >= 1023.95 && unit + 1 < sizeof units / sizeof *units; unit++)
		amount /= 1024;
	buf_addf(out, "%.1f %s", amount, units[unit]);
}
