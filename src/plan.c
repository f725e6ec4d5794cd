#include "plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec.h"
#include "interrupt.h"
#include "io.h"
#include "path.h"

static bool equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool has(const struct plan *p, enum step_kind kind, const char *path, const char *value)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->items[i].kind == kind && equal(p->items[i].path, path) &&
			equal(p->items[i].value, value))
			return true;
	return false;
}

int plan_add(struct plan *p, enum step_kind kind, const char *path, const char *value)
{
	struct step *grown;
	struct step s = {kind, NULL, NULL};

	if (has(p, kind, path, value))
		return 0;
	grown = realloc(p->items, (p->count + 1) * sizeof *grown);
	if (!grown)
		return error_oom();
	p->items = grown;
	s.path = strdup(path);
	s.value = value ? strdup(value) : NULL;
	if (!s.path || (value && !s.value)) {
		free(s.path);
		free(s.value);
		return error_oom();
	}
	p->items[p->count++] = s;
	return 0;
}

bool plan_is_empty(const struct plan *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->items[i].kind != STEP_WARN)
			return false;
	return true;
}

void plan_describe(struct buf *out, const struct step *s, bool dry)
{
	static const struct {
		const char *did, *would, *joint; /* before the value, where it is shown */
	} words[] = {
		[STEP_MAKE_DIRECTORY] = {"made", "would make", NULL},
		[STEP_IGNORE_ALL] = {"made", "would make", NULL},
		[STEP_LINK] = {"linked", "would link", " to "},
		[STEP_KEEP] = {"kept", "would keep", ", which runs first, as "},
		[STEP_INSTALL] = {"installed", "would install", NULL},
		[STEP_GIVE_BACK] = {"gave back", "would give back", " from "},
		[STEP_REMOVE] = {"removed", "would remove", NULL},
		[STEP_REMOVE_DIRECTORY] = {"removed", "would remove", NULL},
		[STEP_SET] = {"set", "would set", NULL},
		[STEP_ADD] = {"added to", "would add to", ": "},
		[STEP_UNSET] = {"took from", "would take from", ": "},
		[STEP_CLEAR] = {"cleared", "would clear", NULL},
		[STEP_WARN] = {"left alone", "would leave alone", ": "},
	};

	buf_addf(out, "%s ", dry ? words[s->kind].would : words[s->kind].did);
	path_quote(out, s->path, strlen(s->path));
	if (words[s->kind].joint) {
		buf_adds(out, words[s->kind].joint);
		path_quote(out, s->value, strlen(s->value));
	}
	buf_addc(out, '\n');
}

/* The one name beside `path` that is written to: there is one writer at a time (hooks.h). */
static int write_new(const char *name, const char *text, mode_t mode)
{
	int fd, status;

	if (unlink(name) < 0 && errno != ENOENT)
		return error_os(errno, "cannot write '%s'", name);
	fd = io_openat(AT_FDCWD, name, O_WRONLY | O_CREAT | O_EXCL, mode);
	if (fd < 0)
		return error_os(errno, "cannot write '%s'", name);
	status = io_write_all(fd, text, strlen(text)) < 0 || fsync(fd) < 0 ? errno : 0;
	if (io_close(fd) < 0 && !status)
		status = errno;
	return status ? error_os(status, "cannot write '%s'", name) : 0;
}

static int write_file(const char *path, const char *text, mode_t mode)
{
	struct buf name = BUF_INIT;
	sigset_t before;
	int status = -1;

	buf_addf(&name, "%s" PLAN_NEW_SUFFIX, path);
	if (buf_failed(&name) < 0)
		goto done;
	interrupt_hold(&before);
	if (write_new(name.ptr, text, mode) == 0)
		status = rename(name.ptr, path) == 0 ? 0 :
						       error_os(errno, "cannot write '%s'", path);
	if (status < 0)
		unlink(name.ptr);
	interrupt_release(&before);
done:
	buf_free(&name);
	return status;
}

/* A failure of a system call that left things as they were, "cannot DO 'PATH'". */
static int done(int result, const char *what, const char *path)
{
	return result < 0 ? error_os(errno, "cannot %s '%s'", what, path) : 0;
}

static int set(const char *how, const char *key, const char *value, char **variables)
{
	const char *const args[] = {"config", "--local", how, key, value, NULL};
	struct buf out = BUF_INIT;
	struct exec e = {.args = args, .variables = variables};
	int status = exec_ask(&out, &e);

	buf_free(&out);
	return status == 1 ? error_set("git could not change '%s' in its configuration", key) :
			     status;
}

/* git takes the value for a regular expression. */
static int unset(const char *key, const char *value, char **variables)
{
	struct buf pattern = BUF_INIT;
	int status;

	buf_addf(&pattern, "^%s$", value);
	status = buf_failed(&pattern);
	if (status == 0)
		status = set("--unset-all", key, pattern.ptr, variables);
	buf_free(&pattern);
	return status;
}

static int remove_directory(const char *path)
{
	if (rmdir(path) < 0 && errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT)
		return error_os(errno, "cannot remove directory '%s'", path);
	return 0;
}

int plan_do(const struct step *s, char **variables)
{
	switch (s->kind) {
	case STEP_MAKE_DIRECTORY:
		return done(mkdir(s->path, 0777), "make directory", s->path);
	case STEP_IGNORE_ALL:
		return write_file(s->path, "*\n", 0666);
	case STEP_LINK:
		return done(symlink(s->value, s->path), "make link", s->path);
	case STEP_KEEP:
		return done(linkat(AT_FDCWD, s->path, AT_FDCWD, s->value, 0), "keep hook", s->path);
	case STEP_INSTALL:
		return write_file(s->path, s->value, 0777);
	case STEP_GIVE_BACK:
		return done(rename(s->value, s->path), "give back hook", s->path);
	case STEP_REMOVE:
		return done(unlink(s->path), "remove", s->path);
	case STEP_REMOVE_DIRECTORY:
		return remove_directory(s->path);
	case STEP_SET:
		return set("--replace-all", s->path, s->value, variables);
	case STEP_ADD:
		return set("--add", s->path, s->value, variables);
	case STEP_UNSET:
		return unset(s->path, s->value, variables);
	case STEP_CLEAR:
		return set("--unset-all", s->path, NULL, variables);
	case STEP_WARN:
		break;
	}
	return 0;
}

void plan_free(struct plan *p)
{
	while (p->count > 0) {
		p->count--;
		free(p->items[p->count].path);
		free(p->items[p->count].value);
	}
	free(p->items);
	*p = (struct plan)PLAN_INIT;
}
