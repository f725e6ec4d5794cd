#include "git/git_guard.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "git/git.h"

static void (*end_process)(const char *reason);

static void end_on_cut_file(int signal)
{
	(void)signal;
	end_process("cannot read the repository: a file was cut short while it was read");
}

void git_guard(void (*end)(const char *reason))
{
	const struct sigaction cut = {.sa_handler = end_on_cut_file};

	end_process = end;
	sigaction(SIGBUS, &cut, NULL);
}

static void end_without_memory(void)
{
	end_process("out of memory");
}

static void *or_end(void *block)
{
	if (!block)
		end_without_memory();
	return block;
}

static void *take(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return or_end(malloc(size ? size : 1));
}

static void *move(void *block, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return or_end(realloc(block, size ? size : 1));
}

static void give_back(void *block)
{
	free(block);
}

#if LIBGIT2_AT_LEAST(1, 7)

enum { ALLOCATOR_CALLS = 3 };

static git_allocator allocator = {take, move, give_back};

#else

static void *take_cleared(size_t count, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return or_end(count && size ? calloc(count, size) : calloc(1, 1));
}

static void *move_array(void *block, size_t count, size_t size, const char *file, int line)
{
	if (size && count > SIZE_MAX / size)
		end_without_memory();
	return move(block, count * size, file, line);
}

static void *take_array(size_t count, size_t size, const char *file, int line)
{
	return move_array(NULL, count, size, file, line);
}

static char *copy_bytes(const char *s, size_t len, const char *file, int line)
{
	char *bytes = take(len + 1, file, line);

	bytes[len] = '\0';
	return memcpy(bytes, s, len);
}

static char *copy_most(const char *s, size_t most, const char *file, int line)
{
	return copy_bytes(s, strnlen(s, most), file, line);
}

static char *copy(const char *s, const char *file, int line)
{
	return copy_bytes(s, strlen(s), file, line);
}

enum { ALLOCATOR_CALLS = 9 };

static git_allocator allocator = {
	take, take_cleared, copy, copy_most, copy_bytes, move, move_array, take_array, give_back};

#endif

_Static_assert(sizeof allocator == ALLOCATOR_CALLS * sizeof allocator.gmalloc,
	"this libgit2 allocates by other calls");

int git_guard_memory(void)
{
	static bool done;

	if (done || !end_process)
		return 0;
	if (git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator) < 0)
		return git_failed("cannot set up libgit2");
	done = true;
	return 0;
}
