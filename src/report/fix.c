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

/* A program and, for it to be where pycguard is, or at the top of the work tree, " -C DIR". */
static void add_program(struct buf *out, const char *program, const struct report *r, bool top)
{
	const char *slash = top ? strchr(r->prefix, '/') : NULL;

	buf_adds(out, program);
	if (r->dir)
		add_word(out, " -C ", r->dir);
	if (slash)
		buf_adds(out, " -C ..");
	while (slash && (slash = strchr(slash + 1, '/')))
		buf_adds(out, "/..");
}

void command_git(struct buf *out, const struct report *r, const char *words,
	const struct pathset_item *paths, size_t count)
{
	enum { SHORT = 60 };
	bool literal = false;
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		literal = literal || *paths[i].path == ':' || strpbrk(paths[i].path, "*?[\\");
		len += paths[i].len + 1;
	}
	add_program(out, literal ? "git --literal-pathspecs" : "git", r, true);
	buf_addf(out, " %s --", words);
	for (size_t i = 0; i < count; i++)
		add_word(out, count > 1 && len > SHORT ? " \\\n    " : " ", paths[i].path);
}

void command_pycguard(struct buf *out, const struct report *r, bool top, const char *words)
{
	add_program(out, r->program, r, top);
	buf_addf(out, "%s %s", r->policy, words);
}

void command_commit(struct buf *out, const struct report *r)
{
	add_program(out, "git", r, false);
	buf_adds(out, " commit -m 'Stop tracking Python bytecode'\n");
}

/* What to do; the command for it comes after it. */
static void say_step(struct buf *out, const struct report *r, const char *text)
{
	buf_adds(out, strncmp(text, "Then ", 5) == 0 ? "" : "\n");
	report_wrapped(out, r, text, 0, NULL);
	buf_adds(out, "  ");
}

/* Whether the commits stay as they are: a new one takes the files out. */
static bool keeps_commits(const struct report *r)
{
	return r->mode == REPORT_HISTORY || r->published || r->squash;
}

/* " -- PATH..." as the user named them. A hook is run at the top. */
static void add_operands(struct buf *out, const struct report *r, int from)
{
	for (int i = from; i < r->operand_count; i++)
		add_word(out, i > from ? " " : " -- ", r->operands[i]);
}

/* The check itself once more, to print paths. git's lines about a push are gone: its revisions
 * stand for them. */
static void add_again(struct buf *out, const struct report *r)
{
	int revisions = r->mode == REPORT_RANGE   ? r->operand_count - r->after_dashes :
			r->mode == REPORT_HISTORY ? r->operand_count :
						    0;

	command_pycguard(out, r, r->in_hook, "--check-");
	if (r->mode == REPORT_PUSH) {
		buf_addf(out, "range -z%s%s", r->ends, r->bases);
		return;
	}
	buf_addf(out, "%s%s%s -z", report_mode_names[r->mode], r->strict ? " --strict" : "",
		r->squash ? " --squash" : "");
	for (int i = 0; i < revisions; i++)
		add_word(out, " ", r->operands[i]);
	add_operands(out, r, revisions);
}

static void add_untrack(
	struct buf *out, const struct report *r, const struct pathset_item *paths, size_t count)
{
	bool named = !report_of_commits(r) && r->operand_count;
	bool too_long = named && r->operand_count > NAMES_MAX;

	if (count <= NAMES_MAX) {
		command_git(out, r,
			r->sparse            ? "update-index --force-remove" :
			report_of_commits(r) ? "rm --cached -f --ignore-unmatch" :
					       "rm --cached -f",
			paths, count);
	} else if (r->mode == REPORT_TRACKED || too_long ||
		   (r->mode == REPORT_STAGED && !named && !r->strict)) {
		command_pycguard(out, r, named && r->in_hook,
			r->mode == REPORT_STAGED && !named ? "--untrack --staged" : "--untrack");
		if (!too_long)
			add_operands(out, r, 0);
	} else {
		add_again(out, r);
		add_program(out, " | git", r, true);
		buf_adds(out, REMOVE_LISTED);
	}
}

void report_fix(struct buf *out, const struct report *r, const struct finding *f)
{
	const struct pathset_item item = {f->path, f->path_len};
	struct buf path = BUF_INIT;

	if (f->on_disk) { /* it is named from where pycguard is */
		if (r->dir && f->path[0] != '/')
			buf_addf(&path, "%s/", r->dir);
		buf_adds(&path, f->path);
		add_word(out, "rm -f -- ", path.ptr);
		buf_free(&path);
	} else if (f->commit && !keeps_commits(r)) {
		buf_adds(out, r->rewrite);
	} else if (f->commit && f->removed) {
		add_word(out, "git filter-repo --invert-paths --path ", f->path);
	} else {
		add_untrack(out, r, &item, 1);
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
	struct pathset_item paths[NAMES_MAX + 1]; /* each once; more than NAMES_MAX if there are */
	size_t path_count, count, linked;
	bool runs;     /* Python would still run one that is left on disk */
	bool removed;  /* a later commit removes one again */
	bool repeated; /* several commits change one */
	bool one_commit;
};

static void gather(struct rejected *out, const struct report *r)
{
	const struct finding_list *list = r->findings;
	size_t j;

	*out = (struct rejected){.one_commit = true};
	for (size_t i = 0; i < list->count; i++) {
		const struct finding *f = &list->items[i];

		if (!report_rejects(r, f))
			continue;
		out->count++;
		out->linked += f->linked;
		out->removed = out->removed || f->removed;
		out->repeated = out->repeated || f->repeated;
		out->one_commit =
			out->one_commit && f->commit && !strcmp(f->commit, list->items[0].commit);
		if (keeps_commits(r) && f->removed)
			continue;
		out->runs = out->runs || stays_on_disk(f);
		for (j = 0; j < out->path_count && strcmp(out->paths[j].path, f->path) != 0; j++)
			;
		if (j == out->path_count && j <= NAMES_MAX)
			out->paths[out->path_count++] = (struct pathset_item){f->path, f->path_len};
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

	gather(&all, r);
	r->filters = all.repeated || r->several;
	if (all.path_count <= NAMES_MAX && (all.one_commit || r->filters)) {
		buf_adds(&step, "git update-index --force-remove --");
		for (size_t i = 0; i < all.path_count; i++)
			add_word(&step, " ", all.paths[i].path);
	} else {
		buf_addf(&step, "%s%s --check-range -z%s%s | git" REMOVE_LISTED, r->program,
			r->policy, r->filters ? r->ends : " HEAD^!", r->filters ? r->bases : "");
	}
	if (r->filters) {
		add_program(out, "env FILTER_BRANCH_SQUELCH_WARNING=1 git", r, true);
		add_word(out, " filter-branch -f --index-filter ", step.ptr);
		buf_addf(out, " --%s%s", *branches ? branches : " HEAD", r->bases);
		/* Its copies of the old refs, all of this run, would keep the old commits. */
		add_program(out, " && git", r, false);
		buf_adds(out, " for-each-ref '--format=delete %(refname)' refs/original");
		add_program(out, " | git", r, false);
		buf_adds(out, " update-ref --stdin");
	} else {
		buf_adds(&step, "; git diff --cached --quiet || "
				"git commit -q --amend --allow-empty --no-edit --no-verify");
		add_program(out, "git", r, true);
		add_word(out, " rebase -r -x ", step.ptr);
		if (first->is_root)
			buf_addf(out, " --root%s", branches);
		else
			buf_addf(out, " '%.10s^'%s", first->commit, branches);
	}
	buf_free(&step);
}

static void say_rewrite(struct buf *out, const struct report *r, const struct rejected *all)
{
	if (all->removed && !r->filters) {
		say_step(out, r, "Delete untracked bytecode, which would stop the rebase:");
		command_pycguard(out, r, true, "--clean --all\n");
	}
	say_step(out, r,
		!r->filters ?
			"Remove what was found from the commits (it stays on disk). First commit or "
			"stash your changes:" :
		r->several ?
			"Remove what was found from the commits of all these branches, and from "
			"disk. First commit or stash your changes:" :
			"Remove what was found from the commits, and from disk. Several commits "
			"change the same file, which a rebase would stop at, so git filter-branch "
			"does it. First commit or stash your changes:");
	buf_addf(out, "%s\n%s", r->rewrite,
		!r->filters ? "To give up in the middle:\tgit rebase --abort\n" :
		r->several  ? "To undo that, on each branch:\tgit reset --hard '@{1}'\n" :
			      "To undo that:\tgit reset --hard '@{1}'\n");
}

/* What removes all of a history's files from it, and what that costs. */
static void say_history(struct buf *out, const struct report *r)
{
	const struct history *h = r->history;

	buf_addf(out, "\nTo remove %s from the history:\n  ", h->count == 1 ? "it" : "all of them");
	if (h->count > NAMES_MAX) { /* a line of the file is taken as it is only if it says so */
		add_again(out, r);
		buf_adds(out, " | tr '\\0' '\\n' | sed 's/^/literal:/' >paths.txt\n"
			      "  git filter-repo --invert-paths --paths-from-file paths.txt\n");
	} else {
		buf_adds(out, "git filter-repo --invert-paths");
		for (size_t i = 0; i < h->count; i++)
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

static void say_worktree(struct buf *out, const struct report *r, const struct rejected *all)
{
	const struct finding *f = r->findings->items;

	if (all->linked < all->count) {
		say_step(out, r,
			all->count == 1 ?
				"Delete it from disk (tracked files stay; untrack those first):" :
				"Delete them from disk (tracked files stay; untrack those first):");
		command_pycguard(out, r, false, r->strict ? "--clean --all" : "--clean");
		add_operands(out, r, 0);
		buf_addc(out, '\n');
	}
	if (all->linked)
		buf_addf(out,
			"\nDelete by hand what is behind a symbolic link, which --clean keeps%s",
			all->linked > NAMES_MAX ? ".\n" : ":\n");
	for (; all->linked <= NAMES_MAX && f < r->findings->items + r->findings->count; f++)
		if (f->linked && report_rejects(r, f)) {
			buf_adds(out, "  ");
			report_fix(out, r, f);
			buf_addc(out, '\n');
		}
}

#define PUBLISHED(instead)                                                                          \
	"A remote has these commits already: rewriting them would disturb everybody who has them. " \
	"Remove the files in a new commit instead; " instead ". pycguard --check-history tells "    \
	"what it takes to remove them from the history."

void report_fix_all(struct buf *out, const struct report *r)
{
	const struct pathset_item policy = {(char[]){".pycguard"}, strlen(".pycguard")};
	bool commits = report_of_commits(r), rewrites = commits && !keeps_commits(r);
	struct rejected all;

	gather(&all, r);
	if (r->mode == REPORT_WORKTREE) {
		say_worktree(out, r, &all);
		return;
	}
	if (rewrites)
		say_rewrite(out, r, &all);
	if (r->published && !r->squash) {
		buf_addc(out, '\n');
		report_wrapped(out, r,
			r->mode == REPORT_PUSH ?
				PUBLISHED(
					"git push --no-verify then pushes the old commits as they are") :
				PUBLISHED("with --squash, the check then passes"),
			0, NULL);
	}
	if (!rewrites && all.path_count) {
		say_step(out, r,
			all.path_count == 1 ?
				"Stop tracking it (the file stays on disk):" :
			!commits && r->operand_count > NAMES_MAX && all.path_count > NAMES_MAX ?
				"Stop tracking all bytecode (the files stay on disk):" :
				"Stop tracking them (the files stay on disk):");
		add_untrack(out, r, all.paths, all.path_count);
		buf_addc(out, '\n');
	}
	if (all.runs && !r->filters) {
		say_step(out, r, "Then delete from disk what Python would still run:");
		command_pycguard(out, r, true, "--clean\n");
	}
	if (r->not_ignored) {
		buf_adds(out, "Then have git ignore bytecode:\t");
		command_pycguard(out, r, true, "--add-ignores\n");
	}
	if (r->unstaged) {
		buf_adds(out, ".pycguard allows ");
		if (r->unstaged < all.count)
			buf_addf(out, "%zu of ", r->unstaged);
		buf_addf(out, "%s, but is not staged:\t", all.count == 1 ? "this" : "these");
		command_git(out, r, "add", &policy, 1);
		buf_addc(out, '\n');
	}
	if (r->in_hook && r->mode == REPORT_STAGED)
		buf_adds(out, "Then repeat your commit.\n");
	else if (r->mode > REPORT_HISTORY && rewrites)
		buf_adds(out, "Then push again.\n");
	else if (r->mode != REPORT_STAGED && !rewrites && all.path_count) {
		buf_adds(out, "Then commit that:\t");
		command_commit(out, r);
	}
	if (r->mode == REPORT_HISTORY)
		say_history(out, r);
	else
		buf_addf(out, "To allow a file on purpose:\t%s --allow PATH\n", r->program);
}
