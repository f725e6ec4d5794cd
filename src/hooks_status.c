#include "hooks.h"

#include <string.h>

#include "io.h"
#include "manager.h"
#include "path.h"

/* One hook as it is told. */
struct told {
	const struct hooks *h;
	const char *search; /* PATH */
	enum hook hook;
	struct buf *out;
};

static void add_path(struct buf *out, const char *path)
{
	path_quote(out, path, strlen(path));
}

/* 1, 0 or -1 recorded. */
static int is_on(const char *search)
{
	struct buf path = BUF_INIT;
	int found = 0;
	size_t len;

	for (; search && *search && found == 0; search += len + (search[len] == ':')) {
		len = strcspn(search, ":");
		buf_clear(&path);
		buf_add(&path, search, len);
		buf_adds(&path, "/pycguard");
		found = buf_failed(&path) < 0 ? -1 : io_can_run(path.ptr);
	}
	buf_free(&path);
	return found;
}

/* ", running PROGRAM (its version)". 1 when that can be run; 0 when not; -1 recorded. */
static int tell_program(const struct told *t, const char *program)
{
	int can_run = io_can_run(program), is_found = 0;

	if (can_run == 0)
		is_found = is_on(t->search);
	if (can_run < 0 || is_found < 0)
		return -1;
	buf_adds(t->out, ", running ");
	if (can_run) {
		add_path(t->out, program);
		return 1;
	}
	if (is_found) {
		buf_adds(t->out, "the pycguard on PATH, for ");
		add_path(t->out, program);
		buf_adds(t->out, " is gone");
		return 1;
	}
	add_path(t->out, program);
	buf_adds(t->out, ", which is gone: it blocks");
	return 0;
}

static void tell_owner(struct buf *out, const struct hook_file *f)
{
	const struct manager *m = manager_of(f->text.ptr);

	if (m)
		buf_addf(out, " (%s's)", m->name);
	if (!f->runs)
		buf_adds(out, " (not executable, so not run)");
}

static int tell_earlier(const struct told *t)
{
	struct hook_file f = HOOK_FILE_INIT;
	struct buf path = BUF_INIT;
	int status;

	hooks_kept_place(&path, hooks_dir(t->h, t->hook), t->hook);
	status = buf_failed(&path) < 0 ? -1 : hook_file_read(&f, path.ptr);
	if (status == 0 && f.kind != HOOK_FILE_NONE) {
		buf_adds(t->out, ", after ");
		add_path(t->out, path.ptr);
		tell_owner(t->out, &f);
	}
	buf_free(&path);
	hook_file_free(&f);
	return status;
}

/* 1 when it is installed and can be run; 0 when not; -1 recorded. */
static int tell_file(const struct told *t, const char *path, const struct hook_file *f)
{
	int runs;

	switch (f->kind) {
	case HOOK_FILE_NONE:
		buf_adds(t->out, "not installed");
		return 0;
	case HOOK_FILE_ODD:
	case HOOK_FILE_OTHER:
		buf_adds(t->out, "not installed, and somebody else's: ");
		add_path(t->out, path);
		tell_owner(t->out, f);
		return 0;
	case HOOK_FILE_OURS:
	case HOOK_FILE_EDITED:
		break;
	}
	buf_adds(t->out,
		f->kind == HOOK_FILE_OURS ? "installed: " : "edited since it was installed: ");
	add_path(t->out, path);
	if (!f->runs) {
		buf_adds(t->out, ", which is not executable, so git does not run it");
		return 0;
	}
	runs = tell_program(t, f->program.ptr);
	if (runs <= 0)
		return runs;
	return tell_earlier(t) < 0 ? -1 : 1;
}

/* git runs what it has in its configuration, and then the file. */
static int tell_configured(
	const struct told *t, const char *command, const char *path, const struct hook_file *f)
{
	struct buf program = BUF_INIT;
	int status = hook_command_program(&program, command);
	int runs = 1;

	buf_addf(t->out, "installed: hook.%s.command", hook_section(t->hook));
	if (program.len > 0)
		runs = tell_program(t, program.ptr);
	else
		buf_adds(t->out, ", edited since");
	if (f->kind == HOOK_FILE_OTHER) {
		buf_adds(t->out, ", before ");
		add_path(t->out, path);
		tell_owner(t->out, f);
	}
	buf_free(&program);
	return status < 0 ? -1 : runs;
}

static int tell_hook(const struct told *t)
{
	struct hook_file f = HOOK_FILE_INIT;
	struct buf path = BUF_INIT, command = BUF_INIT;
	bool configured;
	int status = -1;

	buf_addf(t->out, "%s: ", hook_name(t->hook));
	hooks_place(&path, hooks_dir(t->h, t->hook), t->hook);
	if (buf_failed(&path) < 0 || hook_file_read(&f, path.ptr) < 0 ||
		hooks_config_has(&configured, &command, t->h, t->hook) < 0)
		goto done;
	if (configured)
		status = tell_configured(t, command.ptr, path.ptr, &f);
	else
		status = tell_file(t, path.ptr, &f);
	buf_addc(t->out, '\n');
done:
	hook_file_free(&f);
	buf_free(&path);
	buf_free(&command);
	return status;
}

/* Ours, but git looks elsewhere: core.hooksPath was set afterwards. */
static int tell_unreached(const struct told *t)
{
	struct hook_file f = HOOK_FILE_INIT;
	struct buf path = BUF_INIT;
	int status = 0;

	if (strcmp(hooks_dir(t->h, t->hook), t->h->standard) == 0)
		return 0;
	hooks_place(&path, t->h->standard, t->hook);
	status = buf_failed(&path) < 0 ? -1 : hook_file_read(&f, path.ptr);
	if (status == 0 && (f.kind == HOOK_FILE_OURS || f.kind == HOOK_FILE_EDITED)) {
		buf_addf(t->out, "%s: not reached: ", hook_name(t->hook));
		add_path(t->out, path.ptr);
		buf_addc(t->out, '\n');
	}
	hook_file_free(&f);
	buf_free(&path);
	return status;
}

static void tell_where(struct buf *out, const struct hooks *h)
{
	buf_adds(out, "git looks in ");
	add_path(out, hooks_dir(h, HOOK_PRE_COMMIT));
	if (h->scope) {
		buf_addf(out, ", by core.hooksPath of its %s configuration", h->scope);
		if (hooks_path_foreign(h))
			buf_adds(out, ", which is not this repository's own");
	}
	if (strcmp(hooks_dir(h, HOOK_PRE_RECEIVE), hooks_dir(h, HOOK_PRE_COMMIT)) != 0) {
		buf_adds(out, ", and for pre-receive in ");
		add_path(out, hooks_dir(h, HOOK_PRE_RECEIVE));
	}
	if (h->configured)
		buf_adds(out, ", and in its configuration");
	buf_addc(out, '\n');
}

int hooks_status(struct buf *out, const struct hooks *h, const char *search)
{
	int i, all = 1;

	for (i = 0; i < HOOK_COUNT; i++) {
		struct told t = {h, search, (enum hook)i, out};
		int status = tell_hook(&t);

		if (status < 0 || tell_unreached(&t) < 0)
			return -1;
		if (h->wanted & 1U << i)
			all = all && status;
	}
	tell_where(out, h);
	return buf_failed(out) < 0 ? -1 : all;
}
