#define _GNU_SOURCE /* renameat2, where there is one */
#include "disk/atomic_file.h"

#include <sys/random.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "disk/disk.h"

enum { FILE_MAX = 16 << 20 };

/* Bytes on their way into their place. */
struct writing {
	int dir;
	const char *name, *path; /* in `dir`; for messages */
	const void *bytes;
	size_t len;
	const struct atomic_file *old; /* what must be there; NULL: whatever is there goes */
	struct buf beside;             /* the name of the new file until it is in its place */
};

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

	*f = (struct atomic_file){
		.path = path, .dir = disk_enter(root, path, base), .text = BUF_INIT};
	if (f->dir < 0)
		return disk_is_absent(errno) ?
			       0 :
			       error_os(errno, "cannot enter directory '%.*s'", (int)base, path);
	there = read_file(&f->text, &f->st, f->dir, path + base, path);
	f->there = there > 0;
	return there < 0 ? -1 : 0;
}

void atomic_file_close(struct atomic_file *f)
{
	if (f->dir >= 0)
		close(f->dir);
	buf_free(&f->text);
}

static int cannot_write(const struct writing *w)
{
	return error_os(errno, "cannot write '%s'", w->path);
}

static int changed(const struct writing *w)
{
	return error_set("cannot write '%s': it was changed meanwhile; try again", w->path);
}

/* Whether the file of that name has these bytes or, for NULL, there is none. 1, 0, -1 recorded. */
static int holds(const struct writing *w, const char *name, const void *bytes, size_t len)
{
	struct buf text = BUF_INIT;
	struct stat st;
	int there = read_file(&text, &st, w->dir, name, w->path);
	bool same =
		bytes ? there > 0 && text.len == len && memcmp(text.ptr, bytes, len) == 0 : !there;

	buf_free(&text);
	return there < 0 ? -1 : same;
}

/* The new file gets the mode and, where that is allowed, the owner of the old one. */
static int write_beside(struct writing *w, mode_t mode)
{
	const struct stat *st = w->old && w->old->there ? &w->old->st : NULL;
	uint64_t random;
	int fd, status = 0;

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
	if (io_write_all(fd, w->bytes, w->len) < 0 ||
		(st && fchown(fd, st->st_uid, st->st_gid) < 0 && errno != EPERM) ||
		(st && fchmod(fd, st->st_mode & 07777) < 0) || fsync(fd) < 0)
		status = cannot_write(w);
	if (io_close(fd) < 0 && status == 0)
		status = cannot_write(w);
	return status;
}

/* Swaps the two files and looks at what came out. An edit goes back, and what then comes out is
 * deleted only if it is ours. 0 done; 1 the system cannot swap; -1 recorded. */
static int swap(struct writing *w)
{
#ifdef RENAME_EXCHANGE
	const struct atomic_file *old = w->old;
	const char *beside = w->beside.ptr;

	if (renameat2(w->dir, beside, w->dir, w->name,
		    old->there ? RENAME_EXCHANGE : RENAME_NOREPLACE) < 0) {
		if (errno == ENOENT || errno == EEXIST)
			return changed(w);
		return errno == EINVAL || errno == ENOSYS ? 1 : cannot_write(w);
	}
	if (!old->there)
		buf_clear(&w->beside);
	if (!old->there || holds(w, beside, old->text.ptr, old->text.len) > 0)
		return 0;
	if (renameat2(w->dir, beside, w->dir, w->name, RENAME_EXCHANGE) == 0 &&
		holds(w, beside, w->bytes, w->len) > 0)
		return changed(w);
	error_set("cannot write '%s': it was changed meanwhile; an edit of it is in '%s'", w->path,
		beside);
	buf_clear(&w->beside);
	return -1;
#else
	(void)w;
	return 1;
#endif
}

/* Puts the new file in its place, unless what is there is not what was read. */
static int put_in_place(struct writing *w)
{
	const struct atomic_file *old = w->old;
	int status = 1;

	if (old) {
		status = holds(w, w->name, old->there ? old->text.ptr : NULL, old->text.len);
		if (status <= 0)
			return status < 0 ? -1 : changed(w);
		status = swap(w);
	}
	if (status > 0) {
		status = renameat(w->dir, w->beside.ptr, w->dir, w->name);
		if (status < 0)
			return cannot_write(w);
		buf_clear(&w->beside);
	}
	if (status == 0 && old && fsync(w->dir) < 0 && errno != EINVAL)
		return cannot_write(w);
	return status;
}

/* A signal that ends the process waits until nothing is left over. */
static int replace(struct writing *w, mode_t mode)
{
	int status;

	interrupt_catch();
	status = write_beside(w, mode);
	if (status == 0)
		status = put_in_place(w);
	if (w->beside.len && unlinkat(w->dir, w->beside.ptr, 0) < 0 && status == 0)
		status = error_os(errno, "cannot delete '%s'", w->beside.ptr);
	interrupt_let_go();
	buf_free(&w->beside);
	return status;
}

int atomic_file_write(const char *path, const void *bytes, size_t len, mode_t mode)
{
	struct writing w = {AT_FDCWD, path, path, bytes, len, NULL, BUF_INIT};

	return replace(&w, mode);
}

int atomic_file_add(struct atomic_file *f, const struct buf *lines)
{
	const char *end = "\n", *at;
	struct buf text = BUF_INIT;
	size_t last = f->text.len; /* the last line end is before it */
	int status = -1;

	if (f->dir < 0)
		return error_set("cannot write '%s': its directory is not there", f->path);
	while (last > 0 && f->text.ptr[last - 1] != '\n')
		last--;
	if (last > 1 && f->text.ptr[last - 2] == '\r')
		end = "\r\n";
	buf_add(&text, f->text.ptr, f->text.len);
	if (text.len && text.ptr[text.len - 1] != '\n')
		buf_adds(&text, end);
	for (at = lines->ptr; *at; at += strcspn(at, "\n") + 1) {
		buf_add(&text, at, strcspn(at, "\n"));
		buf_adds(&text, end);
	}
	if (buf_failed(&text) == 0) {
		struct writing w = {f->dir, f->path + path_base(f->path, strlen(f->path)), f->path,
			text.ptr, text.len, f, BUF_INIT};

		status = replace(&w, 0666);
	}
	buf_free(&text);
	return status;
}
