#include <string.h>

#include "git/git.h"

static const char *const words[] = {"check-attr", "--cached", "--stdin", "-z", "filter", "ident",
	"working-tree-encoding", NULL};
enum { ATTRIBUTES = 3 };

/* `PATH NUL ATTRIBUTE NUL VALUE NUL`, for each of them (git-check-attr(1)). */
static int read_value(struct exec *e, const char *path, bool *set)
{
	char *record;
	int i, status = 1;

	for (i = 0; i < 3 && status == 1; i++) {
		status = exec_line(e, '\0', &record, NULL);
		if (status == 1 && i == 0 && strcmp(record, path) != 0)
			break;
		if (status == 1 && i == 2 && strcmp(record, "unspecified") != 0 &&
			strcmp(record, "unset") != 0)
			*set = true;
	}
	if (i == 3)
		return 0;
	return status < 0 ? -1 : error_set("git check-attr says something strange");
}

int repository_converts(struct repository *r, const char *path)
{
	struct exec *e = &r->attributes;
	bool set = false;
	int i, status = 0;

	if (!e->running) {
		repository_exec(e, r, words);
		status = exec_start(e);
	}
	if (status == 0)
		exec_write(e, path, strlen(path) + 1);
	for (i = 0; status == 0 && i < ATTRIBUTES; i++)
		status = read_value(e, path, &set);
	return status < 0 ? -1 : set;
}
