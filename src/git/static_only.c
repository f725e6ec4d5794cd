/*
 * static_only - for a static build (PYCGUARD_STATIC) alone: stand-ins that fail, for what libgit2's
 * network transports call and pycguard never reaches.
 *
 * No distribution has Kerberos' functions (gss_*) as a static library, and libssh2 would have
 * OpenSSL look for modules to load. static_names.def, which CMake writes, has those that libgit2
 * calls: GSS(NAME) and SSH2(NAME). And users and hosts are looked up by libraries that the C
 * library loads when it runs, of its own version, which need not be there: HOME comes from the
 * environment.
 */
#include <stddef.h>

/* The arguments of each are not looked at. */
#define FAILING(type, name, value)                                                                 \
	type name(void);                                                                           \
	type name(void)                                                                            \
	{                                                                                          \
		return value;                                                                      \
	}
#define GSS(name) FAILING(unsigned, name, 13 << 16) /* GSS_S_FAILURE of RFC 2744 */
/* To have no session is to fail; that libssh2_init gives 0 is no error. */
#define SSH2(name) FAILING(void *, name, NULL)

#include "static_names.def"
FAILING(int, getpwuid_r, -1)
FAILING(int, getaddrinfo, -1)
FAILING(int, freeaddrinfo, -1)
FAILING(void *, gethostbyname, NULL)

extern void *const GSS_C_NT_HOSTBASED_SERVICE;
void *const GSS_C_NT_HOSTBASED_SERVICE = NULL;
