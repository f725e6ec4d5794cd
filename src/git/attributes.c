#define _GNU_SOURCE /* memfd_create, where there is one */
#include <sys/mman.h>

#include "base/io.h"
#include "git/repository.h"

static const char attributes_name[] = ".gitattributes";

static void add_number(struct buf *out, uint32_t n, size_t bytes)
{
	while (bytes--)
		buf_addc(out, (char)(n >> 8 * bytes));
}

/* Adds the file of attributes of the directory that so much of the path names as an entry of an
 * index (gitformat-index(5)). 1; 0 when there is none; -1 recorded. */
static int add_file(struct buf *out, struct snapshot *s, const char *path, size_t dir)
{
	static const char zeros[24];
	struct buf name = BUF_INIT;
	size_t start = out->len;
	struct entry e;
	int status;

	buf_add(&name, path, dir);
	buf_adds(&name, attributes_name);
	status = buf_failed(&name) < 0 ? -1 : snapshot_find(s, name.ptr, &e);
	if (status == 1 && mode_canonical(e.mode) == MODE_GITLINK)
		status = 0;
	if (status == 1) {
		buf_add(out, zeros, 24);
		add_number(out, mode_canonical(e.mode), 4);
		buf_add(out, zeros, 12);
		buf_add(out, e.oid.bytes, s->repository->oid_size);
		add_number(out, name.len < 0xfff ? (uint32_t)name.len : 0xfff, 2);
		buf_add(out, name.ptr, name.len);
		buf_add(out, zeros, 8 - (out->len - start) % 8);
	}
	buf_free(&name);
	return status;
}

/* The files of attributes that count for a path, as an index that holds no others. git verifies no
 * checksum that is zero. 0; -1 recorded. */
static int make_index(struct buf *out, struct snapshot *s, const char *path)
{
	static const char checksum[sizeof(struct oid)];
	struct buf entries = BUF_INIT;
	const char *name = path;
	uint32_t count = 0;
	int status;

	/* On the way down those that sort before what is below, the others on the way up. */
	do {
		status = strcmp(attributes_name, name) < 0 ?
				 add_file(&entries, s, path, (size_t)(name - path)) :
				 0;
		count += status == 1;
	} while (status >= 0 && (name = strchr(name, '/')) != NULL && name++);
	for (name = path + strlen(path); status >= 0 && name > path;) {
		while (--name > path && name[-1] != '/')
			;
		status = strcmp(attributes_name, name) < 0 ?
				 0 :
				 add_file(&entries, s, path, (size_t)(name - path));
		count += status == 1;
	}
	buf_adds(out, "DIRC");
	add_number(out, 2, 4);
	add_number(out, count, 4);
	buf_add(out, entries.ptr, entries.len);
	buf_add(out, checksum, s->repository->oid_size);
	if (status < 0 || buf_failed(&entries) < 0 || buf_failed(out) < 0)
		status = -1;
	buf_free(&entries);
	return status < 0 ? -1 : 0;
}

/* Starts git with an index that is no file on disk. */
static int start_git(struct repository *r, const struct buf *index)
{
	static const char *const words[] = {"check-attr", "--cached", "--stdin", "-z", "filter",
		"ident", "working-tree-encoding", NULL};
	char place[64];
	int status = -1, fd;
#ifdef MFD_ALLOW_SEALING
	FILE *file = NULL;

	fd = memfd_create("index", 0);
#else
	FILE *file = tmpfile();

	fd = file ? fileno(file) : -1;
#endif
	if (fd < 0 || io_write_all(fd, index->ptr, index->len) < 0) {
		error_os(errno, "cannot hand git the attributes");
	} else {
		snprintf(place, sizeof place, "GIT_INDEX_FILE=/dev/fd/%d", fd);
		repository_exec(&r->attributes, r, words);
		r->attributes.changes[2] = place;
		status = exec_start(&r->attributes);
	}
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
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
		if (exec_answer(e, '\0', &record) < 0)
			return -1;
		if (i % 3 == 0 && strcmp(record, path) != 0)
			return error_set("git check-attr says something strange");
		if (i % 3 == 2 && strcmp(record, "unspecified") != 0 &&
			strcmp(record, "unset") != 0)
			set = true;
	}
	return set;
}

int snapshot_converts(struct snapshot *s, const char *path)
{
	struct repository *r = s->repository;
	struct buf index = BUF_INIT;
	int status = 0;

	if (!r)
		return 0;
	if (make_index(&index, s, path) < 0) {
		buf_free(&index);
		return -1;
	}
	if (r->attributes.running &&
		(index.len != r->attributes_index.len ||
			memcmp(index.ptr, r->attributes_index.ptr, index.len) != 0))
		exec_stop(&r->attributes);
	if (!r->attributes.running)
		status = start_git(r, &index);
	buf_free(&r->attributes_index);
	r->attributes_index = index;
	return status < 0 ? -1 : ask(&r->attributes, path);
}
