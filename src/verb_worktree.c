#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "disk.h"
#include "path.h"
#include "policy_load.h"
#include "progress.h"

struct job {
	const struct invocation *in;
	struct report report;
	struct finding_list findings;
	struct progress progress;
	size_t failures;
};

/* The check goes on after what it could not look at; that it could not is said at once. */
static void failed(void *arg)
{
	struct job *job = arg;

	job->failures++;
	progress_end(&job->progress);
	fprintf(stderr, "pycguard: %s\n", error_message());
}

static bool has_git(struct buf *dir)
{
	size_t len = dir->len;
	struct stat st;
	bool found;

	buf_adds(dir, "/.git");
	found = !dir->failed && lstat(dir->ptr, &st) == 0;
	buf_cut(dir, len);
	return found;
}

/*
 * Where .pycguard is looked for: at the top of the repository that `dir` is in, known by its .git,
 * or else in `dir` itself. `base` becomes the way from there to `dir`, with its slash.
 */
static int find_policy_root(struct buf *root, struct buf *base, const char *dir)
{
	char *whole = realpath(dir, NULL);
	const char *way;

	if (!whole)
		return error_os(errno, "cannot read directory '%s'", dir);
	buf_adds(root, whole);
	while (!has_git(root) && root->len > 0)
		buf_cut(root, path_base(root->ptr, root->len) - 1);
	if (root->len == 0 && !has_git(root))
		buf_adds(root, whole);
	way = whole + root->len;
	way += *way == '/';
	if (*way) {
		buf_adds(base, way);
		buf_addc(base, '/');
	}
	free(whole);
	return buf_failed(root) < 0 ? -1 : buf_failed(base);
}

static int load_policy(struct policy **out, struct buf *base, const struct job *job,
	const char *dir)
{
	struct buf file = BUF_INIT;
	struct stat st;
	int status = -1;

	if (find_policy_root(&file, base, dir) < 0)
		goto done;
	buf_adds(&file, "/.pycguard");
	if (buf_failed(&file) < 0)
		goto done;
	if (job->in->policy)
		status = policy_load_file(out, job->in->policy, false);
	else if (lstat(file.ptr, &st) == 0 && S_ISLNK(st.st_mode))
		error_set("cannot read policy '%s': it is a symbolic link", file.ptr);
	else if (access(file.ptr, F_OK) < 0 && errno == ENOENT)
		*out = policy_new(false), status = *out ? 0 : -1;
	else
		status = policy_load_file(out, file.ptr, false);
done:
	buf_free(&file);
	return status;
}

static int check_directory(struct job *job, const char *dir)
{
	struct buf policy_base = BUF_INIT, shown_base = BUF_INIT;
	struct check check = {.kind = CHECK_DISK, .failed = failed, .failed_arg = job,
		.progress = &job->progress};
	struct policy *policy = NULL;
	size_t checked = 0;
	int status = -1;

	if (load_policy(&policy, &policy_base, job, dir) < 0 ||
	    disk_open(&check.snapshot, dir, failed, job) < 0)
		goto done;
	if (strcmp(dir, ".") != 0)
		buf_adds(&shown_base, dir);
	if (shown_base.len && dir[shown_base.len - 1] != '/')
		buf_addc(&shown_base, '/');
	check.policy = policy;
	check.policy_base = policy_base.ptr;
	check.shown_base = shown_base.ptr;
	check.notes = job->in->strict || strcmp(job->in->format, "json") == 0;
	if (buf_failed(&shown_base) == 0)
		status = check_run(&job->findings, &checked, &check);
	job->report.checked += checked;
done:
	snapshot_free(check.snapshot);
	policy_free(policy);
	buf_free(&policy_base);
	buf_free(&shown_base);
	return status;
}

/* With --strict an honest cache counts, as a warning does. */
static void raise_notes(struct finding_list *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (findings->items[i].severity == SEVERITY_NOTE)
			findings->items[i].severity = SEVERITY_WARNING;
}

int verb_check_worktree(const struct invocation *in, const struct environment *env)
{
	static char here[] = ".";
	char *default_dirs[] = {here};
	char **dirs = in->operand_count ? in->operands : default_dirs;
	int i, count = in->operand_count ? in->operand_count : 1, status = 0;
	struct job job = {.in = in, .findings = FINDING_LIST_INIT};

	job.report = (struct report){.mode = REPORT_WORKTREE, .findings = &job.findings, .prefix = ""};
	progress_start(&job.progress, "files", in->quiet);
	for (i = 0; i < count && status == 0; i++)
		status = check_directory(&job, dirs[i]);
	progress_end(&job.progress);
	if (in->strict)
		raise_notes(&job.findings);
	if (status == 0)
		status = verb_report(in, env, &job.report);
	else
		status = STATUS_FAILED;
	finding_list_free(&job.findings);
	if (job.failures && status != STATUS_FAILED) {
		error_set("%zu place%s could not be looked at", job.failures,
			job.failures == 1 ? "" : "s");
		status = STATUS_FAILED;
	}
	return status;
}
