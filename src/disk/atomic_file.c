#define _GNU_SOURCE /* renameat2, where there is one */
#include "disk/atomic_file.h"

#include <sys/random.h>

#include "base/signals.h"
#include "disk/disk.h"

enum { FILE_MAX = 16 << 20 };

/* Bytes on their way into their place. */
struct writing {
	int dir;
	const char *name, *path; /* in `dir`; for messages */
	const void *bytes;
	size_t len;
	const struct atomic_file *old; /* what must be there; NULL: whatever is there goes */
	char *beside;                  /* the name of the new file, and whether to delete that */
	bool left;
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
	if (fd < 0 || fstat(fd, st) < 0 ||
		(S_ISREG(st->st_mode) && io_read_all(out, fd, FILE_MAX) < 0))
		error_os(errno, "cannot read '%s'", path);
	else if (!S_ISREG(st->st_mode))
		error_set("cannot read '%s': not a regular file", path);
	else if (out->len > FILE_MAX)
		error_set("cannot read '%s': it is too large", path);
	else
		status = 1;
	if (fd >= 0)
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

enum move { REPLACE, SWAP, NEW };

/* As rename(2); ENOSYS where the system cannot swap two files or spare the one that is there. */
static int move(const struct writing *w, enum move how)
{
#ifdef RENAME_EXCHANGE
	static const unsigned flags[] = {[SWAP] = RENAME_EXCHANGE, [NEW] = RENAME_NOREPLACE};

	if (how != REPLACE)
		return renameat2(w->dir, w->beside, w->dir, w->name, flags[how]);
#endif
	errno = ENOSYS;
	return how == REPLACE ? renameat(w->dir, w->beside, w->dir, w->name) : -1;
}

/* Whether the file that came out has these bytes, and nobody has it open who may still write to it:
 * nobody can open it any more. */
static bool is_settled(const struct writing *w, const void *bytes, size_t len)
{
	bool busy = false, same;
#ifdef F_SETLEASE
	int fd = io_openat(w->dir, w->beside, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);

	busy = fd >= 0 && fcntl(fd, F_SETLEASE, F_RDLCK) < 0 && errno == EAGAIN;
#endif
	same = !busy && holds(w, w->beside, bytes, len) > 0;
#ifdef F_SETLEASE
	if (fd >= 0)
		close(fd);
#endif
	return same;
}

/* Puts the new file in its place, unless what is there, or comes out, is not what was read. */
static int put_in_place(struct writing *w)
{
	const struct atomic_file *old = w->old;
	enum move how = !old ? REPLACE : old->there ? SWAP : NEW;
	int same = old ? holds(w, w->name, old->there ? old->text.ptr : NULL, old->text.len) : 1;

	if (same <= 0)
		return same < 0 ? -1 : changed(w);
	if (move(w, how) < 0) {
		if (how != REPLACE && (errno == ENOENT || errno == EEXIST))
			return changed(w);
		if (how == REPLACE || (errno != EINVAL && errno != ENOSYS) ||
			move(w, how = REPLACE) < 0)
			return cannot_write(w);
	}
	w->left = how == SWAP;
	if (how == SWAP && !is_settled(w, old->text.ptr, old->text.len)) {
		/* An edit goes back, and what then comes out is deleted only if it is ours. */
		if (move(w, SWAP) == 0 && is_settled(w, w->bytes, w->len))
			return changed(w);
		w->left = false;
		return error_set("cannot write '%s': it was changed meanwhile; an edit of it is in "
				 "'%s'",
			w->path, w->beside);
	}
	if (old && fsync(w->dir) < 0 && errno != EINVAL)
		return cannot_write(w);
	return 0;
}

/* The new file gets the mode and, where that is allowed, the owner of the old one. A signal that
 * ends the process waits until nothing is left over. */
static int replace(struct writing *w, mode_t mode)
{
	const struct stat *st = w->old && w->old->there ? &w->old->st : NULL;
	struct buf beside = BUF_INIT;
	uint64_t random;
	int fd, status = 0;

	if (getentropy(&random, sizeof random) < 0)
		return cannot_write(w);
	buf_addf(&beside, "%s.pycguard-%016" PRIx64, w->name, random);
	w->beside = beside.ptr;
	interrupt_catch();
	fd = io_openat(w->dir, w->beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
	w->left = fd >= 0;
	if (fd < 0 || io_write_all(fd, w->bytes, w->len) < 0 ||
		(st && fchown(fd, st->st_uid, st->st_gid) < 0 && errno != EPERM) ||
		(st && fchmod(fd, st->st_mode & 07777) < 0) || fsync(fd) < 0)
		status = cannot_write(w);
	/* To close again what a signal interrupted could close another's: the descriptor is gone.
	 */
	if (fd >= 0 && close(fd) < 0 && errno != EINTR && status == 0)
		status = cannot_write(w);
	if (status == 0)
		status = put_in_place(w);
	if (w->left && unlinkat(w->dir, w->beside, 0) < 0 && status == 0)
		status = error_os(errno, "cannot delete '%s'", w->beside);
	interrupt_let_go();
	buf_free(&beside);
	return status;
}

int atomic_file_write(const char *path, const void *bytes, size_t len, mode_t mode)
{
	struct writing w = {AT_FDCWD, path, path, bytes, len, NULL, NULL, false};

	return replace(&w, mode);
}

int atomic_file_add(struct atomic_file *f, const struct buf *lines)
{
	struct writing w = {.dir = f->dir,
		.name = f->path + path_base(f->path, strlen(f->path)),
		.path = f->path,
		.old = f};
	const char *end = "\n", *at;
	struct buf text = BUF_INIT;
	size_t last = f->text.len; /* the last line end is before it */
	int status;

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
	w.bytes = text.ptr;
	w.len = text.len;
	status = replace(&w, 0666);
	buf_free(&text);
	return status;
}
