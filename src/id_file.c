#include "id_file.h"

#include <errno.h>
#include <stdio.h>

#include "buf.h"
#include "deadline.h"

static int read_lines(FILE *file, const char *path, size_t size, id_file_visit *visit, void *arg)
{
	char line[OID_HEX_MAX + 8];
	struct oid id;
	int status = 0;

	while (status == 0 && fgets(line, sizeof line, file)) {
		if (oid_parse(&id, line, size) && (line[2 * size] == '\n' || !line[2 * size]))
			status = visit(arg, &id);
		else
			status = error_set("cannot read '%s': '%s' is no object id", path, line);
	}
	if (status == 0 && ferror(file))
		status = error_os(errno, "cannot read '%s'", path);
	return status;
}

int id_file_each(const char *dir, const char *name, size_t size, id_file_visit *visit, void *arg)
{
	struct buf path = BUF_INIT;
	FILE *file;
	int status;

	buf_adds(&path, dir);
	buf_adds(&path, name);
	status = buf_failed(&path) < 0 ? -1 : 1;
	deadline_begins();
	file = status < 0 ? NULL : fopen(path.ptr, "re");
	deadline_ends();
	if (status == 1 && !file && errno != ENOENT)
		status = error_os(errno, "cannot read '%s'", path.ptr);
	if (file) {
		status = read_lines(file, path.ptr, size, visit, arg);
		fclose(file);
	}
	buf_free(&path);
	return status;
}
