#include "cli/cmd.h"

#include "disk/atomic_file.h"
#include "hooks/hooks.h"
#include "mend/ignores.h"
#include "policy/policy.h"

int job_prefix(struct buf *out, const struct repository *r, const struct environment *env)
{
	if (!r->top)
		return 0;
	if (env->git_prefix)
		buf_adds(out, env->git_prefix);
	else if (repository_relative(out, r, ".") < 0)
		return -1;
	else if (out->len)
		buf_addc(out, '/');
	return buf_failed(out);
}

int job_named(struct job *job)
{
	struct buf path = BUF_INIT;
	int i, status = 0;

	for (i = 0; i < job->in->operand_count && status == 0; i++) {
		buf_clear(&path);
		status = repository_relative(&path, job->repository, job->in->operands[i]);
		if (status == 0)
			status = pathset_add(&job->named, path.ptr, path.len);
	}
	pathset_sort(&job->named);
	buf_free(&path);
	return status ? -1 : 0;
}

int cmd_with_index(
	const struct invocation *in, const struct environment *env, int (*body)(struct job *))
{
	struct job job = {.in = in,
		.env = env,
		.files = {in->policy, in->extend},
		.named = PATHSET_INIT,
		.prefix = BUF_INIT,
		.paths = PATHSET_INIT,
		.text = BUF_INIT};
	int status = -1;

	progress_start(&job.progress, "files looked at", in->quiet);
	if (repository_open(&job.repository, env, NULL) == 0 &&
		repository_ignores_case(job.repository, &job.caseless) == 0 &&
		repository_index(&job.snapshot, job.repository) == 0 &&
		policy_load(&job.policy, &job.files, job.snapshot, job.caseless) == 0 &&
		job_prefix(&job.prefix, job.repository, env) == 0)
		status = body(&job);
	progress_end(&job.progress);
	buf_free(&job.text);
	pathset_free(&job.paths);
	pathset_free(&job.named);
	buf_free(&job.prefix);
	policy_free(job.policy);
	snapshot_free(job.snapshot);
	repository_free(job.repository);
	return status < 0 ? STATUS_FAILED : status;
}

void job_list(struct job *job, const struct pathset *paths)
{
	enum { LIST_MAX = 30 };
	bool all = job->in->verbose || paths->count <= LIST_MAX;
	size_t i, shown = all ? paths->count : LIST_MAX;

	for (i = 0; i < shown; i++) {
		buf_adds(&job->text, "  ");
		path_quote(&job->text, paths->items[i].path, paths->items[i].len);
		buf_adds(&job->text, "\n");
	}
	if (!all)
		buf_addf(&job->text, "  and %zu more (-v lists all)\n", paths->count - shown);
}

int job_say(struct job *job)
{
	struct buf out = BUF_INIT;
	int status;
	size_t i;

	for (i = 0; job->in->paths_only && i < job->paths.count; i++)
		buf_add(&out, job->paths.items[i].path, job->paths.items[i].len + 1);
	if (!job->in->paths_only && !job->in->quiet)
		buf_add(&out, job->text.ptr, job->text.len);
	out.failed = out.failed || job->text.failed;
	progress_end(&job->progress);
	status = report_write(&out);
	buf_free(&out);
	if (status < 0)
		return -1;
	return job->in->dry_run && job->paths.count ? STATUS_REJECTED : STATUS_CLEAN;
}

/* A hook is silent when all is well; a person at a terminal is told that it has looked. */
bool cmd_wants_all_clear(const struct invocation *in, const struct environment *env)
{
	return in->verbose || (!env->git_index_file && isatty(STDOUT_FILENO));
}

bool cmd_wants_color(const struct invocation *in, const struct environment *env)
{
	if (in->color && strcmp(in->color, "auto") != 0)
		return strcmp(in->color, "always") == 0;
	if (env->no_color)
		return false;
	return env->force_color || (!env->dumb_terminal && isatty(STDOUT_FILENO));
}

/* What a command to paste is made of: which program, and the options that say which policy, for it
 * may run elsewhere. The one who reads a server's report has a shell elsewhere. */
static int add_words(struct buf *program, struct buf *policy, char **dir, const struct report *r,
	const struct invocation *in, const struct environment *env)
{
	const char *const files[][2] = {{"--policy", in->policy}, {"--extend", in->extend}};
	bool elsewhere = *r->at.prefix || report_of_commits(r);
	size_t i;

	if (r->mode == REPORT_RECEIVE) {
		buf_adds(program, "pycguard");
		return buf_failed(program);
	}
	if (in->directory && !(*dir = getcwd(NULL, 0)))
		return error_os(errno, "cannot tell the working directory");
	for (i = 0; i < 2; i++) {
		const char *name = files[i][1];
		char *real = name && elsewhere ? realpath(name, NULL) : NULL;

		if (name) {
			buf_addf(policy, " %s ", files[i][0]);
			path_shell(policy, real ? real : name, strlen(real ? real : name));
		}
		free(real);
	}
	return program_word(program, env->program, env->path) < 0 ? -1 : buf_failed(policy);
}

/* The report in the format asked for, for -o; never in colour. What is no file, as a terminal or a
 * pipe, is written to; a file is replaced. */
static int write_output(const char *path, report_printer *printer, const struct report *r)
{
	struct report plain = *r;
	struct buf text = BUF_INIT;
	struct stat st;
	int fd = -1, status;

	plain.color = false;
	printer(&text, &plain);
	status = buf_failed(&text);
	if (status < 0) {
		;
	} else if (lstat(path, &st) < 0 ? errno == ENOENT : S_ISREG(st.st_mode)) {
		status = atomic_file_write(path, text.ptr, text.len, 0666);
	} else {
		fd = open(path, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
		if (fd < 0 || io_write_all(fd, text.ptr, text.len) < 0)
			status = error_os(errno, "cannot write '%s'", path);
	}
	if (fd >= 0)
		close(fd);
	buf_free(&text);
	return status;
}

/* How many findings there are by each rule; a note is none. */
static void add_statistics(struct buf *out, const struct finding_list *findings)
{
	size_t counts[RULE_COUNT] = {0}, i;

	for (i = 0; i < findings->count; i++)
		if (findings->items[i].severity != SEVERITY_NOTE)
			counts[findings->items[i].rule]++;
	for (i = 0; i < RULE_COUNT; i++)
		if (counts[i])
			buf_addf(out, "%7zu  %s\n", counts[i], rule_text((enum rule)i)->id);
}

void cmd_find_hints(struct report *r, const struct invocation *in, struct repository *repository,
	struct snapshot *index, bool caseless)
{
	enum { ASKED_MAX = 100, PATIENCE = 2 }; /* no refusal waits for a hint */
	const struct policy_files files = {NULL, in->extend};
	struct matcher *matcher = NULL;
	struct policy *policy = NULL;
	struct pathset paths = PATHSET_INIT;
	struct ignored answers[ASKED_MAX];
	struct buf name = BUF_INIT, text = BUF_INIT;
	struct policy_decision d;
	size_t i;

	r->strict = in->strict;
	if (in->quiet || !repository || !repository->top)
		return;
	buf_addf(&name, "%s%s", repository->top, policy_path);
	if (!in->policy && !report_of_commits(r) && report_rejected(r) && buf_failed(&name) == 0 &&
		(matcher = matcher_new()) != NULL)
		policy_load_disk(&policy, &files, name.ptr, caseless);
	for (i = 0; i < r->findings->count; i++) {
		const struct finding *f = &r->findings->items[i];
		/* Of the name __pycache__, only a link is bytecode. */
		const struct entry e = {.path = f->path,
			.len = f->path_len,
			.mode = f->rule == RULE_POLICY ? MODE_FILE : MODE_LINK};
		size_t base = path_base(f->path, f->path_len);

		if (!report_rejects(r, f))
			continue;
		if (policy && check_decide(&d, policy, matcher, "", &e, caseless) == 0) {
			policy_settle(&d, f->rule);
			r->unstaged += !d.rejected;
		}
		/* Asked are names beside the files, which themselves are in the index, where git
		 * ignores none. */
		buf_clear(&name);
		buf_add(&name, f->path, base);
		buf_addf(&name, "~%s", f->path + base);
		if (f->rule != RULE_POLICY && paths.count < ASKED_MAX &&
			(buf_failed(&name) < 0 || pathset_add(&paths, name.ptr, name.len) < 0))
			break;
	}
	if (paths.count && ignored_ask(answers, &text, repository, index, &paths, PATIENCE) == 0)
		for (i = 0; i < paths.count; i++)
			r->not_ignored = r->not_ignored || !answers[i].ignored;
	buf_free(&text);
	pathset_free(&paths);
	policy_free(policy);
	matcher_free(matcher);
	buf_free(&name);
}

int cmd_report(const struct invocation *in, const struct environment *env, struct report *r)
{
	report_printer *printer = in->paths_only ? report_paths : format_named(in->format);
	bool push = r->mode == REPORT_PUSH || r->mode == REPORT_RECEIVE;
	struct buf program = BUF_INIT, policy = BUF_INIT, rewrite = BUF_INIT, text = BUF_INIT;
	char *dir = NULL;
	int status = add_words(&program, &policy, &dir, r, in, env);

	r->strict = in->strict;
	r->verbose = in->verbose;
	r->all_clear = in->verbose || (!push && cmd_wants_all_clear(in, env));
	r->color = cmd_wants_color(in, env);
	r->width = env->width;
	r->at.dir = dir;
	r->program = program.ptr;
	r->policy = policy.ptr;
	r->operands = in->operands;
	r->operand_count = in->operand_count;
	r->after_dashes = in->after_dashes;
	r->squash = in->squash;
	r->in_hook = env->git_index_file != NULL;
	if (r->ends)
		report_rewrite(&rewrite, r);
	r->rewrite = rewrite.ptr;
	if (status == 0)
		status = buf_failed(&rewrite);
	if (status == 0 && in->output) {
		status = write_output(in->output, printer, r);
		printer = report_human;
	}
	if (status == 0 && (!in->quiet || printer != report_human))
		printer(&text, r);
	if (in->statistics && !in->quiet && printer == report_human)
		add_statistics(&text, r->findings);
	if (status == 0)
		status = report_write(&text);
	buf_free(&text);
	buf_free(&rewrite);
	buf_free(&program);
	buf_free(&policy);
	free(dir);
	if (status < 0)
		return STATUS_FAILED;
	return report_rejected(r) ? STATUS_REJECTED : STATUS_CLEAN;
}
