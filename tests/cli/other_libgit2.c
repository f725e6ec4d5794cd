/*
 * A libgit2 that pycguard was not built for, under the name that it loads: of another version or,
 * with OTHER_LAYOUT set, of the same one with another layout of git_oid. Nothing else may be
 * called.
 */
#include <stdlib.h>

#define GIT_OID_SHA256_SIZE /* so that the table has all its rows */
#define git_libgit2_version not_this_version
#define git_libgit2_init not_this_init
#define git_libgit2_opts not_this_opts
#define git_libgit2_shutdown not_this_shutdown
#define git_oid_tostr_s not_this_tostr
#define CALL(name)                                                                                 \
	void name(void);                                                                           \
	void name(void)                                                                            \
	{                                                                                          \
		abort();                                                                           \
	}
#include "git/libgit2.def"
#undef git_libgit2_version
#undef git_libgit2_init
#undef git_libgit2_opts
#undef git_libgit2_shutdown
#undef git_oid_tostr_s

int git_libgit2_version(int *major, int *minor, int *patch);
int git_libgit2_init(void);
int git_libgit2_opts(int option, ...);
int git_libgit2_shutdown(void);
char *git_oid_tostr_s(const void *oid);

int git_libgit2_version(int *major, int *minor, int *patch)
{
	*major = LIBGIT2_MAJOR;
	*minor = LIBGIT2_MINOR + (getenv("OTHER_LAYOUT") ? 0 : 1);
	*patch = 7;
	return 0;
}

int git_libgit2_init(void)
{
	return 1;
}

int git_libgit2_opts(int option, ...)
{
	(void)option;
	return 0;
}

int git_libgit2_shutdown(void)
{
	return 0;
}

/* It takes the first byte for a type. */
char *git_oid_tostr_s(const void *oid)
{
	static char digits[] = "02030405060708090a0000000000000000000000";

	(void)oid;
	return digits;
}
