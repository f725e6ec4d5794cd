#include "append.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory.h"
#include "interrupt.h"
#include "io.h"
#include "path.h"

enum { FILE_MAX = 16 << 20 };

/* A file being added to. */
struct target {
	const char *file; /* as named, for messages */
	const char *name; /* in its directory */
	struct directory directory;
	bool there;
	struct stat st;    /* of the old one, if it is there */
	struct buf text;   /* the old one's, and then the new one's */
	struct buf beside; /* the name under which the new one is written */
};

static int read_text(struct target *t, int fd)
{
	if (io_read_all(&t->text, fd, FILE_MAX) < 0)
		return error_os(errno, "cannot read '%s'", t->file);
	if (t->text.len > FILE_MAX)
		return error_set("cannot read '%s': it is too large", t->file);
	return buf_failed(&t->text);
}

static int read_old(struct target *t)
{
	int fd = io_openat(t->directory.fd, t->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	int status = -1;

	t->there = fd >= 0;
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 && (errno == ELOOP || errno == EMLINK))
		return error_set("cannot read '%s': it is a symbolic link", t->file);
	if (fd < 0)
		return error_os(errno, "cannot read '%s'", t->file);
	if (fstat(fd, &t->st) < 0)
		error_os(errno, "cannot read '%s'", t->file);
	else if (!S_ISREG(t->st.st_mode))
		error_set("cannot read '%s': not a regular file", t->file);
	else
		status = read_text(t, fd);
	close(fd);
	return status;
}

static int open_target(struct target *t, int root, const char *file)
{
	size_t base = path_base(file, strlen(file));

	*t = (struct target){.file = file,
		.name = file + base,
		.directory = directory_at(root),
		.text = BUF_INIT,
		.beside = BUF_INIT};
	if (directory_enter(&t->directory, file, base) < 0)
		return -1;
	if (t->directory.fd < 0)
		return error_set("cannot read '%s': its directory is not there", file);
	return read_old(t);
}

static void close_target(struct target *t)
{
	directory_leave(&t->directory);
	buf_free(&t->text);
	buf_free(&t->beside);
}

int append_read(struct buf *out, int root, const char *file)
{
	struct target t;
	int status = open_target(&t, root, file);

	if (status == 0) {
		buf_add(out, t.text.ptr, t.text.len);
		status = buf_failed(out) < 0 ? -1 : t.there;
	}
	close_target(&t);
	return status;
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

static int add_lines(struct buf *text, const struct buf *lines)
{
	const char *end = line_end(text);
	size_t i;

	if (text->len && text->ptr[text->len - 1] != '\n')
		buf_adds(text, end);
	for (i = 0; i < lines->len; i++) {
		if (lines->ptr[i] == '\n')
			buf_adds(text, end);
		else
			buf_addc(text, lines->ptr[i]);
	}
	return buf_failed(text);
}

static int cannot_write(const struct target *t, int errnum)
{
	return error_os(errnum, "cannot write '%s'", t->file);
}

/* The new file takes over the mode and, where that is allowed, the owner of the old one. */
static int write_text(const struct target *t, int fd)
{
	if (io_write_all(fd, t->text.ptr, t->text.len) < 0)
		return cannot_write(t, errno);
	if (t->there && fchown(fd, t->st.st_uid, t->st.st_gid) < 0 && errno != EPERM)
		return cannot_write(t, errno);
	if (t->there && fchmod(fd, t->st.st_mode & 07777) < 0)
		return cannot_write(t, errno);
	return fsync(fd) < 0 ? cannot_write(t, errno) : 0;
}

/* What was left over by a run that was killed goes: no other one is at work. */
static int write_beside(struct target *t)
{
	int dir = t->directory.fd, fd, status;

	buf_addf(&t->beside, "%s.pycguard", t->name);
	if (buf_failed(&t->beside) < 0)
		return -1;
	if (unlinkat(dir, t->beside.ptr, 0) < 0 && errno != ENOENT)
		return cannot_write(t, errno);
	fd = io_openat(dir, t->beside.ptr, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
	if (fd < 0)
		return cannot_write(t, errno);
	status = write_text(t, fd);
	if (io_close(fd) < 0 && status == 0)
		status = cannot_write(t, errno);
	return status;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* An edit that somebody else has made since it was read must not be lost. */
static int check_unchanged(const struct target *t)
{
	struct stat now;
	int there = fstatat(t->directory.fd, t->name, &now, AT_SYMLINK_NOFOLLOW) == 0;

	if (!there && errno != ENOENT)
		return cannot_write(t, errno);
	if (there == t->there && (!there || same_file(&now, &t->st)))
		return 0;
	return error_set("cannot write '%s': it has been changed meanwhile", t->file);
}

static int replace(struct target *t)
{
	int dir = t->directory.fd;

	if (check_unchanged(t) < 0)
		return -1;
	if (renameat(dir, t->beside.ptr, dir, t->name) < 0)
		return cannot_write(t, errno);
	if (fsync(dir) < 0 && errno != EINVAL)
		return cannot_write(t, errno);
	return 0;
}

int append_lines(int root, const char *file, const struct buf *lines)
{
	sigset_t before;
	struct target t;
	int status = -1;

	if (open_target(&t, root, file) == 0 && add_lines(&t.text, lines) == 0) {
		interrupt_hold(&before);
		status = write_beside(&t);
		if (status == 0)
			status = replace(&t);
		if (status < 0 && t.beside.len)
			unlinkat(t.directory.fd, t.beside.ptr, 0);
		interrupt_release(&before);
	}
	close_target(&t);
	return status;
}
