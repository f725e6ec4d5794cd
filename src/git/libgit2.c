#define _DEFAULT_SOURCE /* reallocarray */
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

/* What libgit2 is to call in place of a function of libc: the same, but it never fails. */
#define ALLOCATES(type, name, params, block)                                                       \
	static type *name params                                                                   \
	{                                                                                          \
		(void)file, (void)line;                                                            \
		return memory_or_end(block);                                                       \
	}
#define CALLER const char *file, int line

ALLOCATES(void, take, (size_t size, CALLER), malloc(size ? size : 1))
ALLOCATES(void, move, (void *old, size_t size, CALLER), realloc(old, size ? size : 1))

#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 7

enum { ALLOCATOR_CALLS = 3 };

static git_allocator allocator = {take, move, free};

#else

ALLOCATES(void, take_array, (size_t count, size_t size, CALLER),
	calloc(count ? count : 1, size ? size : 1))
ALLOCATES(void, move_array, (void *old, size_t count, size_t size, CALLER),
	reallocarray(old, count ? count : 1, size ? size : 1))
ALLOCATES(char, copy, (const char *s, CALLER), strdup(s))
ALLOCATES(char, copy_most, (const char *s, size_t most, CALLER), strndup(s, most))
ALLOCATES(char, copy_bytes, (const char *s, size_t len, CALLER),
	memcpy(take_array(len + 1, 1, NULL, 0), s, len))

enum { ALLOCATOR_CALLS = 9 };

static git_allocator allocator = {
	take, take_array, copy, copy_most, copy_bytes, move, move_array, take_array, free};

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
