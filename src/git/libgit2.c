#include "git/libgit2.h"

#include <signal.h>

static bool guards;

/* --- loading ---------------------------------------------------------------------------------- */

#ifdef PYCGUARD_LIBGIT2

#include <dlfcn.h>

struct git_calls git_calls;

/* POSIX has dlsym's pointer to data be one to a function as well. */
static bool find(void *library, const char *name, void *out)
{
	void *call = dlsym(library, name);

	memcpy(out, &call, sizeof call);
	return call;
}

#endif

int libgit2_load(void)
{
#ifdef PYCGUARD_LIBGIT2
	static bool loaded;
	void *library = loaded ? NULL : dlopen(PYCGUARD_LIBGIT2, RTLD_NOW | RTLD_LOCAL);

	if (loaded)
		return 0;
	loaded = library;
#define CALL(name) loaded = loaded && find(library, #name, &(name));
#include "git/libgit2.def"
#undef CALL
	if (!loaded)
		return error_set("cannot load libgit2: %s", dlerror());
#endif
	return 0;
}

/* --- guarding --------------------------------------------------------------------------------- */

static void end_on_cut_file(int signal)
{
	(void)signal;
	fatal("cannot read the repository: a file was cut short while it was read");
}

void git_guard(void)
{
	const struct sigaction cut = {.sa_handler = end_on_cut_file};

	guards = true;
	sigaction(SIGBUS, &cut, NULL);
}

static void *take(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return memory_or_end(malloc(size ? size : 1));
}

static void *move(void *block, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return memory_or_end(realloc(block, size ? size : 1));
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
	return memory_or_end(count && size ? calloc(count, size) : calloc(1, 1));
}

static void *move_array(void *block, size_t count, size_t size, const char *file, int line)
{
	if (size && count > SIZE_MAX / size)
		memory_or_end(NULL);
	return move(block, count * size, file, line);
}

static void *take_array(size_t count, size_t size, const char *file, int line)
{
	return move_array(NULL, count, size, file, line);
}

static char *copy_most(const char *s, size_t most, const char *file, int line)
{
	(void)file, (void)line;
	return memory_or_end(strndup(s, most));
}

static char *copy_bytes(const char *s, size_t len, const char *file, int line)
{
	char *bytes = take(len + 1, file, line);

	bytes[len] = '\0';
	return memcpy(bytes, s, len);
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

/* --- starting --------------------------------------------------------------------------------- */

/* Of one version there are libraries of different layouts, so an id is shown to it too, with room
 * behind it for what a larger one would be. */
int libgit2_start(void)
{
	static const struct oid id = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
	static bool guarded;
	const git_oid shown[8] = {oid_to_git(&id, OID_SHA1)};
	int major, minor, patch;
	bool fits;

	if (libgit2_load() < 0)
		return -1;
	git_libgit2_version(&major, &minor, &patch);
	fits = major == LIBGIT2_VER_MAJOR && minor == LIBGIT2_VER_MINOR;
	if (fits) {
		if (guards && !guarded && git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator) < 0)
			return error_set("cannot set up libgit2: %s", git_words());
		guarded = true;
		if (git_libgit2_init() < 0)
			return error_set("cannot start libgit2: %s", git_words());
		const char *hex = git_oid_tostr_s(&shown[0]);
		fits = hex && strcmp(hex, oid_hex(&id, OID_SHA1)) == 0;
		if (!fits)
			git_libgit2_shutdown();
	}
	return fits ? 0 :
		      error_set("cannot use libgit2 %d.%d.%d: this pycguard was built for another "
				"build of it, %d.%d",
			      major, minor, patch, LIBGIT2_VER_MAJOR, LIBGIT2_VER_MINOR);
}

const char *git_words(void)
{
	const git_error *e = git_error_last();

	return e && e->message ? e->message : "unknown failure in libgit2";
}
