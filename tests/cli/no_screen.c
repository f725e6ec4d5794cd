/*
 * Linked before the library, this makes a pycguard that always looks closer (screen.h). The tests
 * run with both.
 */
#include "screen.h"

bool screen_is_clean(const struct environment *env, const char *policy, bool allows)
{
	(void)env, (void)policy, (void)allows;
	return false;
}
