/*
 * bytecode_tool - what src/bytecode.h says of files on disk, for tests/cli/imports.py to compare
 * with what Python does.
 *
 * Reads paths, one a line, and prints for each, with tabs between: the path, the version, the
 * invalidation, what a checkout loads, what these very files load, and the lie.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "python/bytecode.h"

static const char *const names_of_lies[] = {
	[LIE_NONE] = "none",
	[LIE_GHOST] = "ghost",
	[LIE_UNCHECKED] = "unchecked",
	[LIE_ORPHAN] = "orphan",
	[LIE_STALE] = "stale",
};

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void read_header(struct bytecode_header *out, const char *path)
{
	unsigned char bytes[BYTECODE_HEADER_MAX];
	FILE *f = fopen(path, "rb");

	if (!f)
		die(path);
	bytecode_header(out, bytes, fread(bytes, 1, sizeof bytes, f));
	fclose(f);
}

static enum bytecode_fit compare(const struct bytecode_header *h, const char *source)
{
	struct bytecode_sum sum = bytecode_sum_of(h);
	FILE *f = fopen(source, "rb");
	enum bytecode_fit fit;
	char piece[4096];
	size_t n;

	if (!f)
		die(source);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		bytecode_sum_add(&sum, piece, n);
	fit = bytecode_sum_fit(&sum);
	fclose(f);
	return fit;
}

static bool is_package(const char *source)
{
	static const char *const inits[] = {"/__init__.py", "/__init__.pyc"};
	struct buf path = BUF_INIT;
	bool found = false;
	struct stat st;
	size_t i;

	for (i = 0; i < 2; i++) {
		buf_clear(&path);
		buf_add(&path, source, strlen(source) - 3);
		buf_adds(&path, inits[i]);
		found = found || stat(path.ptr, &st) == 0;
	}
	buf_free(&path);
	return found;
}

static void look_at_source(struct bytecode_facts *f, const char *source)
{
	struct stat st;

	f->package_present = is_package(source);
	f->source_present = stat(source, &st) == 0 && S_ISREG(st.st_mode);
	if (!f->source_present)
		return;
	f->mtime_fits = bytecode_fits_mtime(f->header, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	f->fit = bytecode_fits_size(f->header, (uint64_t)st.st_size) ? FIT_EXACT :
								       compare(f->header, source);
}

static void look_at(const char *path)
{
	struct bytecode_name name;
	struct bytecode_header header;
	struct bytecode_facts facts = {.name = &name, .header = &header};
	struct buf source = BUF_INIT;
	const char *kept, *invalidation;

	bytecode_name(&name, path, strlen(path), false);
	read_header(&header, path);
	if (bytecode_source(&source, &name))
		look_at_source(&facts, source.ptr);
	kept = bytecode_loads_name(bytecode_loads(&facts));
	facts.mtime_known = true;
	invalidation = bytecode_invalidation_name(header.invalidation);
	printf("%s\t%u.%u\t%s\t%s\t%s\t%s\n", path, header.version >> 8, header.version & 0xff,
		invalidation ? invalidation : "-", kept,
		bytecode_loads_name(bytecode_loads(&facts)), names_of_lies[bytecode_lie(&facts)]);
	buf_free(&source);
}

int main(void)
{
	char line[4096];

	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		look_at(line);
	}
	return 0;
}
