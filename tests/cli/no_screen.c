/*
 * Linked before the library, this makes a pycguard that always looks closer (screen.h): the tests
 * run with both.
 */
#include "screen.h"

bool screen_is_clean(const struct environment *env, const char *policy)
{
	(void)env, (void)policy;
	return false;
}
