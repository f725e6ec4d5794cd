/* The calls that read, write and look at files, each as one kind: NAME:KIND in the log. */
#define _GNU_SOURCE
#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <unistd.h>

static bool is(const char *effect)
{
	return strcmp(inject_effect(), effect) == 0;
}

/* Does to a file what somebody else could: it goes, loses its second half, or gets more bytes. */
static void change(int dir, const char *path)
{
	static const char more[] = "\nmore\n";
	const char *below = getenv("INJECT_BELOW");
	int errnum = errno, fd;
	struct stat st;
	char real[PATH_MAX];

	fd = (int)syscall(SYS_openat, dir, path, O_PATH | O_NOFOLLOW);
	inject_path_of(fd, real);
	syscall(SYS_close, fd);
	if (!below || strncmp(real, below, strlen(below)) != 0) {
		errno = errnum;
		return;
	}
	if (is("vanish")) {
		if (syscall(SYS_unlinkat, dir, path, 0) < 0)
			syscall(SYS_unlinkat, dir, path, AT_REMOVEDIR);
	} else if (is("cut") || is("grow")) {
		fd = (int)syscall(SYS_openat, dir, path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
		if (fd >= 0 && is("grow")) {
			syscall(SYS_lseek, fd, 0, SEEK_END);
			syscall(SYS_write, fd, more, sizeof more - 1);
		} else if (fd >= 0 && syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0) {
			syscall(SYS_ftruncate, fd, st.st_size / 2);
		}
		syscall(SYS_close, fd);
	}
	errno = errnum;
}

/* A call that looks at a path: it fails, or the file changes right after it. */
#define LOOK(type, name, kind, dir, path, call)                                                    \
	do {                                                                                       \
		type result;                                                                       \
		NEXT(name);                                                                        \
		if (!inject_fails(#name ":" kind, path))                                           \
			return call;                                                               \
		if (errno)                                                                         \
			return (type)-1;                                                           \
		result = call;                                                                     \
		change(dir, path);                                                                 \
		return result;                                                                     \
	} while (0)

static mode_t mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

#define OPEN(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		va_list args;                                                                      \
		mode_t mode;                                                                       \
		va_start(args, flags);                                                             \
		mode = mode_of(flags, args);                                                       \
		va_end(args);                                                                      \
		LOOK(int, name, "open", AT_FDCWD, path, next(path, flags, mode));                  \
	}

OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                               \
	int name(int dir, const char *path, int flags, ...)                                        \
	{                                                                                          \
		va_list args;                                                                      \
		mode_t mode;                                                                       \
		va_start(args, flags);                                                             \
		mode = mode_of(flags, args);                                                       \
		va_end(args);                                                                      \
		LOOK(int, name, "open", dir, path, next(dir, path, flags, mode));                  \
	}

OPENAT(openat)
OPENAT(openat64)

/* These are what a checked call of theirs comes to. */
int __open_2(const char *path, int flags)
{
	return open(path, flags);
}

int __open64_2(const char *path, int flags)
{
	return open64(path, flags);
}

int __openat_2(int dir, const char *path, int flags)
{
	return openat(dir, path, flags);
}

int __openat64_2(int dir, const char *path, int flags)
{
	return openat64(dir, path, flags);
}

#define STAT(name, type)                                                                           \
	int name(const char *restrict path, struct type *restrict st)                              \
	{                                                                                          \
		LOOK(int, name, "stat", AT_FDCWD, path, next(path, st));                           \
	}

STAT(stat, stat)
STAT(stat64, stat64)
STAT(lstat, stat)
STAT(lstat64, stat64)

#define FSTATAT(name, type)                                                                        \
	int name(int dir, const char *restrict path, struct type *restrict st, int flags)          \
	{                                                                                          \
		LOOK(int, name, "stat", dir, path, next(dir, path, st, flags));                    \
	}

FSTATAT(fstatat, stat)
FSTATAT(fstatat64, stat64)

#define FSTAT(name, type)                                                                          \
	int name(int fd, struct type *st)                                                          \
	{                                                                                          \
		char path[PATH_MAX];                                                               \
		inject_path_of(fd, path);                                                          \
		LOOK(int, name, "stat", AT_FDCWD, path, next(fd, st));                             \
	}

FSTAT(fstat, stat)
FSTAT(fstat64, stat64)

int access(const char *path, int mode)
{
	LOOK(int, access, "access", AT_FDCWD, path, next(path, mode));
}

#define READ(name, parameters, call)                                                               \
	ssize_t name parameters                                                                    \
	{                                                                                          \
		char path[PATH_MAX];                                                               \
		NEXT(name);                                                                        \
		(void)next;                                                                        \
		if (inject_fails(#name ":read", inject_path_of(fd, path))) {                       \
			if (errno)                                                                 \
				return -1;                                                         \
			if (is("short"))                                                           \
				size = size > 1 ? size / 2 : size;                                 \
			else                                                                       \
				change(AT_FDCWD, path);                                            \
		}                                                                                  \
		return call;                                                                       \
	}

READ(read, (int fd, void *to, size_t size), inject_read(fd, to, size))
READ(pread, (int fd, void *to, size_t size, off_t at), next(fd, to, size, at))
READ(pread64, (int fd, void *to, size_t size, off64_t at), next(fd, to, size, at))

ssize_t __read_chk(int fd, void *to, size_t size, size_t room)
{
	return size > room ? (abort(), -1) : read(fd, to, size);
}

#define WRITE(name, parameters, call)                                                              \
	ssize_t name parameters                                                                    \
	{                                                                                          \
		char path[PATH_MAX];                                                               \
		NEXT(name);                                                                        \
		if (inject_fails(#name ":write", inject_path_of(fd, path))) {                      \
			if (errno)                                                                 \
				return -1;                                                         \
			size = size > 1 ? size / 2 : size;                                         \
		}                                                                                  \
		return call;                                                                       \
	}

WRITE(write, (int fd, const void *from, size_t size), next(fd, from, size))
WRITE(pwrite, (int fd, const void *from, size_t size, off_t at), next(fd, from, size, at))
WRITE(pwrite64, (int fd, const void *from, size_t size, off64_t at), next(fd, from, size, at))

#define BY_FD(type, name, kind, parameters, call)                                                  \
	type name parameters                                                                       \
	{                                                                                          \
		char path[PATH_MAX];                                                               \
		NEXT(name);                                                                        \
		return inject_fails(#name ":" kind, inject_path_of(fd, path)) ? -1 : call;         \
	}

BY_FD(int, fsync, "fsync", (int fd), next(fd))
BY_FD(int, fdatasync, "fsync", (int fd), next(fd))
BY_FD(int, ftruncate, "write", (int fd, off_t size), next(fd, size))
BY_FD(int, ftruncate64, "write", (int fd, off64_t size), next(fd, size))
BY_FD(int, fchmod, "owner", (int fd, mode_t mode), next(fd, mode))
BY_FD(int, fchown, "owner", (int fd, uid_t user, gid_t group), next(fd, user, group))
BY_FD(int, futimens, "owner", (int fd, const struct timespec times[2]), next(fd, times))
BY_FD(int, flock, "lock", (int fd, int how), next(fd, how))
BY_FD(int, fstatfs, "ask", (int fd, struct statfs *out), next(fd, out))
BY_FD(int, fstatfs64, "ask", (int fd, struct statfs64 *out), next(fd, out))
BY_FD(off_t, lseek, "seek", (int fd, off_t at, int from), next(fd, at, from))
BY_FD(off64_t, lseek64, "seek", (int fd, off64_t at, int from), next(fd, at, from))
BY_FD(int, dup, "fcntl", (int fd), next(fd))
BY_FD(int, dup2, "fcntl", (int fd, int to), next(fd, to))
BY_FD(int, dup3, "fcntl", (int fd, int to, int flags), next(fd, to, flags))

#define FCNTL(name)                                                                                \
	int name(int fd, int command, ...)                                                         \
	{                                                                                          \
		char path[PATH_MAX];                                                               \
		va_list args;                                                                      \
		void *arg;                                                                         \
		NEXT(name);                                                                        \
		va_start(args, command);                                                           \
		arg = va_arg(args, void *);                                                        \
		va_end(args);                                                                      \
		return inject_fails(#name ":fcntl", inject_path_of(fd, path)) ?                    \
			       -1 :                                                                \
			       next(fd, command, arg);                                             \
	}

FCNTL(fcntl)
FCNTL(fcntl64)

/* Whatever it says, the descriptor is gone. */
int close(int fd)
{
	char path[PATH_MAX];
	int result, errnum;

	NEXT(close);
	if (!inject_fails("close:close", inject_path_of(fd, path)))
		return next(fd);
	errnum = errno;
	result = next(fd);
	errno = errnum;
	return result < 0 ? result : -1;
}

#define RENAME(name, kind, parameters, call)                                                       \
	int name parameters                                                                        \
	{                                                                                          \
		NEXT(name);                                                                        \
		return inject_fails(#name ":" kind, from) ? -1 : call;                             \
	}

RENAME(rename, "rename", (const char *from, const char *to), next(from, to))
RENAME(renameat, "rename", (int a, const char *from, int b, const char *to), next(a, from, b, to))
RENAME(linkat, "make", (int a, const char *from, int b, const char *to, int flags),
	next(a, from, b, to, flags))
RENAME(link, "make", (const char *from, const char *to), next(from, to))
RENAME(symlinkat, "make", (const char *from, int dir, const char *to), next(from, dir, to))
RENAME(mkdirat, "make", (int dir, const char *from, mode_t mode), next(dir, from, mode))
RENAME(chmod, "owner", (const char *from, mode_t mode), next(from, mode))
RENAME(utimes, "owner", (const char *from, const struct timeval times[2]), next(from, times))
RENAME(chdir, "path", (const char *from), next(from))
RENAME(symlink, "make", (const char *from, const char *to), next(from, to))
RENAME(mkdir, "make", (const char *from, mode_t mode), next(from, mode))
RENAME(unlink, "remove", (const char *from), next(from))
RENAME(unlinkat, "remove", (int a, const char *from, int flags), next(a, from, flags))
RENAME(rmdir, "remove", (const char *from), next(from))

#define MMAP(name, offset)                                                                         \
	void *name(void *at, size_t size, int protection, int flags, int fd, offset from)          \
	{                                                                                          \
		char path[PATH_MAX] = "";                                                          \
		if (fd >= 0)                                                                       \
			inject_path_of(fd, path);                                                  \
		LOOK(void *, name, "mmap", AT_FDCWD, path,                                         \
			next(at, size, protection, flags, fd, from));                              \
	}

MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

char *realpath(const char *restrict path, char *restrict out)
{
	NEXT(realpath);
	return inject_fails("realpath:path", path) ? NULL : next(path, out);
}

char *__realpath_chk(const char *path, char *out, size_t room)
{
	(void)room;
	return realpath(path, out);
}

char *getcwd(char *out, size_t size)
{
	NEXT(getcwd);
	return inject_fails("getcwd:path", ".") ? NULL : next(out, size);
}

char *__getcwd_chk(char *out, size_t size, size_t room)
{
	(void)room;
	return getcwd(out, size);
}

ssize_t readlinkat(int dir, const char *restrict path, char *restrict out, size_t size)
{
	NEXT(readlinkat);
	return inject_fails("readlinkat:path", path) ? -1 : next(dir, path, out, size);
}

ssize_t readlink(const char *restrict path, char *restrict out, size_t size)
{
	NEXT(readlink);
	return inject_fails("readlink:path", path) ? -1 : next(path, out, size);
}
