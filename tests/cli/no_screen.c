/*
 * Linked before the library, this makes a pycguard that always looks closer (screen.h) and that has
 * libgit2 read every index (snapshot_raw.h): the tests run with both.
 */
#include "screen.h"
#include "snapshot_raw.h"

bool screen_is_clean(const struct environment *env, const char *policy)
{
	(void)env, (void)policy;
	return false;
}

struct snapshot *snapshot_of_raw_index(struct repository *r)
{
	(void)r;
	return NULL;
}
