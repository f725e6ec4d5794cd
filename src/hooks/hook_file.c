#include <limits.h>

#include "hooks/hooks.h"
#include "python/siphash.h"

/*
 * Our hook is that of hook/pre-commit with the path of the program filled in, and a last line that
 * tells whether it was edited since: "# Written by pycguard 1.2.3; sum: 0123456789abcdef". The sum
 * is SipHash-2-4 with key 0 of all that stands before its digits. It is no seal: it tells an edit
 * from an upgrade, and nobody gains by a forgery.
 */

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
	for (; *word; word++)
		buf_adds(out, *word == '\'' ? "'\\''" : (const char[]){*word, '\0'});
	buf_addc(out, '\'');
}

/* Reads what add_quoted wrote, as far as it is that. */
static void read_quoted(struct buf *out, const char *s)
{
	if (*s++ != '\'')
		return;
	for (; *s; s++) {
		if (*s == '\'' && strncmp(s, "'\\''", 4) != 0)
			return;
		s += *s == '\'' ? 3 : 0;
		buf_addc(out, *s);
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

/* Tells whose the text is. */
static void know(struct hook_file *f)
{
	static const char before_sum[] = "; sum: ";
	const char *program, *line = NULL, *next = f->text.ptr, *digits;
	char want[SUM_DIGITS + 2];

	f->ours = strncmp(f->text.ptr, mark, sizeof mark - 1) == 0;
	f->kind = f->ours ? HOOK_FILE_EDITED : HOOK_FILE_OTHER;
	if (!f->ours)
		return;
	program = strstr(f->text.ptr, assignment);
	if (program)
		read_quoted(&f->program, program + sizeof assignment - 1);
	while ((next = strstr(next, written_by)) != NULL)
		line = next++ + sizeof written_by - 1;
	digits = line ? strstr(line, before_sum) : NULL;
	if (!digits)
		return;
	buf_add(&f->version, line, strcspn(line, ";"));
	digits += sizeof before_sum - 1;
	snprintf(want, sizeof want, "%016" PRIx64 "\n",
		sum(f->text.ptr, (size_t)(digits - f->text.ptr)));
	if (f->program.len && strcmp(digits, want) == 0)
		f->kind = HOOK_FILE_OURS;
}

int hook_file_read(struct hook_file *out, const char *path)
{
	char target[PATH_MAX];
	int can_run;
	ssize_t n;

	hook_file_free(out);
	if (lstat(path, &out->st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return error_os(errno, "cannot look at hook '%s'", path);
	}
	can_run = io_can_run(path);
	if (can_run < 0)
		return -1;
	out->runs = can_run;
	if (S_ISLNK(out->st.st_mode)) {
		n = readlink(path, target, sizeof target);
		if (n < 0)
			return error_os(errno, "cannot read link '%s'", path);
		buf_add(&out->text, target, (size_t)n);
		out->kind = HOOK_FILE_OTHER;
	} else if (S_ISREG(out->st.st_mode)) {
		if (io_read_file(&out->text, path, O_NOFOLLOW | O_NONBLOCK, TEXT_MAX) < 0)
			return error_os(errno, "cannot read hook '%s'", path);
		know(out);
	} else {
		out->kind = HOOK_FILE_ODD;
	}
	return 0;
}

bool hook_file_same(const struct hook_file *a, const struct hook_file *b)
{
	if (a->kind == HOOK_FILE_NONE || b->kind == HOOK_FILE_NONE)
		return false;
	if (a->st.st_dev == b->st.st_dev && a->st.st_ino == b->st.st_ino)
		return true;
	return a->st.st_mode == b->st.st_mode && a->kind != HOOK_FILE_ODD &&
	       a->text.len <= TEXT_MAX && a->text.len == b->text.len &&
	       memcmp(a->text.ptr, b->text.ptr, a->text.len) == 0;
}

void hook_file_free(struct hook_file *f)
{
	buf_free(&f->text);
	buf_free(&f->program);
	buf_free(&f->version);
	f->kind = HOOK_FILE_NONE;
	f->ours = f->runs = false;
}
