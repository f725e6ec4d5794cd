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
#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <stddef.h>

enum { GSS_S_FAILURE = 13 << 16 }; /* of RFC 2744 */

/* The arguments of each are not looked at. */
#define GSS(name)                                                                                  \
	unsigned name(void);                                                                       \
	unsigned name(void)                                                                        \
	{                                                                                          \
		return GSS_S_FAILURE;                                                              \
	}

/* To have no session is to fail; that libssh2_init gives 0 is no error. */
#define SSH2(name)                                                                                 \
	void *name(void);                                                                          \
	void *name(void)                                                                           \
	{                                                                                          \
		return NULL;                                                                       \
	}

#include "static_names.def"

extern void *const GSS_C_NT_HOSTBASED_SERVICE;
void *const GSS_C_NT_HOSTBASED_SERVICE = NULL;

int getpwuid_r(uid_t uid, struct passwd *entry, char *text, size_t size, struct passwd **out)
{
	(void)uid, (void)entry, (void)text, (void)size;
	*out = NULL;
	return ENOENT;
}

int getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
	(void)node, (void)service, (void)hints;
	*out = NULL;
	return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo *list)
{
	(void)list;
}

struct hostent *gethostbyname(const char *name)
{
	(void)name;
	return NULL;
}
