#include "dockerfiles.h"

#include <string.h>

#include "append.h"
#include "path.h"

static const char docker[] = "Dockerfile", podman[] = "Containerfile";

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
	return is_named(name, docker) || is_named(name, podman);
}

int dockerfiles_ignore_file(struct buf *file, struct buf *text, int top, const char *dockerfile)
{
	/* With the Dockerfile's name before it or without, and for what: Docker's documentation,
	 * "Filename and location"; containerignore(5). The last one is what is made. */
	static const struct {
		bool named, podman_only;
		const char *suffix;
	} candidates[] = {
		{true, true, ".containerignore"},
		{true, false, ".dockerignore"},
		{false, true, ".containerignore"},
		{false, false, ".dockerignore"},
	};
	size_t base = path_base(dockerfile, strlen(dockerfile)), i;
	bool is_podman = is_named(dockerfile + base, podman);
	int there = 0;

	for (i = 0; i < sizeof candidates / sizeof *candidates && there == 0; i++) {
		if (candidates[i].podman_only && !is_podman)
			continue;
		buf_clear(file);
		buf_add(file, dockerfile, candidates[i].named ? strlen(dockerfile) : base);
		buf_adds(file, candidates[i].suffix);
		there = buf_failed(file) < 0 ? -1 : append_read(text, top, file->ptr);
	}
	return there < 0 ? -1 : 0;
}
