/* Streams: what the C library does to a file by itself is no call that could be stood before. */
#define _GNU_SOURCE
#include "inject.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *bad; /* the one that a call has failed for */

static bool fails(const char *name, FILE *file)
{
	char path[PATH_MAX];

	if (file == stderr || !inject_fails(name, inject_path_of(fileno(file), path)))
		return false;
	bad = file;
	return true;
}

/* In place of all the certificates of the machine. */
static const char *path_for(const char *path)
{
	static const char all[] = "/ca-certificates.crt";
	const char *few = getenv("INJECT_CERTIFICATES");
	size_t len = strlen(path), n = sizeof all - 1;

	return few && len >= n && strcmp(path + len - n, all) == 0 ? few : path;
}

#define FOPEN(name)                                                                                \
	FILE *name(const char *restrict path, const char *restrict mode)                           \
	{                                                                                          \
		NEXT(name);                                                                        \
		return inject_fails(#name ":path", path) ? NULL : next(path_for(path), mode);      \
	}

FOPEN(fopen)
FOPEN(fopen64)

#define TMPFILE(name)                                                                              \
	FILE *name(void)                                                                           \
	{                                                                                          \
		NEXT(name);                                                                        \
		return inject_fails(#name ":make", "") ? NULL : next();                            \
	}

TMPFILE(tmpfile)
TMPFILE(tmpfile64)

size_t fwrite(const void *restrict bytes, size_t size, size_t count, FILE *restrict file)
{
	NEXT(fwrite);
	if (!fails("fwrite:stream", file))
		return next(bytes, size, count, file);
	return next(bytes, size, count / 2, file);
}

int fputs(const char *restrict text, FILE *restrict file)
{
	NEXT(fputs);
	return fails("fputs:stream", file) ? EOF : next(text, file);
}

char *fgets(char *restrict line, int size, FILE *restrict file)
{
	NEXT(fgets);
	return fails("fgets:stream", file) ? NULL : next(line, size, file);
}

int fflush(FILE *file)
{
	NEXT(fflush);
	return file && fails("fflush:stream", file) ? EOF : next(file);
}

int fseek(FILE *file, long offset, int from)
{
	NEXT(fseek);
	return fails("fseek:seek", file) ? -1 : next(file, offset, from);
}

int ferror(FILE *file)
{
	NEXT(ferror);
	return file == bad || next(file);
}

int fclose(FILE *file)
{
	bool failed = fails("fclose:close", file);
	int errnum = errno;

	NEXT(fclose);
	if (file == bad)
		bad = NULL;
	if (next(file) != 0)
		return EOF;
	errno = errnum;
	return failed ? EOF : 0;
}
