/*
 * static_only - for a static build (PYCGUARD_STATIC) alone: stand-ins that fail, for what libgit2's
 * network transports call and pycguard never reaches.
 *
 * No distribution has Kerberos' functions (gss_*) as a static library. And users and hosts are
 * looked up by libraries that the C library loads when it runs, of its own version, which need not
 * be there: HOME comes from the environment.
 */
#include <stddef.h>

enum { GSS_S_FAILURE = 13 << 16, FAILED = -1 };

/* The arguments of each are not looked at. */
#define FAILING(type, name, value)                                                                 \
	type name(void);                                                                           \
	type name(void)                                                                            \
	{                                                                                          \
		return value;                                                                      \
	}

FAILING(unsigned, gss_delete_sec_context, GSS_S_FAILURE)
FAILING(unsigned, gss_display_status, GSS_S_FAILURE)
FAILING(unsigned, gss_import_name, GSS_S_FAILURE)
FAILING(unsigned, gss_indicate_mechs, GSS_S_FAILURE)
FAILING(unsigned, gss_init_sec_context, GSS_S_FAILURE)
FAILING(unsigned, gss_release_buffer, GSS_S_FAILURE)
FAILING(unsigned, gss_release_name, GSS_S_FAILURE)
FAILING(unsigned, gss_release_oid_set, GSS_S_FAILURE)
FAILING(int, getpwuid_r, FAILED)
FAILING(int, getaddrinfo, FAILED)
FAILING(int, freeaddrinfo, FAILED)
FAILING(void *, gethostbyname, NULL)

extern void *const GSS_C_NT_HOSTBASED_SERVICE;
void *const GSS_C_NT_HOSTBASED_SERVICE = NULL;
