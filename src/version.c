#include "version.h"

#include <string.h>

#include <git2.h>

#include "pattern.h"

void version_text(struct buf *out)
{
	char pcre2[64];
	int major, minor, patch;

	git_libgit2_version(&major, &minor, &patch);
	pattern_library_version(pcre2);
	buf_addf(out, "pycguard %s (libgit2 %d.%d.%d, PCRE2 %.*s)\n", PYCGUARD_VERSION, major, minor,
		patch, (int)strcspn(pcre2, " "), pcre2);
}
