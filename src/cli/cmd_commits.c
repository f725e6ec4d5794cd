#include "cli/cli.h"
#include "range/history.h"
#include "range/pushed.h"

/* What a check of commits needs besides. */
struct commits {
	struct job *job;
	struct walk walk;
	struct scan scan;
	struct scan_events events;
	struct history history;
	struct buf ends, bases, branches; /* the report's */
};

/* The ids that the remote has now hide what it has, as does what we last saw there. */
static int show_lines(struct walk *walk, enum refline_kind kind)
{
	struct buf input = BUF_INIT;
	struct refline line;
	int status = 0;

	if (isatty(STDIN_FILENO))
		fputs("pycguard: waiting for the refs that git writes to this hook, one per line "
		      "(end with Ctrl-D)\n",
			stderr);
	if (io_read_all(&input, STDIN_FILENO, SIZE_MAX) < 0)
		status = error_os(errno, "cannot read standard input");
	else if (strlen(input.ptr) != input.len)
		status = error_set("cannot read standard input: it has NUL bytes");
	char *text = input.ptr;
	while (status == 0 && (status = refline_next(&line, &text, kind)) == 1) {
		status = walk_name(walk, line.to, false);
		if (status == 0 && kind == REFLINE_PUSH)
			status = walk_name(walk, line.from, true);
	}
	buf_free(&input);
	return status;
}

/* Name to the walk what is to be looked at. */
static int show(struct job *job, struct walk *walk)
{
	bool range = job->report.mode == REPORT_RANGE, zero_base = false;
	int i, status, count = job->in->operand_count - (range ? job->in->after_dashes : 0);
	char **operands = job->in->operands;

	if (job->report.mode == REPORT_PUSH) {
		status = show_lines(walk, REFLINE_PUSH);
		return status == 0 && count ? pushed_hide(walk, operands[0]) : status;
	}
	if (job->report.mode == REPORT_RECEIVE) { /* the update hook gives REF OLD NEW */
		if (count != 0 && count != 3)
			return error_set("--pre-receive takes REF OLD NEW, or reads them from "
					 "standard input");
		walk->hides_refs = true;
		walk->name_space = job->env->git_namespace;
		return count ? walk_name(walk, operands[2], false) :
			       show_lines(walk, REFLINE_RECEIVE);
	}
	if (count == 0)
		return range ? error_set("--check-range needs a revision before '--'") :
			       walk_show_refs(walk);
	for (i = 0; i < count; i++)
		if (walk_revision(walk, operands[i], &zero_base) < 0)
			return -1;
	if (range && !walk->shown_count)
		return error_set("the range has no end: it names only what to leave out");
	if (range && zero_base && !job->in->quiet)
		fputs("pycguard: the range begins at no commit (all zeros): checking every commit "
		      "that its end reaches\n",
			stderr);
	return 0;
}

/* What a person, or the pre-commit framework, names is judged whether or not the range changes
 * it. */
static int judge_named(struct job *job, const struct scan *scan)
{
	struct buf path = BUF_INIT;
	int i = job->in->operand_count - job->in->after_dashes, status = 0;
	size_t k;

	for (; i < job->in->operand_count && status == 0; i++) {
		buf_clear(&path);
		if (job->repository->top)
			status = repository_relative(&path, job->repository, job->in->operands[i]);
		else
			buf_adds(&path, job->in->operands[i]);
		for (k = 0; k < job->findings.count; k++)
			if (strcmp(job->findings.items[k].path, path.ptr) == 0)
				break;
		if (status == 0 && k == job->findings.count)
			status = commits_judge_path(&job->findings, scan, path.ptr);
	}
	buf_free(&path);
	return status ? -1 : 0;
}

static void add_branch(struct buf *out, const char *ref)
{
	ref += strlen("refs/heads/");
	buf_addc(out, ' ');
	path_shell(out, ref, strlen(ref));
}

/* Finds the ref in a line of find_branches' format, longer than `refs/heads/`. 0; -1 recorded. */
static int find_ref(char **out, char *line, const struct repository *r)
{
	size_t digits = 2 * r->oid_size;
	struct oid id;

	if (!oid_parse(&id, line + 1, r->oid_size) || line[1 + digits] != ' ' ||
		strncmp(line + 2 + digits, "refs/", strlen("refs/")) != 0 ||
		strlen(line + 2 + digits) <= strlen("refs/heads/"))
		return error_set("git for-each-ref says '%s'", line);
	*out = line + 2 + digits;
	return 0;
}

/* Which branches have what is found: one of a remote's; one that is not checked out; or, of several
 * ends, each that a branch has. */
static int find_branches(struct commits *c)
{
	static const char format[] = "--format=%(HEAD)%(objectname) %(refname)";
	struct report *r = &c->job->report;
	const char *const having[] = {"for-each-ref", format, "--contains",
		r->findings->items[0].commit, "refs/heads", "refs/remotes", NULL};
	const char *const every[] = {"for-each-ref", format, "refs/heads", NULL};
	struct buf refs = BUF_INIT, *branches = &c->branches;
	char *line, *rest, *name, *other = NULL;
	bool current = false;
	size_t count = 0;
	int status = repository_git(&refs, c->job->repository, every, NULL);

	line = status == 0 ? strtok_r(refs.ptr, "\n", &rest) : NULL;
	for (; line; line = strtok_r(NULL, "\n", &rest)) {
		status = find_ref(&name, line, c->job->repository);
		if (status < 0)
			break;
		line[1 + 10] = '\0';
		if (!strstr(c->ends.ptr, line + 1))
			continue;
		count++;
		add_branch(branches, name);
	}
	r->several = count > 1 && strchr(c->ends.ptr + 1, ' ');
	buf_clear(&refs);
	if (status == 0)
		status = repository_git(&refs, c->job->repository, having, NULL);
	line = status == 0 ? strtok_r(refs.ptr, "\n", &rest) : NULL;
	for (; line; line = strtok_r(NULL, "\n", &rest)) {
		status = find_ref(&name, line, c->job->repository);
		if (status < 0)
			break;
		current = current || *line == '*';
		if (strncmp(name, "refs/remotes/", strlen("refs/remotes/")) == 0)
			r->published = true;
		else if (!other)
			other = name;
	}
	if (!r->several)
		buf_clear(branches);
	if (!r->several && other && !current)
		add_branch(branches, other);
	r->branches = branches->ptr;
	buf_free(&refs);
	return status < 0 ? -1 : 0;
}

static int look(struct commits *c)
{
	struct job *job = c->job;
	bool in_history = job->report.mode == REPORT_HISTORY;
	struct snapshot *head = NULL;
	struct scan *s = &c->scan;
	int status = job_open(job) == 0 ? 0 : -1;

	/* The history is judged by one policy: that of HEAD, of which it is the history. */
	if (status == 0 && in_history && !job->files.policy)
		status = repository_revision(&head, job->repository, "HEAD");
	if (status >= 0 && (in_history || job->files.policy)) {
		job->policy = policy_load(&job->files, head, NULL, job->caseless);
		status = job->policy ? 0 : -1;
	}
	snapshot_free(head);
	if (status < 0)
		return -1;
	s->repository = c->walk.repository = job->repository;
	s->caseless = job->caseless;
	s->pinned = job->policy;
	s->in_history = in_history;
	repository_stream(true);
	if (show(job, &c->walk) < 0)
		return -1;
	progress_say(&job->progress, "asking git for the commits");
	if ((job->in->squash ? walk_squash(&c->walk) : walk_run(&c->walk)) < 0)
		return -1;
	progress_phase(&job->progress, "commits looked at");
	progress_say(&job->progress, "looking at commits");
	if (scan_run(&c->events, s) < 0)
		return -1;
	job->report.checked = c->walk.count - c->walk.first;
	repository_stream(false);
	if (history_build(&c->history, &c->events, s) < 0 ||
		commits_judge(&job->findings, &c->events, &c->history, s) < 0 ||
		(job->report.mode == REPORT_RANGE && judge_named(job, s) < 0))
		return -1;
	if (!job->findings.count || in_history)
		return 0;
	progress_say(&job->progress, "asking git which branches have them");
	/* What walks the commits once more: their ends, and what stands just before them. */
	for (size_t i = 0; i < c->walk.count; i++) {
		const struct walk_commit *commit = &c->walk.commits[i];

		if (i < c->walk.first || commit->is_tip)
			buf_addf(i < c->walk.first ? &c->bases : &c->ends,
				i < c->walk.first ? " '^%.10s'" : " %.10s",
				repository_hex(job->repository, &commit->id));
	}
	job->report.ends = c->ends.ptr;
	job->report.bases = c->bases.ptr;
	return job->report.mode == REPORT_RECEIVE ? 0 : find_branches(c);
}

static int run(struct job *job)
{
	const struct command *command = job->in->command;
	struct commits c = {.job = job,
		.scan = {.walk = &c.walk, .files = job->files, .progress = &job->progress},
		.ends = BUF_INIT,
		.bases = BUF_INIT,
		.branches = BUF_INIT};

	job->report.mode = command == &cmd_check_range   ? REPORT_RANGE :
			   command == &cmd_check_history ? REPORT_HISTORY :
			   command == &cmd_pre_push      ? REPORT_PUSH :
							   REPORT_RECEIVE;
	job->report.history = &c.history;
	if (job->report.mode > REPORT_HISTORY)
		job->report.all_clear = job->in->verbose;
	int status = look(&c);
	if (status == 0 && job->report.mode != REPORT_RECEIVE)
		job_find_hints(job);
	progress_end(&job->progress);
	if (status == 0)
		status = job_report(job);
	buf_free(&c.ends);
	buf_free(&c.bases);
	buf_free(&c.branches);
	history_free(&c.history);
	scan_events_free(&c.events);
	walk_free(&c.walk);
	return status;
}

const struct command cmd_check_range = {
	.name = "check-range",
	.operands = "REV... [-- PATH...]",
	.options = CLI_REPORT | CLI_OPTION(SQUASH),
	.summary = "every commit of a range, such as main..HEAD",
	.help = "Looks at every commit of the range, each against its parents and by its own "
		".pycguard. Ranges are named as for git rev-list: A..B, A...B, or ^A B. Each PATH "
		"named is judged as it is at the end of the range.",
	.examples = {"--check-range origin/main..HEAD", "--check-range --squash origin/main..HEAD"},
	.run = run,
};

const struct command cmd_check_history = {
	.name = "check-history",
	.operands = "[REV...]",
	.options = CLI_REPORT,
	.summary = "every commit: what was added when, and how large it is",
	.help = "Looks at every commit that REV reaches (by default, that any ref reaches), and says "
		"when each file was added and removed, and how much space it takes.",
	.examples = {"--check-history", "--check-history v1.0 --format=json"},
	.run = run,
};

const struct command cmd_pre_push = {
	.name = "pre-push",
	.operands = "[REMOTE [URL]]",
	.options = CLI_REPORT,
	.summary = "the commits of a push; run by that hook",
	.help = "Looks at the commits that a push would add to the remote. The hook of that name runs"
		" it and writes the refs to its standard input, as githooks(5) says.",
	.examples = {"--pre-push origin", "--pre-push --strict origin"},
	.run = run,
};

const struct command cmd_pre_receive = {
	.name = "pre-receive",
	.operands = "[REF OLD NEW]",
	.options = CLI_REPORT,
	.summary = "the commits of a push to this server; run by that hook",
	.help = "Looks at the commits that a push adds to this repository. The hook of that name runs"
		" it and writes the refs to its standard input; the hook update gives them as "
		"arguments.",
	.examples = {"--pre-receive", "--pre-receive --policy /etc/pycguard.policy"},
	.run = run,
};
