#include "base/base.h"

#include <signal.h>

static void (*end_process)(const char *reason);

void fatal_by(void (*end)(const char *reason))
{
	end_process = end;
}

void fatal(const char *reason)
{
	if (end_process)
		end_process(reason);
	for (;;)
		raise(SIGABRT);
}

void *memory_or_end(void *block)
{
	if (!block)
		fatal("out of memory");
	return block;
}

void *memory_new(size_t count, size_t size)
{
	return memory_or_end(calloc(count ? count : 1, size));
}

char *memory_text(const char *s, size_t most)
{
	return memory_or_end(strndup(s, most));
}

char *memory_string(const char *s)
{
	return s ? memory_or_end(strdup(s)) : NULL;
}

void array_grow(void *items, size_t count, size_t size)
{
	void *block;

	memcpy(&block, items, sizeof block); /* whatever it points to */
	block = count > SIZE_MAX / 2 / size ? NULL : realloc(block, (count ? 2 * count : 1) * size);
	memory_or_end(block);
	memcpy(items, &block, sizeof block);
}
