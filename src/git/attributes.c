#include "git/repository.h"

static const char attributes_name[] = ".gitattributes";

static void add_be16(struct buf *out, size_t n)
{
	buf_addc(out, (char)(n >> 8));
	buf_addc(out, (char)n);
}

/* Adds the files of attributes that count for `path`, from the directory that `name` of it is in on
 * down, as entries of an index (gitformat-index(5)) in its order. 0; -1 recorded. */
static int add_files(
	struct buf *out, size_t *count, struct snapshot *s, const char *path, const char *name)
{
	static const char zeros[24];
	const char *slash = strchr(name, '/');
	bool first = strcmp(attributes_name, name) < 0;
	struct buf file = BUF_INIT;
	size_t start;
	struct entry e = {.mode = 0};
	int status = 0;

	if (slash && !first)
		status = add_files(out, count, s, path, slash + 1);
	buf_addf(&file, "%.*s%s", (int)(name - path), path, attributes_name);
	if (status == 0)
		status = snapshot_find(s, file.ptr, &e);
	if (status == 1 && snapshot_read(s, &e, out, 0) < 0) /* git would say nothing of that */
		status = error_prefix("cannot read '%s'", file.ptr);
	if (status == 1) {
		++*count;
		start = out->len;
		buf_add(out, zeros, 24);
		add_be16(out, 0);
		add_be16(out, e.mode);
		buf_add(out, zeros, 12);
		buf_add(out, e.oid.bytes, s->repository->oid_size);
		add_be16(out, file.len < 0xfff ? file.len : 0xfff);
		buf_add(out, file.ptr, file.len);
		buf_add(out, zeros, 8 - (out->len - start) % 8);
		status = 0;
	}
	buf_free(&file);
	if (slash && first && status == 0)
		status = add_files(out, count, s, path, slash + 1);
	return status;
}

/* git says `PATH NUL ATTRIBUTE NUL VALUE NUL` for each (git-check-attr(1)). */
static int ask(struct exec *e, const char *path)
{
	enum { ANSWERS = 3 * 3 };
	bool set = false;
	char *record;
	int i;

	exec_write(e, path, strlen(path) + 1);
	for (i = 0; i < ANSWERS; i++) {
		if (exec_line(e, '\0', &record, true) < 0)
			return -1;
		if (i % 3 == 0 && strcmp(record, path) != 0)
			return error_set("git check-attr says something strange");
		if (i % 3 == 2 && strcmp(record, "unspecified") != 0 &&
			strcmp(record, "unset") != 0)
			set = true;
	}
	return set;
}

/* git reads an index that is no file on disk. It verifies no checksum that is zero. */
int snapshot_converts(struct snapshot *s, const char *path)
{
	static const char *const words[] = {"check-attr", "--cached", "--stdin", "-z", "filter",
		"ident", "working-tree-encoding", NULL};
	static const char checksum[sizeof(struct oid)];
	struct repository *r = s->repository;
	struct buf index = BUF_INIT, files = BUF_INIT;
	size_t count = 0;
	char place[64];
	int status, fd;

	if (!r)
		return 0;
	status = add_files(&files, &count, s, path, path);
	buf_add(&index, "DIRC\0\0\0\2\0\0", 10);
	add_be16(&index, count);
	buf_add(&index, files.ptr, files.len);
	buf_add(&index, checksum, r->oid_size);
	buf_free(&files);
	if (r->attributes.running &&
		(index.len != r->attributes_index.len ||
			memcmp(index.ptr, r->attributes_index.ptr, index.len) != 0))
		exec_stop(&r->attributes);
	if (status == 0 && !r->attributes.running) {
		fd = exec_file(&index);
		snprintf(place, sizeof place, "GIT_INDEX_FILE=/dev/fd/%d", fd);
		repository_exec(&r->attributes, r, words);
		r->attributes.changes[2] = place;
		status = fd < 0 ? -1 : exec_start(&r->attributes, NULL);
		if (fd >= 0)
			close(fd);
	}
	buf_free(&r->attributes_index);
	r->attributes_index = index;
	return status < 0 ? -1 : ask(&r->attributes, path);
}
