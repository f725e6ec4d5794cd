#include "git/repository.h"

#include "base/signals.h"
#include "git/libgit2.h"
#include "git/objects.h"

/* --- finding ---------------------------------------------------------------------------------- */

/* rev-parse prints what is no option of its as it is: so its answers are told apart, of which three
 * are paths, with newlines perhaps. */
#define SEPARATOR "--pycguard-separator"

/* The real path of a directory, with a slash at its end; for free(). NULL with errno set. */
static char *real_directory(const char *path)
{
	char *real = realpath(path, NULL), *out;

	if (!real)
		return errno == ENOMEM ? memory_or_end(NULL) : NULL;
	out = buf_join(real, real[1] ? "/" : "");
	free(real);
	return out;
}

static int take_directory(char **out, const char *base, const char *path)
{
	struct buf whole = BUF_INIT;

	buf_addf(&whole, "%s%s%s", *path == '/' ? "" : base, *path == '/' ? "" : "/", path);
	*out = real_directory(whole.ptr);
	if (!*out)
		error_os(errno, "cannot find directory '%s'", whole.ptr);
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

int repository_root(struct buf *dir)
{
	static const char *const parts[] = {"/HEAD", "/objects", "/refs", "/index", "/config"};
	struct stat st;
	size_t len, i;
	int found = 0;

	for (; dir->len; buf_cut(dir, path_base(dir->ptr, len - 1))) {
		len = dir->len;
		buf_adds(dir, ".git");
		if (stat(dir->ptr, &st) < 0 || !S_ISDIR(st.st_mode))
			found = io_exists(dir->ptr);
		else
			for (i = 0; i < sizeof parts / sizeof *parts && found == 0; i++) {
				buf_cut(dir, len + strlen(".git"));
				buf_adds(dir, parts[i]);
				found = io_exists(dir->ptr);
			}
		buf_cut(dir, len);
		if (found)
			break;
	}
	return found < 0 ? -1 : 0;
}

/* Whether git does not look up from one directory to the other: both have a slash at their end. */
static bool is_cut_off(const struct environment *env, const char *start, const char *root)
{
	size_t len = strlen(start) - 1, n;
	struct stat here, there;
	const char *at;

	if (!env->git_across_filesystems && stat(start, &here) == 0 && stat(root, &there) == 0 &&
		here.st_dev != there.st_dev)
		return true;
	for (at = env->git_ceilings; at; at = at[n] ? at + n + 1 : NULL) {
		n = strcspn(at, ":");
		if (n < len && path_below(start, len, at, n) &&
			path_below(at, n, root, strlen(root) - 1))
			return true;
	}
	return false;
}

/* git found no repository, and says so in these words: those of an owner who is not trusted end in
 * what to do. One that is damaged may be there all the same, and what cannot be asked may be
 * tracked. */
static int refused(const struct environment *env, const char *start, const char *words)
{
	struct buf line = BUF_INIT, root = BUF_INIT;
	char *real = real_directory(start);
	int status = -1;

	if (!real)
		return error_os(errno, "cannot find directory '%s'", start);
	words += strncmp(words, "fatal: ", 7) == 0 ? 7 : 0;
	for (; *words; words++)
		if (*words != '\n' && *words != '\t')
			buf_addc(&line, *words);
		else if (words[1] && line.len && line.ptr[line.len - 1] != ' ')
			buf_addc(&line, ' ');
	if (line.len)
		error_set("%s", line.ptr);
	buf_adds(&root, real);
	if (!env->git_dir && repository_root(&root) == 0 &&
		(!root.len || is_cut_off(env, real, root.ptr))) {
		status = 1;
		error_of(ERROR_NO_REPOSITORY,
			"not a git repository: %.*s (--check-worktree works without one)",
			(int)(real[1] ? strlen(real) - 1 : 1), real);
	} else {
		error_prefix("cannot open the repository");
	}
	free(real);
	buf_free(&line);
	buf_free(&root);
	return status;
}

/* Where there is no git. What only git knows of is refused. */
static int find_by_libgit2(struct repository *r, const struct environment *env, const char *start)
{
	git_repository *git = NULL;
	git_config *config = NULL;
	const char *dir;
	struct stat st;
	int on = 0, status;

	if (env->git_dir || env->git_work_tree || env->git_refs)
		return -1;
	deadline_begins();
	status = git_repository_open_ext(&git, start,
		env->git_across_filesystems ? GIT_REPOSITORY_OPEN_CROSS_FS : 0, env->git_ceilings);
	deadline_ends();
	if (status < 0) {
		error_set("%s; and %s", git_words(), error_message());
		return refused(env, start, error_message());
	}
	dir = git_repository_path(git);
	if (lstat(dir, &st) < 0)
		status = error_os(errno, "cannot look at '%s'", dir);
	else if (st.st_uid != geteuid() && !r->elsewhere)
		status = error_set("cannot open the repository '%s': another user owns it, and "
				   "there is no git to ask whether it may be read",
			dir);
	else if ((status = git_repository_config_snapshot(&config, git)) < 0 ||
		 ((status = git_config_get_bool(&on, config, "core.ignorecase")) < 0 &&
			 status != GIT_ENOTFOUND))
		status = error_set("cannot read core.ignoreCase: %s", git_words());
	r->ignores_case = on;
#ifdef GIT_OID_SHA256_SIZE
	r->oid_size = git_repository_oid_type(git) == GIT_OID_SHA256 ? OID_SHA256 : OID_SHA1;
#endif
	r->top = memory_string(git_repository_workdir(git));
	r->dir = memory_string(dir);
	r->common = memory_string(git_repository_commondir(git));
	git_config_free(config);
	git_repository_free(git);
	return status < 0 && status != GIT_ENOTFOUND ? -1 : 0;
}

/* Finds the repository that `start` is in: its `top`, `dir`, `common` and `oid_size`. As
 * repository_open. */
static int discover(struct repository *r, const struct environment *env, const char *start)
{
	static const char *const args[] = {"rev-parse", "--show-object-format", SEPARATOR,
		"--absolute-git-dir", SEPARATOR, "--git-common-dir", SEPARATOR, "--show-toplevel",
		NULL};
	enum { PATIENCE = 10 }; /* longer than that git has nothing to find */
	struct buf out = BUF_INIT, err = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, r, args);
	e.patience = PATIENCE;
	if (r->elsewhere) { /* what is named git reads whoever owns it */
		e.dir = start;
		e.changes[0] = "GIT_DIR=.git";
		e.changes[1] = "GIT_WORK_TREE";
	}
	status = exec_run(&out, &err, &e, NULL);
	if (status < 0 && error_code() == ERROR_NO_GIT)
		status = find_by_libgit2(r, env, start);
	else if (status > 0 && !out.len)
		status = refused(env, start, err.ptr);
	else if (status < 0 || take_answers(r, start, out.ptr) < 0)
		status = error_prefix("cannot open the repository");
	else
		status = 0;
	buf_free(&out);
	buf_free(&err);
	return status;
}

/* --- opening ---------------------------------------------------------------------------------- */

/* A relative GIT_INDEX_FILE is git's from the top of the work tree, wherever we stand. */
static void name_files(struct repository *r, const struct environment *env)
{
	const char *file = env->git_index_file, *objects = env->git_object_dir;
	const char *base = !file ? r->dir : *file == '/' ? "" : r->top ? r->top : r->dir;

	r->index_named = file != NULL;
	r->objects = buf_join(objects ? objects : r->common, objects ? "/" : "objects/");
	r->index_path = buf_join(base, file ? file : "index");
	r->places[0] = buf_join("GIT_DIR=", r->dir);
	r->places[1] = r->top ? buf_join("GIT_WORK_TREE=", r->top) : memory_string("GIT_WORK_TREE");
	r->places[2] = buf_join("GIT_INDEX_FILE=", r->index_path);
}

int repository_open(struct repository **out, const struct environment *env, const char *elsewhere)
{
	const struct environment plain = {.variables = env->variables};
	struct repository *r;
	int status;

	*out = NULL;
	if (libgit2_start() < 0)
		return -1;
	r = memory_new(1, sizeof *r);
	*r = (struct repository){.variables = env->variables,
		.oid_size = OID_SHA1,
		.ignores_case = -1,
		.elsewhere = elsewhere != NULL,
		.attributes_index = BUF_INIT};
	env = elsewhere ? &plain : env;
	status = discover(r, env, elsewhere ? elsewhere : ".");
	if (status == 0) {
		name_files(r, env);
		/* Where libgit2 does not know the ids, or there are more directories than the
		 * repository's own, git reads the objects. */
		deadline_begins();
		if (!env->git_alternates && r->oid_size == OID_SHA1)
			status = git_odb_open(&r->odb, r->objects);
#ifdef GIT_OID_SHA256_SIZE
		else if (!env->git_alternates)
			status = git_odb_open_ext(&r->odb, r->objects,
				&(git_odb_options){GIT_ODB_OPTIONS_VERSION, GIT_OID_SHA256});
#endif
		deadline_ends();
		if (status < 0)
			status = error_set(
				"cannot use object directory '%s': %s", r->objects, git_words());
	}
	if (status == 0)
		*out = r;
	else
		repository_free(r);
	return status;
}

void repository_free(struct repository *r)
{
	if (!r)
		return;
	exec_stop(&r->headers);
	exec_stop(&r->contents);
	exec_stop(&r->attributes);
	buf_free(&r->attributes_index);
	git_odb_free(r->odb);
	free(r->places[0]);
	free(r->places[1]);
	free(r->places[2]);
	free(r->index_path);
	free(r->top);
	free(r->dir);
	free(r->common);
	free(r->objects);
	free(r);
	git_libgit2_shutdown();
}

void repository_stream(bool on)
{
	size_t limit = on ? 0 : 4096; /* libgit2's own */

	git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_COMMIT, limit);
	git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE, limit);
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, !on);
}

/* --- what git says ---------------------------------------------------------------------------- */

void repository_exec(struct exec *out, const struct repository *r, const char *const *args)
{
	*out = (struct exec){.args = args,
		.variables = r->variables,
		.changes = {r->places[0], r->places[1], r->places[2]},
		.dir = r->top};
}

int repository_git(
	struct buf *out, struct repository *r, const char *const *args, const struct buf *input)
{
	struct exec e;
	int status;

	repository_exec(&e, r, args);
	status = exec_run(out, NULL, &e, input);
	return status > 1 ? -1 : status;
}

/* Up to git 2.31, one that leads nowhere is called broken, as is one that holds no id. */
static bool is_symbolic(struct repository *r, const char *name)
{
	const char *const args[] = {"symbolic-ref", "--quiet", name, NULL};
	struct buf target = BUF_INIT;
	int status = repository_git(&target, r, args, NULL);

	buf_free(&target);
	return status == 0;
}

int repository_refs(struct buf *out, struct repository *r, const char *const *args)
{
	static const char harmless[] = "warning: ignoring dangling symref ";
	static const char broken[] = "warning: ignoring broken ref ";
	struct buf words = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, r, args);
	status = exec_run(out, &words, &e, NULL);
	for (char *line = words.ptr, *next; status == 0 && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (strncmp(line, harmless, sizeof harmless - 1) != 0 &&
			(strncmp(line, broken, sizeof broken - 1) != 0 ||
				!is_symbolic(r, line + sizeof broken - 1)))
			status = error_set("%s", line);
	}
	buf_free(&words);
	return status == 0 ? 0 : -1;
}

int repository_ignores_case(struct repository *r, bool *out)
{
	static const char *const args[] = {
		"config", "--type=bool", "--get", "core.ignoreCase", NULL};
	struct buf value = BUF_INIT;
	int status = 0;

	if (r->ignores_case < 0 && (status = repository_git(&value, r, args, NULL)) >= 0)
		r->ignores_case = strcmp(value.ptr, "true\n") == 0;
	*out = r->ignores_case > 0;
	buf_free(&value);
	return status < 0 ? error_prefix("cannot read core.ignoreCase") : 0;
}

int repository_resolve(struct oid *out, struct repository *r, const char *revision)
{
	const char *const args[] = {
		"rev-parse", "--quiet", "--verify", "--end-of-options", revision, NULL};
	struct buf text = BUF_INIT;
	int status = repository_git(&text, r, args, NULL);
	size_t len = strcspn(text.ptr, "\n");

	if (status == 0 && (len != 2 * r->oid_size || !oid_parse(out, text.ptr, r->oid_size)))
		status = error_set("git says '%.*s'", (int)len, text.ptr);
	if (status < 0)
		error_prefix("cannot use revision '%s'", revision);
	buf_free(&text);
	return status;
}

int repository_revision(struct snapshot **out, struct repository *r, const char *revision)
{
	struct oid id;
	int status = repository_resolve(&id, r, revision);

	*out = NULL;
	if (status != 0)
		return status;
	status = object_peel(&id, r, &id);
	if (status == 2)
		return error_set("revision '%s' is not a commit", revision);
	if (status == 0)
		status = snapshot_of_commit(out, r, &id);
	/* What is named, and not there, is damage. */
	return status == 0 ? 0 : error_prefix("cannot use revision '%s'", revision);
}

/* The top is known by its real path, and a person may have come by a link: that part of the path
 * counts as the top that leads there. Below it, a link in the index goes by its own name. */
int repository_relative(struct buf *out, const struct repository *r, const char *path)
{
	struct buf whole = BUF_INIT;
	char *here = NULL, *real, after;
	const char *name;
	bool inside = false;
	size_t n = 0;

	if (!r->top) {
		error_set("cannot take path '%s': the repository has no work tree", path);
		return 1;
	}
	if (*path != '/' && !(here = real_directory(".")))
		return error_os(errno, "cannot find the working directory");
	buf_adds(&whole, here ? here : "/");
	free(here);
	for (name = path; *name; name += n + (name[n] == '/')) {
		n = strcspn(name, "/");
		if (n == 2 && memcmp(name, "..", 2) == 0)
			buf_cut(&whole, whole.len > 1 ? path_base(whole.ptr, whole.len - 1) : 1);
		else if (n > 1 || (n == 1 && *name != '.'))
			buf_addf(&whole, "%.*s/", (int)n, name);
	}
	for (n = 0; n < whole.len && !inside; whole.ptr[n] = after) {
		n += strcspn(whole.ptr + n, "/") + 1;
		after = whole.ptr[n];
		whole.ptr[n] = '\0';
		real = real_directory(whole.ptr);
		inside = real && strcmp(real, r->top) == 0;
		free(real);
	}
	if (inside && n < whole.len)
		buf_add(out, whole.ptr + n, whole.len - n - 1);
	else if (!inside)
		error_set("path '%s' is outside the work tree '%.*s'", path,
			(int)strlen(r->top) - 1, r->top);
	buf_free(&whole);
	return !inside;
}
