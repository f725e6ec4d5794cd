/* The calls that read, write and look at files, each as one kind: NAME:KIND in the log. */
#define _GNU_SOURCE
#include "inject.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The real function of that name, of the type of the one that it stands before. */
#define NEXT(name)                                                                                 \
	static __typeof__(&name) next;                                                             \
	if (!next)                                                                                 \
	next = (__typeof__(next))(uintptr_t)inject_next(#name)

static bool is(const char *effect)
{
	return strcmp(inject_effect(), effect) == 0;
}

/* Whether the call fails; then errno is set. */
static bool fails(const char *name, const char *subject)
{
	if (!inject_due(&(struct call){"files", name, subject ? subject : ""}))
		return false;
	errno = inject_errno();
	return true;
}

static const char *path_of(int fd, char path[PATH_MAX])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = syscall(SYS_readlink, link, path, PATH_MAX - 1);
	path[n > 0 ? n : 0] = '\0';
	return path;
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
	path_of(fd, real);
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
		if (!fails(#name ":" kind, path))                                                  \
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
		path_of(fd, path);                                                                 \
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
		if (!fails(#name ":read", path_of(fd, path)))                                      \
			return call;                                                               \
		if (errno)                                                                         \
			return -1;                                                                 \
		if (is("short"))                                                                   \
			size = size > 1 ? size / 2 : size;                                         \
		else                                                                               \
			change(AT_FDCWD, path);                                                    \
		return call;                                                                       \
	}

READ(read, (int fd, void *to, size_t size), next(fd, to, size))
READ(pread, (int fd, void *to, size_t size, off_t at), next(fd, to, size, at))
READ(pread64, (int fd, void *to, size_t size, off64_t at), next(fd, to, size, at))

ssize_t __read_chk(int fd, void *to, size_t size, size_t room)
{
	return size > room ? (abort(), -1) : read(fd, to, size);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
	char path[PATH_MAX];

	NEXT(write);
	if (fails("write:write", path_of(fd, path))) {
		if (errno)
			return -1;
		size = size > 1 ? size / 2 : size;
	}
	return next(fd, bytes, size);
}

int fsync(int fd)
{
	char path[PATH_MAX];

	NEXT(fsync);
	return fails("fsync:fsync", path_of(fd, path)) ? -1 : next(fd);
}

/* Whatever it says, the descriptor is gone. */
int close(int fd)
{
	char path[PATH_MAX];
	int result, errnum;

	NEXT(close);
	if (!fails("close:close", path_of(fd, path)))
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
		return fails(#name ":" kind, from) ? -1 : call;                                    \
	}

RENAME(rename, "rename", (const char *from, const char *to), next(from, to))
RENAME(renameat, "rename", (int a, const char *from, int b, const char *to), next(a, from, b, to))
RENAME(linkat, "make", (int a, const char *from, int b, const char *to, int flags),
	next(a, from, b, to, flags))
RENAME(symlink, "make", (const char *from, const char *to), next(from, to))
RENAME(mkdir, "make", (const char *from, mode_t mode), next(from, mode))
RENAME(unlink, "remove", (const char *from), next(from))
RENAME(unlinkat, "remove", (int a, const char *from, int flags), next(a, from, flags))
RENAME(rmdir, "remove", (const char *from), next(from))

int pipe(int ends[2])
{
	NEXT(pipe);
	return fails("pipe:child", "") ? -1 : next(ends);
}

#define MMAP(name, offset)                                                                         \
	void *name(void *at, size_t size, int protection, int flags, int fd, offset from)          \
	{                                                                                          \
		char path[PATH_MAX] = "";                                                          \
		if (fd >= 0)                                                                       \
			path_of(fd, path);                                                         \
		LOOK(void *, name, "mmap", AT_FDCWD, path,                                         \
			next(at, size, protection, flags, fd, from));                              \
	}

MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

DIR *opendir(const char *path)
{
	NEXT(opendir);
	return fails("opendir:opendir", path) ? NULL : next(path);
}

DIR *fdopendir(int fd)
{
	char path[PATH_MAX];

	NEXT(fdopendir);
	return fails("fdopendir:opendir", path_of(fd, path)) ? NULL : next(fd);
}

#define READDIR(name, type)                                                                        \
	struct type *name(DIR *dir)                                                                \
	{                                                                                          \
		char path[PATH_MAX];                                                               \
		NEXT(name);                                                                        \
		return fails(#name ":readdir", path_of(dirfd(dir), path)) ? NULL : next(dir);      \
	}

READDIR(readdir, dirent)
READDIR(readdir64, dirent64)

char *realpath(const char *restrict path, char *restrict out)
{
	NEXT(realpath);
	return fails("realpath:path", path) ? NULL : next(path, out);
}

char *__realpath_chk(const char *path, char *out, size_t room)
{
	(void)room;
	return realpath(path, out);
}

char *getcwd(char *out, size_t size)
{
	NEXT(getcwd);
	return fails("getcwd:path", ".") ? NULL : next(out, size);
}

char *__getcwd_chk(char *out, size_t size, size_t room)
{
	(void)room;
	return getcwd(out, size);
}

ssize_t readlink(const char *restrict path, char *restrict out, size_t size)
{
	NEXT(readlink);
	return fails("readlink:path", path) ? -1 : next(path, out, size);
}

#define FOPEN(name)                                                                                \
	FILE *name(const char *restrict path, const char *restrict mode)                           \
	{                                                                                          \
		NEXT(name);                                                                        \
		return fails(#name ":path", path) ? NULL : next(path, mode);                       \
	}

FOPEN(fopen)
FOPEN(fopen64)

FILE *tmpfile(void)
{
	NEXT(tmpfile);
	return fails("tmpfile:make", "") ? NULL : next();
}

FILE *tmpfile64(void)
{
	NEXT(tmpfile64);
	return fails("tmpfile64:make", "") ? NULL : next();
}

int fflush(FILE *file)
{
	NEXT(fflush);
	return fails("fflush:fsync", "") ? EOF : next(file);
}

int posix_spawnp(pid_t *restrict out, const char *restrict file,
	const posix_spawn_file_actions_t *restrict actions,
	const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
	char *const variables[restrict])
{
	NEXT(posix_spawnp);
	return fails("posix_spawnp:child", file) ?
		       errno :
		       next(out, file, actions, attributes, argv, variables);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	NEXT(waitpid);
	return fails("waitpid:wait", "") ? -1 : next(pid, status, options);
}
