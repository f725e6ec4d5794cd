#include <pthread.h>

#include "cli/cli.h"
#include "disk/atomic_file.h"
#include "hooks/hooks.h"
#include "mend/ignores.h"

int job_run(
	const struct command *command, const struct invocation *in, const struct environment *env)
{
	bool can_color = !env->dumb_terminal && isatty(STDOUT_FILENO);
	struct job job = {.in = in,
		.env = env,
		.files = {in->policy, in->extend},
		.printer = in->paths_only ? report_paths : format_named(in->format),
		.report = {.prefix = "",
			.program = "pycguard",
			.policy = "",
			.operands = in->operands,
			.operand_count = in->operand_count,
			.after_dashes = in->after_dashes,
			.squash = in->squash,
			.in_hook = env->git_index_file != NULL,
			.strict = in->strict,
			.verbose = in->verbose,
			/* A hook is silent when all is well; a person at a terminal is told. */
			.all_clear = in->verbose || (!env->git_index_file && isatty(STDOUT_FILENO)),
			.color = in->color && strcmp(in->color, "auto") != 0 ?
					 strcmp(in->color, "always") == 0 :
					 !env->no_color && (env->force_color || can_color),
			.width = env->width},
		.text = BUF_INIT};

	char *dir = in->directory ? getcwd(NULL, 0) : NULL;
	if (in->directory && !dir)
		return error_os(errno, "cannot tell the working directory");
	job.report.findings = &job.findings;
	job.report.dir = dir;
	progress_start(&job.progress, "files looked at", in->quiet);
	int status = command->run(&job);
	progress_end(&job.progress);
	finding_list_free(&job.findings);
	policy_free(job.policy);
	snapshot_free(job.index);
	repository_free(job.repository);
	free(job.prefix);
	free(dir);
	pathset_free(&job.named);
	pathset_free(&job.paths);
	pathset_free(&job.notes);
	buf_free(&job.text);
	return status > 0 && in->exit_zero ? STATUS_CLEAN : status;
}

int job_open(struct job *job)
{
	struct buf prefix = BUF_INIT;
	int status = repository_open(&job->repository, job->env, NULL);

	if (status != 0)
		return status;
	if (job->repository->top && job->env->git_prefix)
		buf_adds(&prefix, job->env->git_prefix);
	else if (job->repository->top)
		status = repository_relative(&prefix, job->repository, ".");
	if (prefix.len && !job->env->git_prefix)
		buf_addc(&prefix, '/');
	job->report.prefix = job->prefix = buf_take(&prefix);
	return status < 0 ? -1 : repository_ignores_case(job->repository, &job->caseless);
}

int job_open_index(struct job *job)
{
	if (job_open(job) != 0 || repository_index(&job->index, job->repository, NULL) < 0)
		return -1;
	job->policy = policy_load(&job->files, job->index, NULL, job->caseless);
	if (!job->policy)
		return -1;
	bool staged = job->in->staged || job->in->command == &cmd_check_staged;
	job->check = (struct check){.kind = staged ? CHECK_COMMIT : CHECK_TRACKED,
		.snapshot = job->index,
		.policy = job->policy,
		.caseless = job->caseless,
		.repository = job->repository,
		.progress = &job->progress};
	return 0;
}

int job_named(struct job *job)
{
	struct buf path = BUF_INIT;
	int status = 0;

	for (int i = 0; i < job->in->operand_count && status == 0; i++) {
		buf_clear(&path);
		status = repository_relative(&path, job->repository, job->in->operands[i]);
		pathset_add(&job->named, path.ptr, path.len);
	}
	pathset_sort(&job->named);
	buf_free(&path);
	return status ? -1 : 0;
}

static void note(struct job *job, size_t failed)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	bool limit = failed && error_code() == ERROR_LIMIT;

	pthread_mutex_lock(&lock);
	if (limit && !job->limited) { /* every path would say the same */
		pathset_free(&job->notes);
		job->failed = 0;
	}
	if (!job->limited) {
		job->failed += failed;
		pathset_add(&job->notes, error_message(), strlen(error_message()));
	}
	job->limited = job->limited || limit;
	pthread_mutex_unlock(&lock);
}

void job_failed(void *job)
{
	note(job, 1);
}

void job_warned(void *job)
{
	note(job, 0);
}

int job_say_failures(struct job *job, int status, const char *done)
{
	progress_end(&job->progress);
	if (job->failed == 1 && job->notes.count == 1 && (status >= 0 || job->limited))
		return error_set("%s", job->notes.items[0].path);
	pathset_sort(&job->notes); /* threads make them in any order */
	for (size_t i = 0; i < job->notes.count; i++)
		fprintf(stderr, "pycguard: %s\n", job->notes.items[i].path);
	if (!job->failed || status < 0)
		return status;
	return error_set(
		"%zu path%s could not be %s", job->failed, amount_plural(job->failed), done);
}

void job_list(struct job *job, const struct pathset *paths)
{
	enum { LIST_MAX = 30 };
	size_t shown = job->in->verbose || paths->count <= LIST_MAX ? paths->count : LIST_MAX;

	for (size_t i = 0; i < shown; i++)
		report_name(&job->text, "  ", paths->items[i].path, "\n");
	if (shown < paths->count)
		buf_addf(&job->text, "  and %zu more (-v lists all)\n", paths->count - shown);
}

int job_say(struct job *job)
{
	const struct pathset *paths = &job->paths;
	bool paths_only = job->in->paths_only;

	if (paths_only)
		buf_clear(&job->text);
	for (size_t i = 0; paths_only && i < paths->count; i++)
		buf_add(&job->text, paths->items[i].path, paths->items[i].len + 1);
	progress_end(&job->progress);
	if (!paths_only)
		report_fold(&job->text, job->env->width, true);
	if ((paths_only || !job->in->quiet) && report_write(&job->text) < 0)
		return -1;
	return job->in->dry_run && paths->count ? STATUS_REJECTED : STATUS_CLEAN;
}

/* The report in the format asked for, for -o; never in colour. What is no file, as a terminal or a
 * pipe, is written to; a file is replaced. */
static int write_output(const char *path, report_printer *printer, const struct report *r)
{
	struct report plain = *r;
	struct buf text = BUF_INIT;
	struct stat st;
	int fd, status = 0;

	plain.color = false;
	printer(&text, &plain);
	if (lstat(path, &st) < 0 ? errno == ENOENT : S_ISREG(st.st_mode)) {
		status = atomic_file_write(path, text.ptr, text.len, 0666);
	} else {
		fd = open(path, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
		if (fd < 0 || io_write_all(fd, text.ptr, text.len) < 0)
			status = errno == ELOOP ?
					 error_set(
						 "cannot write '%s': it is a symbolic link", path) :
					 error_os(errno, "cannot write '%s'", path);
		if (fd >= 0)
			close(fd);
	}
	buf_free(&text);
	return status;
}

void job_find_hints(struct job *job)
{
	enum { ASKED_MAX = 100, PATIENCE = 2 }; /* no refusal waits for a hint */
	const struct policy_files files = {NULL, job->in->extend};
	struct report *r = &job->report;
	struct check check = {.caseless = job->caseless};
	struct policy *policy = NULL;
	struct pathset paths = {0};
	struct ignored answers[ASKED_MAX];
	struct buf name = BUF_INIT, text = BUF_INIT;
	struct policy_decision d;

	if (job->in->quiet || !job->repository->top)
		return;
	buf_addf(&name, "%sinfo/sparse-checkout", job->repository->dir);
	r->sparse = access(name.ptr, F_OK) == 0;
	buf_clear(&name);
	buf_addf(&name, "%s%s", job->repository->top, policy_path);
	if (!job->in->policy && !report_of_commits(r) && report_rejected(r))
		check.policy = policy = policy_load(&files, NULL, name.ptr, job->caseless);
	struct matcher *matcher = matcher_new();
	for (size_t i = 0; i < r->findings->count; i++) {
		const struct finding *f = &r->findings->items[i];
		/* Of the name __pycache__, only a link is bytecode. */
		const struct entry e = {.path = f->path,
			.len = f->path_len,
			.mode = f->rule == RULE_POLICY ? MODE_FILE : MODE_LINK};
		size_t base = path_base(f->path, f->path_len);

		if (!report_rejects(r, f))
			continue;
		if (policy && check_decide(&d, &check, matcher, &e) == 0) {
			policy_settle(&d, f->rule);
			r->unstaged += !d.rejected;
		}
		/* Asked are names beside the files, which themselves are in the index, where git
		 * ignores none. */
		buf_clear(&name);
		buf_addf(&name, "%.*s~%s", (int)base, f->path, f->path + base);
		if (f->rule != RULE_POLICY && paths.count < ASKED_MAX)
			pathset_add(&paths, name.ptr, name.len);
	}
	if (paths.count &&
		ignored_ask(answers, &text, job->repository, job->index, &paths, PATIENCE) == 0)
		for (size_t i = 0; i < paths.count; i++)
			r->not_ignored = r->not_ignored || !answers[i].ignored;
	buf_free(&text);
	pathset_free(&paths);
	policy_free(policy);
	matcher_free(matcher);
	buf_free(&name);
}

int job_report(struct job *job)
{
	const char *const files[][2] = {
		{"--policy", job->files.policy}, {"--extend", job->files.extend}};
	const struct invocation *in = job->in;
	struct report *r = &job->report;
	report_printer *printer = job->printer;
	struct buf program = BUF_INIT, policy = BUF_INIT, rewrite = BUF_INIT;
	bool elsewhere = *r->prefix || report_of_commits(r);
	int status = 0;

	/* What a command to paste is made of: which program, and the options that say which policy,
	 * for it may run elsewhere. Who reads a server's report has a shell elsewhere. */
	if (r->mode == REPORT_RECEIVE) {
		r->dir = NULL;
	} else {
		for (size_t i = 0; i < 2; i++) {
			const char *name = files[i][1];
			char *real = name && elsewhere ? realpath(name, NULL) : NULL;

			if (name) {
				buf_addf(&policy, " %s ", files[i][0]);
				path_shell(&policy, real ? real : name, strlen(real ? real : name));
			}
			free(real);
		}
		status = program_word(&program, job->env->program, job->env->path);
		r->program = program.ptr;
		r->policy = policy.ptr;
	}
	if (r->ends)
		report_rewrite(&rewrite, r);
	r->rewrite = rewrite.ptr;
	if (status == 0 && in->output) {
		status = write_output(in->output, printer, r);
		printer = report_human;
	}
	if (!in->quiet || printer != report_human)
		printer(&job->text, r);
	if (in->statistics && job->text.len && printer == report_human)
		buf_addc(&job->text, '\n');
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT && in->statistics; rule++) {
		size_t count = 0; /* a note is none */

		for (size_t i = 0; i < r->findings->count; i++)
			count += r->findings->items[i].rule == (enum rule)rule &&
				 r->findings->items[i].severity != SEVERITY_NOTE;
		if (count && !in->quiet && printer == report_human)
			buf_addf(&job->text, "%7zu  %s\n", count, rule_text((enum rule)rule)->id);
	}
	if (status == 0)
		status = report_write(&job->text);
	buf_free(&rewrite);
	buf_free(&program);
	buf_free(&policy);
	if (status < 0)
		return -1;
	return report_rejected(r) ? STATUS_REJECTED : STATUS_CLEAN;
}
