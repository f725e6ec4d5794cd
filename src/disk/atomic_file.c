#define _GNU_SOURCE /* renameat2, where there is one */
#include "disk/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/path.h"

enum { FILE_MAX = 16 << 20 };

/* A text on its way into its place. */
struct writing {
	int dir;
	const char *name, *path;       /* in `dir`; for messages */
	struct buf beside;             /* the name of the new file until it is in its place */
	const struct atomic_file *old; /* what must be there; NULL: whatever is there goes */
};

/* --- reading ---------------------------------------------------------------------------------- */

/* 1; 0 when there is no such file; -1 with the failure recorded. */
static int read_file(struct buf *out, struct stat *st, int dir, const char *name, const char *path)
{
	int fd = io_openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	int status = -1;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 && (errno == ELOOP || errno == EMLINK))
		return error_set("cannot read '%s': it is a symbolic link", path);
	if (fd < 0)
		return error_os(errno, "cannot read '%s'", path);
	if (fstat(fd, st) < 0)
		error_os(errno, "cannot read '%s'", path);
	else if (!S_ISREG(st->st_mode))
		error_set("cannot read '%s': not a regular file", path);
	else if (io_read_all(out, fd, FILE_MAX) < 0)
		error_os(errno, "cannot read '%s'", path);
	else if (out->len > FILE_MAX)
		error_set("cannot read '%s': it is too large", path);
	else
		status = buf_failed(out) < 0 ? -1 : 1;
	close(fd);
	return status;
}

int atomic_file_open(struct atomic_file *f, int root, const char *path)
{
	size_t base = path_base(path, strlen(path));
	int there;

	*f = (struct atomic_file){.path = path, .directory = directory_at(root), .text = BUF_INIT};
	if (directory_enter(&f->directory, path, base) < 0)
		return -1;
	if (f->directory.fd < 0)
		return 0;
	there = read_file(&f->text, &f->st, f->directory.fd, path + base, path);
	f->there = there > 0;
	return there < 0 ? -1 : 0;
}

void atomic_file_close(struct atomic_file *f)
{
	directory_leave(&f->directory);
	buf_free(&f->text);
}

/* --- writing ---------------------------------------------------------------------------------- */

static int cannot_write(const struct writing *w)
{
	return error_os(errno, "cannot write '%s'", w->path);
}

static int changed(const struct writing *w)
{
	return error_set("cannot write '%s': it was changed meanwhile; try again", w->path);
}

/* Whether the file of that name is what was read. 1, 0, -1 recorded. */
static int holds_old(const struct writing *w, const char *name)
{
	struct buf text = BUF_INIT;
	struct stat st;
	int there = read_file(&text, &st, w->dir, name, w->path);
	int same = there < 0 ? -1 :
			       there == w->old->there && text.len == w->old->text.len &&
				       memcmp(text.ptr, w->old->text.ptr, text.len) == 0;

	buf_free(&text);
	return same;
}

/* The new file gets the mode and, where that is allowed, the owner of the old one. */
static int fill(const struct writing *w, int fd, const char *text, size_t len)
{
	const struct stat *st = w->old && w->old->there ? &w->old->st : NULL;

	if (io_write_all(fd, text, len) < 0)
		return cannot_write(w);
	if (st && fchown(fd, st->st_uid, st->st_gid) < 0 && errno != EPERM)
		return cannot_write(w);
	if (st && fchmod(fd, st->st_mode & 07777) < 0)
		return cannot_write(w);
	return fsync(fd) < 0 ? cannot_write(w) : 0;
}

static int write_beside(struct writing *w, const char *text, size_t len, mode_t mode)
{
	uint64_t random;
	int fd, status;

	if (getentropy(&random, sizeof random) < 0)
		return cannot_write(w);
	buf_addf(&w->beside, "%s.pycguard-%016" PRIx64, w->name, random);
	if (buf_failed(&w->beside) < 0) {
		buf_clear(&w->beside);
		return -1;
	}
	fd = io_openat(w->dir, w->beside.ptr, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
	if (fd < 0) {
		buf_clear(&w->beside);
		return cannot_write(w);
	}
	status = fill(w, fd, text, len);
	if (io_close(fd) < 0 && status == 0)
		status = cannot_write(w);
	return status;
}

/* Swaps the two files and looks at what came out. 0 done; 1 the system cannot; -1 recorded. */
static int swap(struct writing *w)
{
#ifdef RENAME_EXCHANGE
	bool there = w->old->there;
	int same;

	if (renameat2(w->dir, w->beside.ptr, w->dir, w->name,
		    there ? RENAME_EXCHANGE : RENAME_NOREPLACE) < 0) {
		if (errno == ENOENT || errno == EEXIST)
			return changed(w);
		return errno == EINVAL || errno == ENOSYS ? 1 : cannot_write(w);
	}
	if (!there) {
		buf_clear(&w->beside);
		return 0;
	}
	same = holds_old(w, w->beside.ptr);
	if (same > 0)
		return 0;
	if (renameat2(w->dir, w->beside.ptr, w->dir, w->name, RENAME_EXCHANGE) == 0)
		return same < 0 ? -1 : changed(w);
	error_os(errno, "cannot write '%s': what it was is now in '%s'", w->path, w->beside.ptr);
	buf_clear(&w->beside);
	return -1;
#else
	(void)w;
	return 1;
#endif
}

static int put_in_place(struct writing *w)
{
	int status = 1;

	if (w->old) {
		int same = holds_old(w, w->name);

		if (same <= 0)
			return same < 0 ? -1 : changed(w);
		status = swap(w);
	}
	if (status > 0) {
		status = renameat(w->dir, w->beside.ptr, w->dir, w->name);
		if (status < 0)
			return cannot_write(w);
		buf_clear(&w->beside);
	}
	if (status == 0 && w->old && fsync(w->dir) < 0 && errno != EINVAL)
		return cannot_write(w);
	return status;
}

/* A signal that ends the process waits until nothing is left over. */
static int replace(struct writing *w, const char *text, size_t len, mode_t mode)
{
	int status;

	interrupt_catch();
	status = write_beside(w, text, len, mode);
	if (status == 0)
		status = put_in_place(w);
	if (w->beside.len && unlinkat(w->dir, w->beside.ptr, 0) < 0 && status == 0)
		status = error_os(errno, "cannot delete '%s'", w->beside.ptr);
	interrupt_let_go();
	buf_free(&w->beside);
	return status;
}

int atomic_file_write_bytes(const char *path, const void *bytes, size_t len, mode_t mode)
{
	struct writing w = {AT_FDCWD, path, path, BUF_INIT, NULL};

	return replace(&w, bytes, len, mode);
}

int atomic_file_write(const char *path, const char *text, mode_t mode)
{
	return atomic_file_write_bytes(path, text, strlen(text), mode);
}

/* The line end of the last line that has one. */
static const char *line_end(const struct buf *text)
{
	size_t i;

	for (i = text->len; i > 0; i--)
		if (text->ptr[i - 1] == '\n')
			return i > 1 && text->ptr[i - 2] == '\r' ? "\r\n" : "\n";
	return "\n";
}

int atomic_file_add(struct atomic_file *f, const struct buf *lines)
{
	struct writing w = {f->directory.fd, f->path + path_base(f->path, strlen(f->path)), f->path,
		BUF_INIT, f};
	const char *end = line_end(&f->text);
	struct buf text = BUF_INIT;
	int status = -1;
	size_t i;

	if (f->directory.fd < 0)
		return error_set("cannot write '%s': its directory is not there", f->path);
	buf_add(&text, f->text.ptr, f->text.len);
	if (text.len && text.ptr[text.len - 1] != '\n')
		buf_adds(&text, end);
	for (i = 0; i < lines->len; i++) {
		if (lines->ptr[i] == '\n')
			buf_adds(&text, end);
		else
			buf_addc(&text, lines->ptr[i]);
	}
	if (buf_failed(&text) == 0)
		status = replace(&w, text.ptr, text.len, 0666);
	buf_free(&text);
	return status;
}
