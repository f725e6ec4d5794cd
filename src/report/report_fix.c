#include <string.h>

#include "base/path.h"
#include "report/report_people.h"

/* Up to so many files a command names; for more, pycguard finds them once more. */
enum { NAMES_MAX = 6 };

static const struct standing at_top = {.prefix = ""};

static void add_pycguard(struct buf *out, const struct report *r, const struct standing *at)
{
	buf_adds(out, r->program);
	command_top(out, at);
	buf_adds(out, r->policy);
}

/* Whether the commits stay as they are. */
static bool rewrites_nothing(const struct report *r)
{
	return r->mode == REPORT_HISTORY || r->published;
}

/* What a rebase has the shell do after each commit, at the top of the work tree: take files out of
 * it, if it has any of them. By names, or those that the commit itself is to blame for. */
static void add_step(struct buf *out, const struct report *r, const struct pathset *paths)
{
	size_t i;

	if (!paths) {
		add_pycguard(out, r, &at_top);
		buf_adds(out,
			" --check-range HEAD^! -z | git update-index --force-remove -z --stdin");
	} else {
		buf_adds(out, "git update-index --force-remove --");
	}
	for (i = 0; paths && i < paths->count; i++) {
		buf_addc(out, ' ');
		path_shell(out, paths->items[i].path, paths->items[i].len);
	}
	buf_adds(out, "; git diff --cached --quiet || "
		      "git commit -q --amend --allow-empty --no-edit --no-verify");
}

static void add_rebase(struct buf *out, const struct report *r, const struct finding *first,
	const struct pathset *paths)
{
	struct buf step = BUF_INIT;

	add_step(&step, r, paths);
	buf_adds(out, "git");
	command_top(out, &r->at);
	buf_adds(out, " rebase -r -x ");
	path_shell(out, step.ptr, step.len);
	out->failed = out->failed || step.failed;
	buf_free(&step);
	if (first->is_root)
		buf_adds(out, " --root");
	else
		buf_addf(out, " '%.10s^'", first->commit);
}

/* A file on disk is named from where pycguard is. */
static void add_rm(struct buf *out, const struct report *r, const struct finding *f)
{
	struct buf path = BUF_INIT;

	if (r->at.dir && f->path[0] != '/')
		buf_addf(&path, "%s/", r->at.dir);
	buf_add(&path, f->path, f->path_len);
	buf_adds(out, "rm -f -- ");
	path_shell(out, path.ptr, path.len);
	out->failed = out->failed || path.failed;
	buf_free(&path);
}

void report_fix(struct buf *out, const struct report *r, const struct finding *f)
{
	struct pathset_item item = {f->path, f->path_len};
	const struct pathset one = {&item, 1};

	if (f->on_disk) {
		add_rm(out, r, f);
	} else if (f->commit && !rewrites_nothing(r)) {
		add_rebase(out, r, f, &one);
	} else if (f->commit && f->removed) {
		buf_adds(out, "git filter-repo --invert-paths --path ");
		path_shell(out, f->path, f->path_len);
	} else {
		command_git(out, &r->at, "rm --cached -f", &one);
	}
}

/* The paths that are rejected, each once; more than NAMES_MAX when there are more. */
static size_t take_paths(struct pathset_item *out, const struct report *r)
{
	size_t count = 0, i, j;

	for (i = 0; i < r->findings->count && count <= NAMES_MAX; i++) {
		const struct finding *f = &r->findings->items[i];

		if (!report_rejects(r, f) || (rewrites_nothing(r) && f->removed))
			continue;
		for (j = 0; j < count && strcmp(out[j].path, f->path) != 0; j++)
			;
		if (j == count)
			out[count++] = (struct pathset_item){f->path, f->path_len};
	}
	return count;
}

static void say_command(struct buf *out, struct buf *command)
{
	buf_addf(out, "  %s\n", command->ptr);
	out->failed = out->failed || command->failed;
	buf_free(command);
}

static void add_operands(struct buf *out, const struct report *r)
{
	int i;

	for (i = 0; i < r->operand_count; i++) {
		buf_adds(out, i ? " " : " -- ");
		path_shell(out, r->operands[i], strlen(r->operands[i]));
	}
}

/* False when there is nothing to stop. */
static bool say_untrack(struct buf *out, const struct report *r)
{
	struct pathset_item items[NAMES_MAX + 1];
	struct pathset paths = {items, take_paths(items, r)};
	struct buf command = BUF_INIT;

	if (paths.count == 0)
		return false;
	buf_addf(out, "\nStop tracking %s on disk):\n",
		paths.count == 1 ? "it (the file stays" : "them (the files stay");
	if (paths.count <= NAMES_MAX) {
		command_git(&command, &r->at, "rm --cached -f", &paths);
	} else {
		buf_adds(&command, r->program);
		command_here(&command, &r->at);
		buf_addf(&command, "%s --untrack", r->policy);
		if (r->mode == REPORT_STAGED && !r->strict && !r->operand_count)
			buf_adds(&command, " --staged");
		if (!report_of_commits(r))
			add_operands(&command, r);
	}
	say_command(out, &command);
	return true;
}

static bool has_rule(const struct report *r, enum rule rule)
{
	size_t i;

	for (i = 0; i < r->findings->count; i++)
		if (r->findings->items[i].rule == rule && report_rejects(r, &r->findings->items[i]))
			return true;
	return false;
}

/* What is not in git any more may still be where Python finds it. */
static void say_clean(struct buf *out, const struct report *r)
{
	struct buf command = BUF_INIT;

	if (!has_rule(r, RULE_GHOST_MODULE) && !has_rule(r, RULE_UNCHECKED_CACHE))
		return;
	buf_adds(out, "Then delete from disk what Python would still run:\n");
	add_pycguard(&command, r, &r->at);
	buf_adds(&command, " --clean");
	say_command(out, &command);
}

static void say_delete(struct buf *out, const struct report *r, size_t rejected)
{
	struct buf command = BUF_INIT;

	buf_addf(out, "\nDelete %s from disk (files that git tracks stay; --untrack them first):\n",
		rejected == 1 ? "it" : "them");
	buf_adds(&command, r->program);
	command_here(&command, &r->at);
	buf_addf(&command, "%s --clean%s", r->policy, r->strict ? " --all" : "");
	add_operands(&command, r);
	say_command(out, &command);
}

static bool of_one_commit(const struct finding_list *list)
{
	return strcmp(list->items[0].commit, list->items[list->count - 1].commit) == 0;
}

/* Findings come parents first, so all that is found is after the parent of the first commit. */
static void say_rebase(struct buf *out, const struct report *r)
{
	struct pathset_item items[NAMES_MAX + 1];
	struct pathset paths = {items, take_paths(items, r)};
	bool by_name = paths.count <= NAMES_MAX && of_one_commit(r->findings);
	struct buf command = BUF_INIT;

	buf_addc(out, '\n');
	report_wrapped(out, r,
		"To remove them from the commits, first commit or stash your changes, and delete "
		"untracked bytecode (pycguard --clean --all), which would be in the way. Then (the "
		"files stay on disk):",
		0, NULL);
	add_rebase(&command, r, &r->findings->items[0], by_name ? &paths : NULL);
	say_command(out, &command);
	buf_adds(out, "To give up in the middle: git rebase --abort\n");
}

void report_fix_all(struct buf *out, const struct report *r)
{
	if (r->mode == REPORT_WORKTREE) {
		say_delete(out, r, report_rejected(r));
		return;
	}
	if (report_of_commits(r) && !rewrites_nothing(r)) {
		say_rebase(out, r);
		if (r->mode != REPORT_RANGE)
			buf_adds(out, "Then push again.\n");
		return;
	}
	if (r->published) {
		buf_addc(out, '\n');
		report_wrapped(out, r,
			"A remote has these commits already: rewriting them would disturb everybody who "
			"has them. Remove the files in a new commit instead; what erasing them from the "
			"history takes, pycguard --check-history tells.",
			0, NULL);
	}
	if (say_untrack(out, r))
		say_clean(out, r);
	if (r->in_hook && r->mode == REPORT_STAGED)
		buf_adds(out, "Then repeat your commit.\n");
}
