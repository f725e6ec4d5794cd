#include "hooks.h"

#include <string.h>

#include "exec.h"

enum scope { LOCAL, ANY };

/* hook.SECTION.NAME */
static void add_key(struct buf *out, const char *section, const char *name)
{
	buf_addf(out, "hook.%s.%s", section, name);
}

/*
 * Asks git for hook.SECTION.NAME.
 *
 * @param how "--get": the last value; "--get-all": every one, a NUL after each
 * @return 0; 1 when there is none; -1 recorded
 */
static int get(struct buf *out, const struct hooks *h, const char *section, const char *name,
	const char *how, enum scope scope)
{
	const char *args[] = {"config", "-z", how, NULL, NULL, NULL};
	struct buf key = BUF_INIT;
	int status;

	add_key(&key, section, name);
	args[3] = key.ptr;
	if (scope == LOCAL) {
		args[2] = "--local";
		args[3] = how;
		args[4] = key.ptr;
	}
	status = buf_failed(&key);
	if (status == 0)
		status = exec_ask(out, &(struct exec){.args = args, .variables = h->variables});
	buf_free(&key);
	return status;
}

/* The values of the section's event, and whether one is the hook. git forgets what comes before an
 * empty one. */
struct events {
	size_t count; /* of different ones */
	bool has;
	bool runs; /* and that one counts */
};

/* Whether the value that begins at `at` is empty, or came before. */
static bool is_counted(const struct buf *values, size_t at)
{
	size_t i = 0;

	while (i < at && strcmp(values->ptr + i, values->ptr + at) != 0)
		i += strlen(values->ptr + i) + 1;
	return i < at || !values->ptr[at];
}

static int get_events(struct events *out, const struct hooks *h, enum hook hook, enum scope scope)
{
	struct buf values = BUF_INIT;
	size_t at;
	int status = get(&values, h, hook_section(hook), "event", "--get-all", scope);

	*out = (struct events){0, false, false};
	for (at = 0; status == 0 && at < values.len; at += strlen(values.ptr + at) + 1) {
		bool same = strcmp(values.ptr + at, hook_name(hook)) == 0;

		out->count += !is_counted(&values, at);
		out->has = out->has || same;
		out->runs = values.ptr[at] && (out->runs || same);
	}
	buf_free(&values);
	return status < 0 ? -1 : 0;
}

/* Whether hook.SECTION.enabled says so, or says nothing. */
static int is_enabled(bool *out, const struct hooks *h, const char *section)
{
	struct buf value = BUF_INIT;
	int status = get(&value, h, section, "enabled", "--type=bool", ANY);

	*out = status == 1 || strcmp(value.ptr, "true") == 0;
	buf_free(&value);
	return status < 0 ? -1 : 0;
}

static int plan_key(
	struct plan *out, enum step_kind kind, enum hook hook, const char *name, const char *value)
{
	struct buf key = BUF_INIT;
	int status;

	add_key(&key, hook_section(hook), name);
	status = buf_failed(&key);
	if (status == 0)
		status = plan_add(out, kind, key.ptr, value);
	buf_free(&key);
	return status;
}

static int plan_command(
	struct plan *out, const struct hooks *h, enum hook hook, const char *program, bool force)
{
	struct buf now = BUF_INIT, wanted = BUF_INIT;
	int status = get(&now, h, hook_section(hook), "command", "--get", LOCAL);

	hook_command_text(&wanted, program, hook_check(hook));
	if (status >= 0 && buf_failed(&wanted) < 0)
		status = -1;
	if (status == 0 && !force && !hook_command_ours(now.ptr, hook_check(hook)))
		status = error_set(
			"hook.%s.command was edited since pycguard wrote it: --force writes it"
			" anew",
			hook_section(hook));
	if (status == 1 || (status == 0 && strcmp(now.ptr, wanted.ptr) != 0))
		status = plan_key(out, STEP_SET, hook, "command", wanted.ptr);
	buf_free(&now);
	buf_free(&wanted);
	return status;
}

/* What is installed and switched off guards nothing: somebody's wish, but one to be told of,
 * once. */
static int plan_warning(struct plan *out, const struct hooks *h, const char *section)
{
	struct buf key = BUF_INIT;
	bool enabled;
	int status = is_enabled(&enabled, h, section);
	size_t i;

	add_key(&key, section, "enabled");
	if (status == 0)
		status = buf_failed(&key);
	for (i = 0; status == 0 && i < out->count; i++)
		enabled = enabled || strcmp(out->items[i].path, key.ptr) == 0;
	if (status == 0 && !enabled)
		status = plan_add(out, STEP_WARN, key.ptr, "it switches the check off");
	buf_free(&key);
	return status;
}

/* The command goes first: git refuses to run at all with an event that has none. */
static int plan_install(
	struct plan *out, const struct hooks *h, enum hook hook, const char *program, bool force)
{
	struct events events;

	if (plan_command(out, h, hook, program, force) < 0 ||
		get_events(&events, h, hook, LOCAL) < 0)
		return -1;
	if (!events.runs && plan_key(out, STEP_ADD, hook, "event", hook_name(hook)) < 0)
		return -1;
	if (plan_warning(out, h, hook_section(hook)) < 0)
		return -1;
	return plan_warning(out, h, hook_name(hook));
}

int hooks_config_plan_install(
	struct plan *out, const struct hooks *h, const char *program, bool force)
{
	int i, status = 0;

	for (i = 0; i < HOOK_COUNT && status == 0; i++)
		if (h->wanted & 1U << i)
			status = plan_install(out, h, (enum hook)i, program, force);
	return status;
}

/* How many events of the hook's section the plan takes away. */
static size_t leaving(const struct plan *p, enum hook hook)
{
	struct buf key = BUF_INIT;
	size_t i, n = 0;

	add_key(&key, hook_section(hook), "event");
	for (i = 0; i < p->count; i++)
		n += p->items[i].kind == STEP_UNSET && strcmp(p->items[i].path, key.ptr) == 0;
	buf_free(&key);
	return n;
}

/* The events go first, the command with the last of them, or when a run cut short left it alone. */
static int plan_section(
	struct plan *out, enum hook hook, const struct events *events, bool has_command)
{
	if (events->has && plan_key(out, STEP_UNSET, hook, "event", hook_name(hook)) < 0)
		return -1;
	if (!has_command || leaving(out, hook) < events->count)
		return 0;
	return plan_key(out, STEP_CLEAR, hook, "command", NULL);
}

static int plan_uninstall(struct plan *out, const struct hooks *h, enum hook hook, bool force)
{
	struct buf command = BUF_INIT;
	struct events events;
	int status = get_events(&events, h, hook, LOCAL);

	if (status == 0)
		status = get(&command, h, hook_section(hook), "command", "--get", LOCAL);
	if (status == 0 && !force && !hook_command_ours(command.ptr, hook_check(hook)))
		status = plan_key(
			out, STEP_WARN, hook, "command", "it was edited since pycguard wrote it");
	else if (status >= 0)
		status = plan_section(out, hook, &events, status == 0);
	buf_free(&command);
	return status;
}

int hooks_config_plan_uninstall(struct plan *out, const struct hooks *h, unsigned which, bool force)
{
	int i, status = 0;

	for (i = 0; i < HOOK_COUNT && status == 0; i++)
		if (which & 1U << i)
			status = plan_uninstall(out, h, (enum hook)i, force);
	return status;
}

int hooks_config_has(bool *out, struct buf *command, const struct hooks *h, enum hook hook)
{
	bool enabled, all_enabled;
	struct events events;

	*out = false;
	buf_clear(command);
	if (!h->configured)
		return 0;
	if (get_events(&events, h, hook, ANY) < 0 ||
		get(command, h, hook_section(hook), "command", "--get", ANY) < 0 ||
		is_enabled(&enabled, h, hook_section(hook)) < 0 ||
		is_enabled(&all_enabled, h, hook_name(hook)) < 0)
		return -1;
	*out = events.runs && command->len > 0 && enabled && all_enabled;
	return 0;
}
