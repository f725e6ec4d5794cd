/*
 * Input: one byte of choices, up to 16 of a header, then text that serves as a path and as a
 * source. Nothing may crash, slices are of their path, and a source cut in two is the same source.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "python/bytecode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void require_within(struct bytecode_slice s, const char *path, size_t len)
{
	if (s.ptr)
		require(s.ptr >= path && s.ptr + s.len <= path + len);
	else
		require(s.len == 0);
}

static void take_apart(struct bytecode_name *name, const char *path, size_t len, bool caseless)
{
	struct buf source = BUF_INIT;
	bool found;

	bytecode_name(name, path, len, caseless);
	require_within(name->module, path, len);
	require_within(name->tag, path, len);
	require_within(name->level, path, len);
	require(name->package.len <= len);
	bytecode_tag_version(name->tag);
	found = bytecode_source(&source, name);
	require(found == (name->module.ptr != NULL));
	require(found == (source.len > 0));
	buf_free(&source);
}

static enum bytecode_fit fit_of(
	const struct bytecode_header *h, const char *text, size_t len, size_t cut)
{
	struct bytecode_sum sum = bytecode_sum_of(h);
	enum bytecode_fit fit;

	bytecode_sum_add(&sum, text, cut);
	bytecode_sum_fit(&sum);
	bytecode_sum_add(&sum, text + cut, len - cut);
	fit = bytecode_sum_fit(&sum);
	return fit;
}

/* What holds of every verdict. */
static void judge(const struct bytecode_facts *f)
{
	enum bytecode_loads loads = bytecode_loads(f);
	enum bytecode_lie lie = bytecode_lie(f);

	require(bytecode_loads_name(loads) != NULL);
	require(!f->mtime_known || loads != LOADS_CACHE_IF_MTIME_KEPT);
	require(lie != LIE_UNCHECKED || loads == LOADS_CACHE);
	require(lie != LIE_ORPHAN || loads == LOADS_NOTHING || f->package_present);
	require(lie != LIE_GHOST || !f->source_present);
	require(lie != LIE_STALE || loads == LOADS_SOURCE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t header_len = size > BYTECODE_HEADER_MAX + 1 ? BYTECODE_HEADER_MAX : size / 2;
	const char *text = (const char *)data + 1 + header_len;
	size_t len, cut;
	struct bytecode_name name;
	struct bytecode_header header;
	struct bytecode_facts facts = {.name = &name, .header = &header};

	if (size < 2)
		return 0;
	len = size - 1 - header_len;
	take_apart(&name, text, len, data[0] & 1);
	bytecode_header(&header, data + 1, header_len);
	bytecode_fits_mtime(&header, (int64_t)len - data[0], 999999999);
	facts.fit = fit_of(&header, text, len, 0);
	for (cut = 1; cut <= len && cut < 64; cut++)
		require(fit_of(&header, text, len, cut) == facts.fit);
	facts.source_present = data[0] & 2;
	facts.package_present = data[0] & 4;
	facts.mtime_known = data[0] & 8;
	facts.mtime_fits = data[0] & 16;
	judge(&facts);
	return 0;
}
