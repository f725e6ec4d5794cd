#include "inflate.h"

#include <limits.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

struct inflater {
	z_stream stream;
};

#ifdef PYCGUARD_ZLIB
#include <dlfcn.h>
#include <pthread.h>

static struct {
	__typeof__(inflateInit_) *init;
	__typeof__(inflateReset) *reset;
	__typeof__(inflate) *run;
	__typeof__(inflateEnd) *end;
} zlib;

static void load(void)
{
	void *library = dlopen(PYCGUARD_ZLIB, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return;
	/* POSIX has dlsym's pointer to data be one to a function as well. */
	*(void **)&zlib.reset = dlsym(library, "inflateReset");
	*(void **)&zlib.run = dlsym(library, "inflate");
	*(void **)&zlib.end = dlsym(library, "inflateEnd");
	if (zlib.reset && zlib.run && zlib.end)
		*(void **)&zlib.init = dlsym(library, "inflateInit_");
}

static bool is_loaded(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	return pthread_once(&once, load) == 0 && zlib.init;
}
#else
static const struct {
	__typeof__(inflateInit_) *init;
	__typeof__(inflateReset) *reset;
	__typeof__(inflate) *run;
	__typeof__(inflateEnd) *end;
} zlib = {inflateInit_, inflateReset, inflate, inflateEnd};

static bool is_loaded(void)
{
	return true;
}
#endif

struct inflater *inflater_new(void)
{
	struct inflater *i = is_loaded() ? calloc(1, sizeof *i) : NULL;

	if (i && zlib.init(&i->stream, ZLIB_VERSION, (int)sizeof i->stream) != Z_OK) {
		free(i);
		return NULL;
	}
	return i;
}

bool inflater_run(
	struct inflater *i, unsigned char *out, size_t size, const unsigned char *in, size_t len)
{
	z_stream *s = &i->stream;

	if (size > UINT_MAX || zlib.reset(s) != Z_OK)
		return false;
	s->next_in = in;
	s->avail_in = len < UINT_MAX ? (uInt)len : UINT_MAX;
	s->next_out = out;
	s->avail_out = (uInt)size;
	return zlib.run(s, Z_FINISH) == Z_STREAM_END && s->avail_out == 0;
}

void inflater_free(struct inflater *i)
{
	if (i)
		zlib.end(&i->stream);
	free(i);
}
