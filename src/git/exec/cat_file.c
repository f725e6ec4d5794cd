#include "git/exec/cat_file.h"

#include <stdlib.h>
#include <string.h>

/* Of a blob of which the rest is not wanted, more is not worth reading to its end. */
enum { REST_MAX = 1 << 16 };

struct cat_file {
	const struct repository *repository;
	struct exec headers, contents;
};

int cat_file_new(struct cat_file **out, const struct repository *r)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return error_oom();
	(*out)->repository = r;
	return 0;
}

void cat_file_free(struct cat_file *c)
{
	if (!c)
		return;
	exec_stop(&c->headers);
	exec_stop(&c->contents);
	free(c);
}

/* `HEX TYPE SIZE`, or `HEX missing` (git-cat-file(1)). */
static int take_header(const char *line, const char *hex, enum object_type *type, uint64_t *size)
{
	static const char *const names[] = {"", "commit ", "tree ", "blob ", "tag "};
	size_t digits = strlen(hex);
	char *end;
	int i;

	if (strncmp(line, hex, digits) != 0 || line[digits] != ' ')
		return error_set("git cat-file says '%s'", line);
	line += digits + 1;
	if (strcmp(line, "missing") == 0)
		return 1;
	for (i = OBJECT_COMMIT; i <= OBJECT_TAG; i++) {
		size_t n = strlen(names[i]);

		if (strncmp(line, names[i], n) != 0)
			continue;
		*type = (enum object_type)i;
		*size = strtoull(line + n, &end, 10);
		if (end != line + n && !*end)
			return 0;
	}
	return error_set("git cat-file says '%s'", line);
}

static int ask(struct exec *e, const struct repository *r, const char *how, enum object_type *type,
	uint64_t *size, const struct oid *id)
{
	const char *const args[] = {"cat-file", how, NULL}, *hex = repository_hex(r, id);
	char *line;
	int status = 0;

	if (!e->running) {
		repository_exec(e, r, args);
		status = exec_start(e);
	}
	if (status < 0)
		return -1;
	exec_write(e, hex, strlen(hex));
	exec_write(e, "\n", 1);
	status = exec_line(e, '\n', &line, NULL);
	if (status > 0)
		status = take_header(line, hex, type, size);
	else if (status == 0 && exec_finish(e) >= 0)
		status = error_set("git cat-file ended");
	else if (status == 0)
		status = -1;
	if (status < 0)
		exec_stop(e);
	return status;
}

int cat_file_header(
	struct cat_file *c, enum object_type *type, uint64_t *size, const struct oid *id)
{
	return ask(&c->headers, c->repository, "--batch-check", type, size, id);
}

static int ask_contents(
	struct cat_file *c, enum object_type *type, uint64_t *size, const struct oid *id)
{
	return ask(&c->contents, c->repository, "--batch", type, size, id);
}

/* A newline follows each object. */
static int finish(struct cat_file *c)
{
	char newline;

	if (exec_read(&c->contents, &newline, 1) < 0)
		return -1;
	return newline == '\n' ? 0 : error_set("git cat-file says something strange");
}

int cat_file_read(struct cat_file *c, enum object_type *type, char **bytes, size_t *size,
	const struct oid *id)
{
	uint64_t len = 0;
	int status = ask_contents(c, type, &len, id);

	*bytes = NULL;
	if (status != 0)
		return status;
	*bytes = len < SIZE_MAX ? malloc((size_t)len + 1) : NULL;
	*size = (size_t)len;
	if (!*bytes)
		status = error_oom();
	else if (exec_read(&c->contents, *bytes, *size) < 0 || finish(c) < 0)
		status = -1;
	else
		(*bytes)[*size] = '\0';
	if (status < 0) {
		exec_stop(&c->contents);
		free(*bytes);
		*bytes = NULL;
	}
	return status;
}

int cat_file_stream(struct cat_file *c, const struct oid *id, snapshot_sink *sink, void *arg)
{
	enum object_type type;
	char piece[16384];
	uint64_t left = 0;
	int enough = 0, status = ask_contents(c, &type, &left, id);

	if (status != 0)
		return status;
	while (left && status == 0 && (enough == 0 || left <= REST_MAX)) {
		size_t n = left < sizeof piece ? (size_t)left : sizeof piece;

		status = exec_read(&c->contents, piece, n);
		left -= n;
		if (status == 0 && enough == 0)
			enough = sink(arg, piece, n);
		if (enough < 0)
			status = -1;
	}
	if (status == 0 && left == 0)
		status = finish(c);
	if (status < 0 || left)
		exec_stop(&c->contents);
	return status;
}
