/* The commands that fix findings, for a person to paste into sh, bash, zsh or fish. */
#include "range/history.h"
#include "report/report.h"

/* Up to so many files a command names; for more, pycguard finds them once more. */
enum { NAMES_MAX = 6 };

#define REMOVE_LISTED " update-index --force-remove -z --stdin"

static void add_word(struct buf *out, const char *before, const char *word)
{
	buf_adds(out, before);
	path_shell(out, word, strlen(word));
}

/* For a program to be where pycguard is, or at the top of the work tree: " -C DIR", or nothing. */
static void add_place(struct buf *out, const struct standing *at, bool top)
{
	const char *slash = top ? strchr(at->prefix, '/') : NULL;

	if (at->dir)
		add_word(out, " -C ", at->dir);
	if (slash)
		buf_adds(out, " -C ..");
	while (slash && (slash = strchr(slash + 1, '/')))
		buf_adds(out, "/..");
}

void command_git(
	struct buf *out, const struct standing *at, const char *words, const struct pathset *paths)
{
	enum { SHORT = 60 };
	bool literal = false;
	size_t i, len = 0;

	for (i = 0; i < paths->count; i++) {
		const char *path = paths->items[i].path;

		literal = literal || *path == ':' || strpbrk(path, "*?[\\");
		len += paths->items[i].len + 1;
	}
	buf_adds(out, literal ? "git --literal-pathspecs" : "git");
	add_place(out, at, true);
	buf_addf(out, " %s --", words);
	for (i = 0; i < paths->count; i++)
		add_word(out, paths->count > 1 && len > SHORT ? " \\\n    " : " ",
			paths->items[i].path);
}

static void add_pycguard(struct buf *out, const struct report *r, bool top)
{
	buf_adds(out, r->program);
	add_place(out, &r->at, top);
	buf_adds(out, r->policy);
}

/* What to do, and the command for it, which is taken. */
static void say_step(struct buf *out, const struct report *r, const char *text, struct buf *command)
{
	buf_adds(out, strncmp(text, "Then ", 5) == 0 ? "" : "\n");
	report_wrapped(out, r, text, 0, NULL);
	buf_addf(out, "  %s\n", command->ptr);
	buf_free(command);
}

/* Whether the commits stay as they are: a new one takes the files out. */
static bool keeps_commits(const struct report *r)
{
	return r->mode == REPORT_HISTORY || r->published || r->squash;
}

/* " -- PATH..." as the user named them. A hook is run at the top. */
static void add_operands(struct buf *out, const struct report *r, int from)
{
	int i;

	for (i = from; i < r->operand_count; i++)
		add_word(out, i > from ? " " : " -- ", r->operands[i]);
}

/* The check itself once more, to print paths. git's lines about a push are gone: its revisions
 * stand for them. */
static void add_again(struct buf *out, const struct report *r)
{
	int i, revisions = r->mode == REPORT_RANGE   ? r->operand_count - r->after_dashes :
			   r->mode == REPORT_HISTORY ? r->operand_count :
						       0;

	add_pycguard(out, r, r->in_hook);
	if (r->mode == REPORT_PUSH) {
		buf_addf(out, " --check-range -z%s%s", r->ends, r->bases);
		return;
	}
	buf_addf(out, " --check-%s%s%s -z", report_mode_name(r->mode), r->strict ? " --strict" : "",
		r->squash ? " --squash" : "");
	for (i = 0; i < revisions; i++)
		add_word(out, " ", r->operands[i]);
	add_operands(out, r, revisions);
}

static void add_untrack(struct buf *out, const struct report *r, const struct pathset *paths)
{
	bool named = !report_of_commits(r) && r->operand_count;
	bool too_long = named && r->operand_count > NAMES_MAX;

	if (paths->count <= NAMES_MAX) {
		command_git(out, &r->at,
			report_of_commits(r) ? "rm --cached -f --ignore-unmatch" : "rm --cached -f",
			paths);
	} else if (r->mode == REPORT_TRACKED || too_long ||
		   (r->mode == REPORT_STAGED && !named && !r->strict)) {
		add_pycguard(out, r, named && r->in_hook);
		buf_adds(out, " --untrack");
		if (r->mode == REPORT_STAGED && !named)
			buf_adds(out, " --staged");
		if (!too_long)
			add_operands(out, r, 0);
	} else {
		add_again(out, r);
		buf_adds(out, " | git");
		add_place(out, &r->at, true);
		buf_adds(out, REMOVE_LISTED);
	}
}

void report_fix(struct buf *out, const struct report *r, const struct finding *f)
{
	struct pathset_item item = {f->path, f->path_len};
	const struct pathset one = {&item, 1};
	struct buf path = BUF_INIT;

	if (f->on_disk) { /* it is named from where pycguard is */
		if (r->at.dir && f->path[0] != '/')
			buf_addf(&path, "%s/", r->at.dir);
		buf_add(&path, f->path, f->path_len);
		add_word(out, "rm -f -- ", path.ptr);
		buf_free(&path);
	} else if (f->commit && !keeps_commits(r)) {
		buf_adds(out, r->rewrite);
	} else if (f->commit && f->removed) {
		add_word(out, "git filter-repo --invert-paths --path ", f->path);
	} else {
		add_untrack(out, r, &one);
	}
}

static bool stays_on_disk(const struct finding *f)
{
	return !f->on_disk && (f->rule == RULE_GHOST_MODULE || f->rule == RULE_UNCHECKED_CACHE);
}

void report_sentence(struct buf *out, const struct report *r, const struct finding *f)
{
	report_message(out, f);
	if (f->commit)
		buf_addf(out, " (commit %s)", f->commit);
	buf_adds(out, ". To fix it: ");
	report_fix(out, r, f);
	if (stays_on_disk(f) && !r->filters && !(keeps_commits(r) && f->removed))
		buf_adds(out, " ; then delete it from disk: pycguard --clean");
}

/* What is rejected, for a command to name. */
struct rejected {
	struct pathset_item items[NAMES_MAX + 1];
	struct pathset paths; /* each once; more than NAMES_MAX when there are more */
	size_t count;
	bool runs;     /* Python would still run one that is left on disk */
	bool removed;  /* a later commit removes one again */
	bool repeated; /* several commits change one */
	bool one_commit;
};

static void gather(struct rejected *out, const struct report *r)
{
	const struct finding_list *list = r->findings;
	size_t i, j;

	*out = (struct rejected){.one_commit = true};
	out->paths.items = out->items;
	for (i = 0; i < list->count; i++) {
		const struct finding *f = &list->items[i];

		if (!report_rejects(r, f))
			continue;
		out->count++;
		out->removed = out->removed || f->removed;
		out->repeated = out->repeated || f->repeated;
		out->one_commit =
			out->one_commit && f->commit && !strcmp(f->commit, list->items[0].commit);
		if (keeps_commits(r) && f->removed)
			continue;
		out->runs = out->runs || stays_on_disk(f);
		for (j = 0; j < out->paths.count && strcmp(out->items[j].path, f->path) != 0; j++)
			;
		if (j == out->paths.count && j <= NAMES_MAX)
			out->items[out->paths.count++] =
				(struct pathset_item){f->path, f->path_len};
	}
}

/*
 * By names, or those that each commit is to blame for. A rebase would stop at a file that several
 * commits change, because without it the next change is a conflict; and it rewrites one branch.
 */
void report_rewrite(struct buf *out, struct report *r)
{
	const char *branches = r->branches ? r->branches : "";
	const struct finding *first = r->findings->items;
	struct buf step = BUF_INIT;
	struct rejected all;
	size_t i;

	gather(&all, r);
	r->filters = all.repeated || r->several;
	if (all.paths.count <= NAMES_MAX && (all.one_commit || r->filters)) {
		buf_adds(&step, "git update-index --force-remove --");
		for (i = 0; i < all.paths.count; i++)
			add_word(&step, " ", all.items[i].path);
	} else {
		buf_addf(&step, "%s%s --check-range -z%s%s | git" REMOVE_LISTED, r->program,
			r->policy, r->filters ? r->ends : " HEAD^!", r->filters ? r->bases : "");
	}
	if (!r->filters)
		buf_adds(&step, "; git diff --cached --quiet || "
				"git commit -q --amend --allow-empty --no-edit --no-verify");
	buf_adds(out, r->filters ? "env FILTER_BRANCH_SQUELCH_WARNING=1 git" : "git");
	add_place(out, &r->at, true);
	add_word(
		out, r->filters ? " filter-branch -f --index-filter " : " rebase -r -x ", step.ptr);
	if (r->filters) {
		buf_addf(out, " --%s%s && git", *branches ? branches : " HEAD", r->bases);
		/* Its copies of the old refs, all of this run, would keep the old commits. */
		add_place(out, &r->at, false);
		buf_adds(out, " for-each-ref '--format=delete %(refname)' refs/original | git");
		add_place(out, &r->at, false);
		buf_adds(out, " update-ref --stdin");
	} else if (first->is_root) {
		buf_addf(out, " --root%s", branches);
	} else {
		buf_addf(out, " '%.10s^'%s", first->commit, branches);
	}
	buf_free(&step);
}

static void say_rewrite(struct buf *out, const struct report *r, const struct rejected *all)
{
	struct buf command = BUF_INIT;

	if (all->removed && !r->filters) {
		add_pycguard(&command, r, true);
		buf_adds(&command, " --clean --all");
		say_step(out, r,
			"Delete untracked bytecode, which would stop the rebase:", &command);
	}
	buf_adds(&command, r->rewrite);
	say_step(out, r,
		!r->filters ?
			"Remove them from the commits (the files stay on disk). First commit or "
			"stash your changes:" :
		r->several ?
			"Remove them from the commits of all these branches, and from disk. First "
			"commit or stash your changes:" :
			"Remove them from the commits, and from disk. Several commits change the "
			"same file, which a rebase would stop at, so git filter-branch does it. "
			"First commit or stash your changes:",
		&command);
	buf_adds(out, !r->filters ? "To give up in the middle: git rebase --abort\n" :
		      r->several  ? "To undo that, on each branch: git reset --hard '@{1}'\n" :
				    "To undo that: git reset --hard '@{1}'\n");
}

static void say_untrack(struct buf *out, const struct report *r, const struct rejected *all)
{
	bool other = !report_of_commits(r) && r->operand_count > NAMES_MAX &&
		     all->paths.count > NAMES_MAX;
	struct buf command = BUF_INIT;

	if (r->published && !r->squash) {
		buf_addf(&command,
			"A remote has these commits already: rewriting them would disturb everybody who "
			"has them. Remove the files in a new commit instead; %s. pycguard --check-history "
			"tells what it takes to remove them from the history.",
			r->mode == REPORT_PUSH ?
				"git push --no-verify then pushes the old commits as they are" :
				"with --squash, the check then passes");
		buf_addc(out, '\n');
		report_wrapped(out, r, command.ptr, 0, NULL);
		buf_clear(&command);
	}
	add_untrack(&command, r, &all->paths);
	if (all->paths.count)
		say_step(out, r,
			all->paths.count == 1 ? "Stop tracking it (the file stays on disk):" :
			other ? "Stop tracking all bytecode (the files stay on disk):" :
				"Stop tracking them (the files stay on disk):",
			&command);
	buf_free(&command);
}

/* What a line of .pycguard or of .gitignore has to do with it. */
static void say_files(struct buf *out, const struct report *r, const struct rejected *all)
{
	char name[] = ".pycguard";
	struct pathset_item item = {name, strlen(name)};
	const struct pathset file = {&item, 1};

	if (r->not_ignored) {
		buf_adds(out, "Then have git ignore bytecode: ");
		add_pycguard(out, r, true);
		buf_adds(out, " --add-ignores\n");
	}
	if (r->unstaged) {
		buf_adds(out, ".pycguard allows ");
		if (r->unstaged < all->count)
			buf_addf(out, "%zu of ", r->unstaged);
		buf_addf(out, "%s, but is not staged: ", all->count == 1 ? "this" : "these");
		command_git(out, &r->at, "add", &file);
		buf_addc(out, '\n');
	}
}

void report_fix_all(struct buf *out, const struct report *r)
{
	bool rewrites = report_of_commits(r) && !keeps_commits(r);
	struct buf command = BUF_INIT;
	struct rejected all;

	gather(&all, r);
	if (r->mode == REPORT_WORKTREE) {
		add_pycguard(&command, r, false);
		buf_adds(&command, r->strict ? " --clean --all" : " --clean");
		add_operands(&command, r, 0);
		say_step(out, r,
			all.count == 1 ?
				"Delete it from disk (files that git tracks stay; --untrack "
				"them first):" :
				"Delete them from disk (files that git tracks stay; --untrack "
				"them first):",
			&command);
		return;
	}
	if (rewrites)
		say_rewrite(out, r, &all);
	else
		say_untrack(out, r, &all);
	if (all.runs && !r->filters) {
		add_pycguard(&command, r, true);
		buf_adds(&command, " --clean");
		say_step(out, r, "Then delete from disk what Python would still run:", &command);
	}
	say_files(out, r, &all);
	if (r->in_hook && r->mode == REPORT_STAGED)
		buf_adds(out, "Then repeat your commit.\n");
	else if (r->mode > REPORT_HISTORY && rewrites)
		buf_adds(out, "Then push again.\n");
}

void report_fix_history(struct buf *out, const struct report *r)
{
	const struct history *h = r->history;
	size_t i;

	buf_addf(out, "\nTo remove %s from the history:\n  ", h->count == 1 ? "it" : "all of them");
	if (h->count > NAMES_MAX) { /* a line of the file is taken as it is only if it says so */
		add_again(out, r);
		buf_adds(out, " | tr '\\0' '\\n' | sed 's/^/literal:/' >paths.txt\n"
			      "  git filter-repo --invert-paths --paths-from-file paths.txt\n");
	} else {
		buf_adds(out, "git filter-repo --invert-paths");
		for (i = 0; i < h->count; i++)
			add_word(out, " \\\n    --path ", h->items[i].path);
		buf_addc(out, '\n');
	}
	report_wrapped(out, r,
		"That gives every commit since the first of them another id, in all branches and "
		"tags: signatures are lost, open merge requests break, and everybody who has a "
		"clone must clone again, because one push of an old branch adds all of it again. "
		"Do it in a fresh clone, and agree on a day first. Bytecode that is gone harms no "
		"checkout; its size alone is seldom worth it.",
		0, NULL);
}
