/*
 * Linked before the library, this makes a pycguard that always looks closer (screen.h). The tests
 * run with both.
 */
#include "check/screen.h"

bool screen_is_clean(const struct environment *env, const struct policy_files *files, bool allows)
{
	(void)env, (void)files, (void)allows;
	return false;
}
