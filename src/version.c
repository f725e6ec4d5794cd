#include "version.h"

#include <string.h>

#include "git.h"

#include "pattern.h"

int version_text(struct buf *out)
{
	char pcre2[64];
	int major, minor, patch;

	if (git_calls_load() < 0)
		return -1;
	git_libgit2_version(&major, &minor, &patch);
	pattern_library_version(pcre2);
	buf_addf(out, "pycguard %s (libgit2 %d.%d.%d, PCRE2 %.*s)\n", PYCGUARD_VERSION, major,
		minor, patch, (int)strcspn(pcre2, " "), pcre2);
	return 0;
}
