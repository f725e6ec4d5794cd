#include "mend/dockerfiles.h"

#include <string.h>

#include "base/path.h"
#include "disk/atomic_file.h"

static const char docker[] = "Dockerfile", podman[] = "Containerfile";
static const char lower[] = "dockerfile";

static bool begins(const char *s, const char *head)
{
	return strncmp(s, head, strlen(head)) == 0;
}

static bool ends(const char *s, const char *tail)
{
	size_t len = strlen(s), n = strlen(tail);

	return len >= n && strcmp(s + len - n, tail) == 0;
}

/* WORD, WORD.x or x.WORD. */
static bool is_named(const char *name, const char *word)
{
	size_t len = strlen(name), n = strlen(word);

	if (begins(name, word))
		return !name[n] || name[n] == '.';
	return len > n && ends(name, word) && name[len - n - 1] == '.';
}

bool dockerfiles_is_one(const char *path, size_t len)
{
	const char *name = path + path_base(path, len);

	if (ends(name, ".dockerignore") || ends(name, ".containerignore"))
		return false;
	/* dockerfile.py is something else. */
	return is_named(name, docker) || is_named(name, podman) || strcmp(name, lower) == 0 ||
	       ends(name, ".dockerfile");
}

static int take(void *arg, const void *bytes, size_t len)
{
	struct buf *out = arg;

	buf_add(out, bytes, len);
	return buf_failed(out);
}

/* Replaces `text` by that of a file on disk or, if it is not there, in the index. 1, 0, -1. */
static int read_text(struct buf *text, int top, struct snapshot *index, const char *path)
{
	struct atomic_file f;
	struct entry e;
	int status = atomic_file_open(&f, top, path);

	buf_clear(text);
	buf_add(text, f.text.ptr, f.text.len);
	if (status == 0)
		status = buf_failed(text) < 0 ? -1 : f.there;
	atomic_file_close(&f);
	if (status != 0)
		return status;
	status = snapshot_find(index, path, &e);
	if (status > 0 && e.mode == MODE_LINK)
		return error_set("cannot read '%s': it is a symbolic link", path);
	if (status > 0 && snapshot_read(index, &e, take, text) != 0)
		return error_prefix("cannot read '%s'", path);
	return status;
}

/* Docker's documentation, "Filename and location"; containerignore(5). */
static const char *const suffixes[] = {".containerignore", ".dockerignore"};

/* Finds the first ignore file of that name that is there. 1, 0, -1. */
static int find(struct dockerfiles_ignore *out, int top, struct snapshot *index, const char *name,
	size_t len, bool is_podman)
{
	int there = 0, i;

	for (i = is_podman ? 0 : 1; i < 2 && there == 0; i++) {
		buf_clear(&out->file);
		buf_add(&out->file, name, len);
		buf_adds(&out->file, suffixes[i]);
		there = buf_failed(&out->file) < 0 ?
				-1 :
				read_text(&out->text, top, index, out->file.ptr);
	}
	return there;
}

int dockerfiles_ignore(
	struct dockerfiles_ignore *out, int top, struct snapshot *index, const char *dockerfile)
{
	size_t len = strlen(dockerfile), base = path_base(dockerfile, len);
	bool is_podman = is_named(dockerfile + base, podman);
	int beside = find(out, top, index, dockerfile, base, is_podman), named;

	if (beside < 0)
		return -1;
	buf_clear(&out->context);
	buf_add(&out->context, dockerfile, beside ? base : 0);
	named = find(out, top, index, dockerfile, len, is_podman);
	if (named == 0)
		named = find(out, top, index, dockerfile, beside ? base : 0, is_podman);
	return named < 0 ? -1 : buf_failed(&out->context);
}
