#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index_file.h"
#include "deadline.h"
#include "index_rows.h"
#include "io.h"

/* A header and a checksum (gitformat-index(5)). */
enum { INDEX_SIZE_MIN = 12 + OID_SHA1 };

static int read_failed(const struct repository *r)
{
	return error_os(errno, "cannot read index '%s'", r->index_path);
}

/* libgit2 takes a file that it cannot find, or not reach, for an empty index without a word.
 * 1 when there is a file, 0 when there is none and need not be. `fd` is to be closed. */
static int probe(const struct repository *r, int *fd)
{
	struct stat st;

	*fd = io_openat(AT_FDCWD, r->index_path, O_RDONLY | O_NONBLOCK, 0);
	if (*fd < 0 && errno == ENOENT && !r->index_named)
		return 0;
	if (*fd < 0 || fstat(*fd, &st) < 0)
		return read_failed(r);
	if (!S_ISREG(st.st_mode))
		return error_set("cannot read index '%s': not a regular file", r->index_path);
	if (st.st_size < INDEX_SIZE_MIN)
		return error_set("cannot read index '%s': the file is %s", r->index_path,
			st.st_size ? "cut short" : "empty");
	return 1;
}

/* Whether the file is as it was written: then it is not damage that libgit2 objects to, and git may
 * know better. 1; 0; -1, with nothing recorded, when it cannot be told. */
static int is_whole(const struct repository *r)
{
	struct index_file f;
	bool whole;

	if (!index_file_open(&f, r->index_path, r->oid_size))
		return -1;
	whole = index_file_is_whole(&f, true);
	index_file_close(&f);
	return whole;
}

static int take_entries(struct index_rows *rows)
{
	size_t i, count = git_index_entrycount(rows->index);

	for (i = 0; i < count; i++) {
		const git_index_entry *ie = git_index_get_byindex(rows->index, i);
		const struct index_row row = {.path = ie->path,
			.oid = ie->id.id,
			.mode = ie->mode,
			.stage = (unsigned char)git_index_entry_stage(ie),
			.recorded = ie->mode != MODE_GITLINK &&
				    !(ie->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD)};

		if (index_rows_add(rows, &row) < 0)
			return -1;
	}
	return 0;
}

/* libgit2 takes a file that it fails to look at for an empty index, too. */
static int check_count(const struct index_rows *rows, int fd)
{
	enum { COUNT_AT = 8, COUNT_SIZE = 4 };
	unsigned char count[COUNT_AT + COUNT_SIZE] = {0};

	if (io_read_full(fd, count, sizeof count) < 0)
		return read_failed(rows->repository);
	if (!git_index_entrycount(rows->index) &&
		memcmp(count + COUNT_AT, "\0\0\0\0", COUNT_SIZE) != 0)
		return error_set("cannot read index '%s': its entries were not read",
			rows->repository->index_path);
	return 0;
}

static int load(struct index_rows *rows, int fd)
{
	const struct repository *r = rows->repository;
	int whole;

	if (r->oid_size == OID_SHA1) {
		int opened;

		deadline_begins();
		opened = git_index_open(&rows->index, r->index_path);
		deadline_ends();
		if (opened == 0)
			return check_count(rows, fd) < 0 ? -1 : take_entries(rows);
		git_failed("cannot read index '%s'", r->index_path);
		return is_whole(r) > 0 ? 2 : -1;
	}
	whole = is_whole(r);
	if (whole < 0)
		return read_failed(r);
	error_set("cannot read index '%s': %s", r->index_path,
		whole ? "its object ids are of SHA-256" : "its checksum is wrong");
	return whole ? 2 : -1;
}

int index_rows_by_libgit2(struct index_rows *rows)
{
	int fd, status = probe(rows->repository, &fd);

	if (status == 1)
		status = load(rows, fd);
	if (fd >= 0)
		close(fd);
	return status;
}
