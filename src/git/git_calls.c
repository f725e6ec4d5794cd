#include "git/git_calls.h"

#include "base/error.h"

#ifdef PYCGUARD_LIBGIT2
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

struct git_calls git_calls;

static const struct {
	const char *name;
	size_t at;
} calls[] = {
#define CALL(name) {#name, offsetof(struct git_calls, name)},
#include "git/git_calls.def"
#undef CALL
};

/* POSIX has dlsym's pointer to data be one to a function as well. */
static int find(void *library, const char *name, size_t at)
{
	void **call = (void **)((char *)&git_calls + at);

	*call = dlsym(library, name);
	return *call ? 0 : error_set("cannot load libgit2: %s", dlerror());
}

int git_calls_load(void)
{
	static bool loaded;
	void *library;
	size_t i;

	if (loaded)
		return 0;
	library = dlopen(PYCGUARD_LIBGIT2, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return error_set("cannot load libgit2: %s", dlerror());
	for (i = 0; i < sizeof calls / sizeof *calls; i++)
		if (find(library, calls[i].name, calls[i].at) < 0)
			return -1;
	loaded = true;
	return 0;
}
#else
int git_calls_load(void)
{
	return 0;
}
#endif
