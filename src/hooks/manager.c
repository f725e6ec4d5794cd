#include "hooks/manager.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"

enum { FILE_MAX = 1 << 20 };

static const struct manager managers[] = {
#define MANAGER(...) {__VA_ARGS__},
#include "hooks/managers.def"
};

const struct manager *manager_of(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof managers / sizeof *managers; i++) {
		const char *mark = managers[i].marks;

		for (; *mark; mark += strlen(mark) + 1)
			if (strstr(text, mark))
				return &managers[i];
	}
	return NULL;
}

static bool names_us(const char *text)
{
	for (; *text; text += strcspn(text, "\n"), text += *text != '\0') {
		const char *word = strstr(text, "pycguard");

		text += strspn(text, " \t");
		if (*text != '#' && word && word < text + strcspn(text, "\n"))
			return true;
	}
	return false;
}

int manager_runs_us(const struct manager *m, const char *top, bool push)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	int status = 0;

	if (!top)
		return 0;
	buf_addf(&path, "%s/%s", top, push ? m->push_file : m->file);
	if (buf_failed(&path) < 0)
		status = -1;
	else if (io_read_file(&text, path.ptr, O_NONBLOCK, FILE_MAX) == 0)
		status = buf_failed(&text) < 0 ? -1 : names_us(text.ptr);
	else if (errno != ENOENT && errno != ENOTDIR)
		status = error_os(errno, "cannot read '%s'", path.ptr);
	buf_free(&path);
	buf_free(&text);
	return status;
}
