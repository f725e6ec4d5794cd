#include "hooks/hook_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "python/siphash.h"

/* Enough to know one's own and each manager's; what is larger is somebody's program. */
enum { TEXT_MAX = 1 << 20, SUM_DIGITS = 16 };

static const char placeholder[] = "'@PYCGUARD@'";
static const char mark[] = "#!/bin/sh\n# pycguard hook";
static const char assignment[] = "\ninstalled=";
static const char written_by[] = "\n# Written by pycguard ";

static uint64_t sum(const char *bytes, size_t len)
{
	struct siphash s;

	siphash_init(&s, 0, 0, 2, 4);
	siphash_add(&s, bytes, len);
	return siphash_value(&s);
}

/* One word of any POSIX shell, whatever bytes it holds. */
static void add_quoted(struct buf *out, const char *word)
{
	buf_addc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *word);
	}
	buf_addc(out, '\'');
}

/* Reads what add_quoted wrote. Returns where it ends, or NULL when it is nothing of the kind. */
static const char *read_quoted(struct buf *out, const char *s)
{
	if (*s++ != '\'')
		return NULL;
	for (;; s++) {
		if (!*s)
			return NULL;
		if (*s != '\'')
			buf_addc(out, *s);
		else if (strncmp(s, "'\\''", 4) == 0)
			buf_addc(out, *(s += 3));
		else
			return s + 1;
	}
}

void hook_file_text(struct buf *out, const char *program)
{
	static const char script[] =
#include "hook_script.inc" /* hook/pre-commit, by CMake */
		;
	const char *gap = strstr(script, placeholder);
	size_t start = out->len;

	buf_add(out, script, (size_t)(gap - script));
	add_quoted(out, program);
	buf_adds(out, gap + sizeof placeholder - 1);
	buf_addf(out, "%s%s; sum: ", written_by, PYCGUARD_VERSION);
	buf_addf(out, "%016" PRIx64 "\n", sum(out->ptr + start, out->len - start));
}

/* Fills in what the last line says. Returns whether there is one and its sum is right. */
static bool read_last_line(struct hook_file *f)
{
	static const char before_sum[] = "; sum: ";
	const char *line = NULL, *next = f->text.ptr, *digits;
	char want[SUM_DIGITS + 2];

	while ((next = strstr(next, written_by)) != NULL)
		line = next++ + sizeof written_by - 1;
	digits = line ? strstr(line, before_sum) : NULL;
	if (!digits)
		return false;
	buf_add(&f->version, line, strcspn(line, ";"));
	digits += sizeof before_sum - 1;
	snprintf(want, sizeof want, "%016" PRIx64 "\n",
		sum(f->text.ptr, (size_t)(digits - f->text.ptr)));
	return strcmp(digits, want) == 0;
}

static enum hook_file_kind kind_of_text(struct hook_file *f)
{
	const char *program;

	if (strncmp(f->text.ptr, mark, sizeof mark - 1) != 0)
		return HOOK_FILE_OTHER;
	program = strstr(f->text.ptr, assignment);
	if (program)
		read_quoted(&f->program, program + sizeof assignment - 1);
	return read_last_line(f) && f->program.len ? HOOK_FILE_OURS : HOOK_FILE_EDITED;
}

static int read_text(struct buf *out, const char *path)
{
	if (io_read_file(out, path, O_NOFOLLOW | O_NONBLOCK, TEXT_MAX) < 0)
		return error_os(errno, "cannot read hook '%s'", path);
	return buf_failed(out);
}

static int read_target(struct buf *out, const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof target);

	if (n < 0)
		return error_os(errno, "cannot read link '%s'", path);
	buf_add(out, target, (size_t)n);
	return buf_failed(out);
}

int hook_file_read(struct hook_file *out, const char *path)
{
	struct stat st;
	int can_run;

	hook_file_free(out);
	if (lstat(path, &st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return error_os(errno, "cannot look at hook '%s'", path);
	}
	can_run = io_can_run(path);
	if (can_run < 0)
		return -1;
	out->runs = can_run;
	if (S_ISLNK(st.st_mode)) {
		out->kind = HOOK_FILE_OTHER;
		return read_target(&out->text, path);
	}
	out->kind = HOOK_FILE_ODD;
	if (!S_ISREG(st.st_mode))
		return 0;
	if (read_text(&out->text, path) < 0)
		return -1;
	out->kind = kind_of_text(out);
	return buf_failed(&out->program) < 0 ? -1 : buf_failed(&out->version);
}

int hook_file_same(bool *out, const char *a, const char *b)
{
	struct stat sa, sb;
	struct hook_file fa = HOOK_FILE_INIT, fb = HOOK_FILE_INIT;
	int status;

	*out = false;
	if (lstat(a, &sa) < 0)
		return error_os(errno, "cannot look at hook '%s'", a);
	if (lstat(b, &sb) < 0)
		return error_os(errno, "cannot look at hook '%s'", b);
	*out = sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
	if (*out || sa.st_mode != sb.st_mode || sa.st_size != sb.st_size || sa.st_size >= TEXT_MAX)
		return 0;
	status = hook_file_read(&fa, a) < 0 ? -1 : hook_file_read(&fb, b);
	*out = status == 0 && fa.kind != HOOK_FILE_ODD && fa.text.len == fb.text.len &&
	       memcmp(fa.text.ptr, fb.text.ptr, fa.text.len) == 0;
	hook_file_free(&fa);
	hook_file_free(&fb);
	return status;
}

void hook_file_free(struct hook_file *f)
{
	buf_free(&f->text);
	buf_free(&f->program);
	buf_free(&f->version);
	*f = (struct hook_file)HOOK_FILE_INIT;
}
