/*
 * Input: the text of a hook, or the path of a program. Whatever the text, the file is read as a
 * hook of some kind; what --install writes for the program is known as ours, with that program in
 * it; and a text that is taken for ours is what would be written again but for the version.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hooks/hooks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char file[] = "/tmp/fuzz_hook_file.XXXXXX";
static int fd = -1;

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void remove_file(void)
{
	unlink(file);
}

static void start(void)
{
	if (fd >= 0)
		return;
	fd = mkstemp(file);
	require(fd >= 0 && atexit(remove_file) == 0);
}

static void read_back(struct hook_file *out, const void *text, size_t len)
{
	require(ftruncate(fd, 0) == 0 && pwrite(fd, text, len, 0) == (ssize_t)len);
	require(hook_file_read(out, file) == 0);
	require(out->text.len == len && memcmp(out->text.ptr, text, len) == 0);
}

static void check_text(const void *bytes, size_t len)
{
	struct hook_file f = {0};

	read_back(&f, bytes, len);
	require(f.kind == HOOK_FILE_OURS || f.kind == HOOK_FILE_EDITED ||
		f.kind == HOOK_FILE_OTHER);
	require(f.kind != HOOK_FILE_OURS || (f.program.len && f.version.len));
	hook_file_free(&f);
}

static void check_program(const char *program)
{
	struct hook_file f = {0};
	struct buf text = BUF_INIT;

	hook_file_text(&text, program);
	read_back(&f, text.ptr, text.len);
	require(f.kind == (*program ? HOOK_FILE_OURS : HOOK_FILE_EDITED));
	require(strcmp(f.program.ptr, program) == 0);
	buf_addc(&text, '#');
	read_back(&f, text.ptr, text.len);
	require(f.kind == HOOK_FILE_EDITED);
	hook_file_free(&f);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	require(text != NULL);
	start();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_text(text, size);
	check_program(text);
	free(text);
	return 0;
}
