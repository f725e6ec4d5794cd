#include "cli/cmd.h"
#include "check/policy_load.h"
#include "range/history.h"
#include "range/pushed.h"

/* What a check of commits needs, opened in order and closed in one place. */
struct run {
	const struct invocation *in;
	const struct environment *env;
	struct policy *policy; /* NULL: as of each commit */
	struct walk walk;
	struct scan scan;
	struct scan_events events;
	struct history history;
	struct finding_list findings;
	struct buf prefix;                /* see job_prefix */
	struct buf ends, bases, branches; /* of the report */
	struct report report;
};

/* The ids that the remote has now hide what it has, as does what we last saw there. */
static int show_lines(struct run *job, enum refline_kind kind)
{
	struct buf input = BUF_INIT;
	struct refline line;
	char *text;
	int status;

	if (isatty(STDIN_FILENO))
		fputs("pycguard: waiting for the lines that git writes to this hook, one a ref "
		      "(Ctrl-D ends them)\n",
			stderr);
	if (io_read_all(&input, STDIN_FILENO, SIZE_MAX) < 0)
		status = error_os(errno, "cannot read standard input");
	else if ((status = buf_failed(&input)) == 0 && strlen(input.ptr) != input.len)
		status = error_set("cannot read standard input: it has NUL bytes");
	text = input.ptr;
	while (status == 0 && (status = refline_next(&line, &text, kind)) == 1) {
		status = walk_name(&job->walk, line.to, false);
		if (status == 0 && kind == REFLINE_PUSH)
			status = walk_name(&job->walk, line.from, true);
	}
	buf_free(&input);
	return status;
}

/* Name to the walk what is to be looked at. */
static int show(struct run *job)
{
	bool range = job->report.mode == REPORT_RANGE, zero_base = false;
	int i, status, count = job->in->operand_count - (range ? job->in->after_dashes : 0);
	char **operands = job->in->operands;

	if (job->report.mode == REPORT_PUSH) {
		status = show_lines(job, REFLINE_PUSH);
		return status == 0 && count ? pushed_hide(&job->walk, operands[0]) : status;
	}
	if (job->report.mode == REPORT_RECEIVE) { /* the update hook gives REF OLD NEW */
		if (count != 0 && count != 3)
			return error_set("--pre-receive takes REF OLD NEW, or no operands and "
					 "reads them");
		job->walk.hides_refs = true;
		job->walk.name_space = job->env->git_namespace;
		return count ? walk_name(&job->walk, operands[2], false) :
			       show_lines(job, REFLINE_RECEIVE);
	}
	if (count == 0)
		return range ? error_set("--check-range needs a revision before '--'") :
			       walk_show_refs(&job->walk);
	for (i = 0; i < count; i++)
		if (walk_revision(&job->walk, operands[i], &zero_base) < 0)
			return -1;
	if (range && !job->walk.shown_count)
		return error_set("the range has no end: it names only what to leave out");
	if (range && zero_base && !job->in->quiet)
		fputs("pycguard: the range begins at no commit (all zeros): checking every commit "
		      "that its end reaches\n",
			stderr);
	return 0;
}

/* What a person, or the pre-commit framework, names is judged whether or not the range changes
 * it. */
static int judge_named(struct run *job)
{
	struct repository *r = job->scan.repository;
	struct buf path = BUF_INIT;
	int i = job->in->operand_count - job->in->after_dashes, status = 0;
	size_t k;

	for (; i < job->in->operand_count && status == 0; i++) {
		buf_clear(&path);
		if (r->top)
			status = repository_relative(&path, r, job->in->operands[i]);
		else
			buf_adds(&path, job->in->operands[i]);
		if (status == 0)
			status = buf_failed(&path);
		for (k = 0; k < job->findings.count; k++)
			if (strcmp(job->findings.items[k].path, path.ptr) == 0)
				break;
		if (status == 0 && k == job->findings.count)
			status = commits_judge_path(&job->findings, &job->scan, path.ptr);
	}
	buf_free(&path);
	return status ? -1 : 0;
}

/* What walks the commits once more: their ends, and what stands just before them. */
static int name_revisions(struct run *job)
{
	const struct walk *w = &job->walk;
	size_t i;

	for (i = 0; i < w->count; i++)
		if (i < w->first)
			buf_addf(&job->bases, " '^%.10s'",
				repository_hex(w->repository, &w->commits[i].id));
		else if (w->commits[i].is_tip)
			buf_addf(&job->ends, " %.10s",
				repository_hex(w->repository, &w->commits[i].id));
	job->report.ends = job->ends.ptr;
	job->report.bases = job->bases.ptr;
	return buf_failed(&job->ends) < 0 ? -1 : buf_failed(&job->bases);
}

static void add_branch(struct buf *out, const char *ref)
{
	ref += strlen("refs/heads/");
	buf_addc(out, ' ');
	path_shell(out, ref, strlen(ref));
}

/* Which branches have what is found: one of a remote's; one that is not checked out; or, of several
 * ends, each that a branch has. */
static int find_branches(struct run *job)
{
	static const char format[] = "--format=%(HEAD)%(objectname) %(refname)";
	const char *const having[] = {"for-each-ref", format, "--contains",
		job->findings.items[0].commit, "refs/heads", "refs/remotes", NULL};
	const char *const every[] = {"for-each-ref", format, "refs/heads", NULL};
	struct buf refs = BUF_INIT, *branches = &job->branches;
	char *line, *rest, *name, *other = NULL;
	bool current = false;
	size_t count = 0;
	int status = repository_git(&refs, job->scan.repository, every, NULL);

	for (line = strtok_r(refs.ptr, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		name = strchr(line + 1, ' ') + 1;
		line[1 + 10] = '\0';
		if (!strstr(job->ends.ptr, line + 1))
			continue;
		count++;
		add_branch(branches, name);
	}
	job->report.several = count > 1 && strchr(job->ends.ptr + 1, ' ');
	buf_clear(&refs);
	if (status == 0)
		status = repository_git(&refs, job->scan.repository, having, NULL);
	for (line = strtok_r(refs.ptr, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		name = strchr(line + 1, ' ') + 1;
		current = current || *line == '*';
		if (strncmp(name, "refs/remotes/", strlen("refs/remotes/")) == 0)
			job->report.published = true;
		else if (!other)
			other = name;
	}
	if (!job->report.several)
		buf_clear(branches);
	if (!job->report.several && other && !current)
		add_branch(branches, other);
	job->report.branches = branches->ptr;
	buf_free(&refs);
	return status < 0 ? -1 : buf_failed(branches);
}

static int look(struct run *job)
{
	bool in_history = job->report.mode == REPORT_HISTORY;
	struct snapshot *head = NULL;
	struct scan *s = &job->scan;
	int status = 0;

	if (repository_open(&s->repository, job->env, NULL) != 0 ||
		repository_ignores_case(s->repository, &s->caseless) < 0)
		return -1;
	/* The history is judged by one policy: that of HEAD, of which it is the history. */
	if (in_history && !s->files.policy)
		status = repository_revision(&head, s->repository, "HEAD");
	if (status >= 0 && (in_history || s->files.policy))
		status = policy_load(&job->policy, &s->files, head, s->caseless);
	snapshot_free(head);
	if (status < 0)
		return -1;
	s->pinned = job->policy;
	job->walk.repository = s->repository;
	repository_stream(true);
	if (show(job) < 0)
		return -1;
	status = job->in->squash ? walk_squash(&job->walk) : walk_run(&job->walk);
	job->report.checked = job->walk.count - job->walk.first;
	if (status < 0 || scan_run(&job->events, s) < 0)
		return -1;
	repository_stream(false);
	if (history_build(&job->history, &job->events, s, in_history) < 0 ||
		commits_judge(&job->findings, &job->events, &job->history, s, in_history) < 0 ||
		(job->report.mode == REPORT_RANGE && judge_named(job) < 0) ||
		job_prefix(&job->prefix, s->repository, job->env) < 0)
		return -1;
	if (!job->findings.count || in_history)
		return 0;
	if (name_revisions(job) < 0)
		return -1;
	return job->report.mode == REPORT_RECEIVE ? 0 : find_branches(job);
}

static int check_commits(const struct invocation *in, const struct environment *env)
{
	enum report_mode mode = in->command == &cmd_check_range   ? REPORT_RANGE :
				in->command == &cmd_check_history ? REPORT_HISTORY :
				in->command == &cmd_pre_push      ? REPORT_PUSH :
								    REPORT_RECEIVE;
	struct progress progress;
	struct run job = {.in = in,
		.env = env,
		.findings = FINDING_LIST_INIT,
		.prefix = BUF_INIT,
		.ends = BUF_INIT,
		.bases = BUF_INIT,
		.branches = BUF_INIT,
		.scan = {.env = env,
			.walk = &job.walk,
			.files = {in->policy, in->extend},
			.progress = &progress},
		.report = {.mode = mode, .findings = &job.findings, .history = &job.history}};
	int status;

	progress_start(&progress, "commits looked at", in->quiet);
	status = look(&job);
	progress_end(&progress);
	job.report.at.prefix = job.prefix.ptr;
	if (status == 0 && mode != REPORT_RECEIVE)
		cmd_find_hints(&job.report, in, job.scan.repository, NULL, job.scan.caseless);
	status = status == 0 ? cmd_report(in, env, &job.report) : STATUS_FAILED;
	buf_free(&job.prefix);
	buf_free(&job.ends);
	buf_free(&job.bases);
	buf_free(&job.branches);
	finding_list_free(&job.findings);
	history_free(&job.history);
	scan_events_free(&job.events);
	walk_free(&job.walk);
	policy_free(job.policy);
	repository_free(job.scan.repository);
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
	.run = check_commits,
};

const struct command cmd_check_history = {
	.name = "check-history",
	.operands = "[REV...]",
	.options = CLI_REPORT,
	.summary = "every commit: what was added when, and what it costs",
	.help = "Looks at every commit that REV reaches (by default, that any ref reaches), and says "
		"when each file was added and removed, and how much space it takes.",
	.examples = {"--check-history", "--check-history v1.0 --format=json"},
	.run = check_commits,
};

const struct command cmd_pre_push = {
	.name = "pre-push",
	.operands = "[REMOTE [URL]]",
	.options = CLI_REPORT,
	.summary = "the commits of a push; run by that hook",
	.help = "Looks at the commits that a push would add to the remote. The hook of that name runs"
		" it and writes the refs to its standard input, as githooks(5) says.",
	.examples = {"--pre-push origin", "--pre-push --strict origin"},
	.run = check_commits,
};

const struct command cmd_pre_receive = {
	.name = "pre-receive",
	.operands = "[REF OLD NEW]",
	.options = CLI_REPORT,
	.summary = "the commits that a server is sent; run by that hook",
	.help = "Looks at the commits that a push adds to this repository. The hook of that name runs"
		" it and writes the refs to its standard input; the hook update gives them as "
		"arguments.",
	.examples = {"--pre-receive", "--pre-receive --policy /etc/pycguard.policy"},
	.run = check_commits,
};
