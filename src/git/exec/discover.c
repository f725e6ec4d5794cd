#include "base/deadline.h"
#include "base/io.h"
#include "git/libgit2.h"
#include "git/repository.h"

/* rev-parse prints what is no option of its as it is: so its answers are told apart, of which three
 * are paths, with newlines perhaps. */
#define SEPARATOR "--pycguard-separator"

/* The real path of a directory, with a slash at its end. */
static int take_directory(char **out, const char *base, const char *path)
{
	struct buf whole = BUF_INIT;
	char *real = NULL;

	buf_addf(&whole, "%s%s%s", *path == '/' ? "" : base, *path == '/' ? "" : "/", path);
	if (buf_failed(&whole) == 0 && !(real = realpath(whole.ptr, NULL)))
		error_os(errno, "cannot find directory '%s'", whole.ptr);
	if (real) {
		buf_clear(&whole);
		buf_addf(&whole, real[1] ? "%s/" : "%s", real);
		*out = buf_take(&whole);
	}
	free(real);
	buf_free(&whole);
	return *out ? 0 : -1;
}

/* The last is only there when there is a work tree. Each ends in a newline. */
static int take_answers(struct repository *r, const char *start, char *text)
{
	enum { FORMAT, DIR, COMMON, TOP, ANSWERS };
	char *answers[ANSWERS], *end;
	int i;

	for (i = FORMAT; i < ANSWERS; i++) {
		answers[i] = text;
		end = i < TOP ? strstr(text, SEPARATOR "\n") : text + strlen(text);
		if (!end || (i < TOP && end == text) || (end > text && end[-1] != '\n') ||
			(i == TOP && strstr(text, SEPARATOR)))
			return error_set("git rev-parse says something strange, or is too old");
		text = i < TOP ? end + sizeof SEPARATOR : end;
		if (end > answers[i])
			end[-1] = '\0';
	}
	r->oid_size = strcmp(answers[FORMAT], "sha1") == 0 ? OID_SHA1 : OID_SHA256;
	if (r->oid_size != OID_SHA1 && strcmp(answers[FORMAT], "sha256") != 0)
		return error_set("its object format '%s' is unknown here", answers[FORMAT]);
	if (take_directory(&r->dir, start, answers[DIR]) < 0 ||
		take_directory(&r->common, start, answers[COMMON]) < 0)
		return -1;
	return *answers[TOP] ? take_directory(&r->top, start, answers[TOP]) : 0;
}

/* How many parts of a repository, damaged or not, are below this; -1 recorded. */
static int count_parts(struct buf *dir, const char *below)
{
	static const char *const parts[] = {"HEAD", "objects", "refs", "config"};
	size_t len = dir->len, i;
	int there = 0, found = 0;

	for (i = 0; i < sizeof parts / sizeof *parts && there >= 0; i++) {
		buf_addf(dir, "%s/%s", below, parts[i]);
		there = buf_failed(dir) < 0 ? -1 : io_exists(dir->ptr);
		buf_cut(dir, len);
		found += there;
	}
	return there < 0 ? -1 : found;
}

/* Whether a directory is a repository, or has one or a file that names one. 1; 0; -1 recorded. */
static int has_repository(struct buf *dir)
{
	enum { BARE = 3 };
	size_t len = dir->len;
	int bare = count_parts(dir, ""), inside = bare < 0 ? -1 : count_parts(dir, "/.git");
	struct stat st;
	bool named;

	buf_adds(dir, "/.git");
	named = buf_failed(dir) == 0 && stat(dir->ptr, &st) == 0 && S_ISREG(st.st_mode);
	buf_cut(dir, len);
	return inside < 0 ? -1 : bare >= BARE || inside > 0 || named;
}

static bool is_ceiling(const char *list, const struct buf *dir)
{
	for (; list; list = strchr(list, ':') ? strchr(list, ':') + 1 : NULL)
		if (strcspn(list, ":") == dir->len && strncmp(list, dir->ptr, dir->len) == 0)
			return true;
	return false;
}

/* git found none; what it does not take for one may still be one, damaged, and what cannot be asked
 * may be tracked. 1 when there is none from `real` up; 0 when there is; -1 recorded. */
static int is_absent(const struct environment *env, const char *real)
{
	struct buf dir = BUF_INIT;
	struct stat first, st;
	int found = 0;

	buf_adds(&dir, real);
	if (stat(real, &first) < 0)
		found = error_os(errno, "cannot look at '%s'", real);
	while (found == 0 && buf_failed(&dir) == 0) {
		found = has_repository(&dir);
		if (dir.len <= 1)
			break;
		buf_cut(&dir, path_base(dir.ptr, dir.len) - 1);
		if (is_ceiling(env->git_ceilings, &dir) ||
			(!env->git_across_filesystems && stat(dir.len ? dir.ptr : "/", &st) == 0 &&
				st.st_dev != first.st_dev))
			break;
	}
	if (buf_failed(&dir) < 0)
		found = -1;
	buf_free(&dir);
	return found < 0 ? -1 : !found;
}

/* git's words of why, in one line: those of an owner who is not trusted end in what to do. */
static int refused(const struct repository *r, const struct environment *env, const char *start,
	int status, const char *words)
{
	struct buf line = BUF_INIT;
	char *real = realpath(start, NULL);
	const char *at = words + (strncmp(words, "fatal: ", 7) == 0 ? 7 : 0);
	int absent = 0;

	if (!real)
		return error_os(errno, "cannot find directory '%s'", start);
	if (r->elsewhere || !env->git_dir)
		absent = is_absent(env, real);
	for (; *at; at++)
		if (*at != '\n' && *at != '\t')
			buf_addc(&line, *at);
		else if (at[1] && line.len && line.ptr[line.len - 1] != ' ')
			buf_addc(&line, ' ');
	if (absent > 0)
		error_of(ERROR_NO_REPOSITORY,
			"not a git repository: %s (--check-worktree works without one)", real);
	else if (absent == 0 && line.len)
		error_set("cannot open the repository: %s", line.ptr);
	else if (absent == 0)
		error_set("cannot open the repository: git rev-parse ended with status %d", status);
	free(real);
	buf_free(&line);
	return absent > 0 ? 1 : -1;
}

static int copy_facts(struct repository *r, git_repository *git)
{
	const char *top = git_repository_workdir(git), *dir = git_repository_path(git);
	git_config *config;
	struct stat st;
	int on = 0, status;

	if (lstat(dir, &st) < 0)
		return error_os(errno, "cannot look at '%s'", dir);
	if (st.st_uid != geteuid() && !r->elsewhere)
		return error_set("cannot open the repository '%s': another user owns it, and there "
				 "is no git to ask whether it may be read",
			dir);
	if (git_repository_config_snapshot(&config, git) < 0)
		return error_set("cannot read the configuration: %s", git_words());
	status = git_config_get_bool(&on, config, "core.ignorecase");
	git_config_free(config);
	if (status < 0 && status != GIT_ENOTFOUND)
		return error_set("cannot read core.ignoreCase: %s", git_words());
	r->found_by_libgit2 = true;
	r->ignores_case = on;
#ifdef GIT_OID_SHA256_SIZE
	r->oid_size = git_repository_oid_type(git) == GIT_OID_SHA256 ? OID_SHA256 : OID_SHA1;
#endif
	r->top = top ? strdup(top) : NULL;
	r->dir = strdup(dir);
	r->common = strdup(git_repository_commondir(git));
	return (top && !r->top) || !r->dir || !r->common ? error_oom() : 0;
}

/* Where there is no git. What only git knows of is refused. */
static int find_by_libgit2(struct repository *r, const struct environment *env, const char *start)
{
	git_repository *git = NULL;
	int status;

	if (env->git_dir || env->git_work_tree || env->git_refs)
		return -1;
	deadline_begins();
	status = git_repository_open_ext(&git, start,
		env->git_across_filesystems ? GIT_REPOSITORY_OPEN_CROSS_FS : 0, env->git_ceilings);
	deadline_ends();
	if (status < 0) {
		error_set("%s; and %s", git_words(), error_message());
		return refused(r, env, start, status, error_message());
	}
	status = copy_facts(r, git);
	git_repository_free(git);
	return status;
}

int discover(struct repository *r, const struct environment *env, const char *start)
{
	static const char *const args[] = {"-c", "safe.directory=*", "rev-parse",
		"--show-object-format", SEPARATOR, "--absolute-git-dir", SEPARATOR,
		"--git-common-dir", SEPARATOR, "--show-toplevel", NULL};
	enum { PATIENCE = 10 }; /* longer than that git has nothing to find */
	struct buf out = BUF_INIT, err = BUF_INIT, ceiling = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, r, r->elsewhere ? args : args + 2);
	e.patience = PATIENCE;
	if (r->elsewhere) {
		e.dir = start;
		buf_addf(&ceiling, "GIT_CEILING_DIRECTORIES=%.*s",
			(int)path_base(start, strlen(start) - 1), start);
		e.changes[3] = ceiling.ptr;
	}
	status = buf_failed(&ceiling) < 0 ? -1 : exec_run(&out, &err, &e, NULL);
	if (status < 0 && error_code() == ERROR_NO_GIT)
		status = find_by_libgit2(r, env, start);
	else if (status > 0 && !out.len)
		status = refused(r, env, start, status, err.ptr);
	else if (status < 0 || take_answers(r, start, out.ptr) < 0)
		status = error_prefix("cannot open the repository");
	else
		status = 0;
	buf_free(&ceiling);
	buf_free(&out);
	buf_free(&err);
	return status;
}
