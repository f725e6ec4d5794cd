#include "git.h"

#include <stdlib.h>
#include <string.h>

#include "cat_file.h"
#include "config.h"
#include "git_guard.h"
#include "io.h"
#include "objects.h"
#include "owner.h"
#include "path.h"
#include "plumbing.h"
#include "snapshot_raw.h"

/* Extensions that change nothing of what is read here, but that libgit2 refuses by itself. */
static int lift_extensions(void)
{
#if LIBGIT2_AT_LEAST(1, 2)
	static const char *const harmless[] = {
		"partialclone", "relativeworktrees", "worktreeconfig"};

	if (git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, harmless, (size_t)3) < 0)
		return git_failed("cannot set up libgit2");
#endif
	return 0;
}

/* With GIT_DIR alone, git takes the working directory for the top of the work tree, unless the
 * repository says better (core.worktree, core.bare, a linked worktree). */
static int set_top_for_git_dir(struct repository *r)
{
	git_config *config;
	git_buf value = {0};
	int status;

	if (git_repository_is_bare(r->git) || git_repository_is_worktree(r->git))
		return 0;
	if (git_repository_config_snapshot(&config, r->git) < 0)
		return git_failed("cannot read the configuration");
	status = git_config_get_string_buf(&value, config, "core.worktree");
	git_buf_dispose(&value);
	git_config_free(config);
	if (status == 0)
		return 0;
	if (status != GIT_ENOTFOUND || git_repository_set_workdir(r->git, ".", 0) < 0)
		return git_failed("cannot find the work tree");
	return 0;
}

static int choose_top(struct repository *r, const struct environment *env)
{
	if (env->git_work_tree) {
		if (git_repository_set_workdir(r->git, env->git_work_tree, 0) < 0)
			return git_failed("cannot use work tree '%s'", env->git_work_tree);
		return 0;
	}
	return env->git_dir ? set_top_for_git_dir(r) : 0;
}

/* 2 when there is a repository, but libgit2 refuses it; recorded. */
static int open_git(struct repository *r, const struct environment *env, const char *start)
{
	unsigned flags = env->git_across_filesystems ? GIT_REPOSITORY_OPEN_CROSS_FS : 0;
	int status;

	if (env->git_dir)
		flags |= GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT;
	status = git_repository_open_ext(&r->git, start, flags, env->git_ceilings);
	if (status < 0) {
		git_failed("cannot open the repository");
		if (status == GIT_ENOTFOUND)
			return env->git_dir ? -1 : 1;
		return 2;
	}
	return choose_top(r, env);
}

static int add_alternate(git_odb *odb, const char *dir)
{
	if (git_odb_add_disk_alternate(odb, dir) < 0)
		return git_failed("cannot use object directory '%s'", dir);
	return 0;
}

/* Directories with a colon between them; one that needs it is quoted as git quotes paths. */
static int add_alternates(git_odb *odb, const char *list)
{
	struct buf dir = BUF_INIT;
	size_t len;
	int status = 0;

	for (; *list && status == 0; list += *list == ':') {
		buf_clear(&dir);
		if (*list == '"') {
			if (!path_unquote(&dir, &list) || (*list && *list != ':'))
				status = error_set("cannot read GIT_ALTERNATE_OBJECT_DIRECTORIES: "
						   "badly quoted");
		} else {
			len = strcspn(list, ":");
			buf_add(&dir, list, len);
			list += len;
		}
		if (status == 0 && dir.len)
			status = buf_failed(&dir) < 0 ? -1 : add_alternate(odb, dir.ptr);
	}
	buf_free(&dir);
	return status;
}

static int open_named_objects(struct repository *r)
{
	if (git_odb_open(&r->odb, r->objects) < 0 ||
		(r->git && git_repository_set_odb(r->git, r->odb) < 0))
		return git_failed("cannot use object directory '%s'", r->objects);
	return 0;
}

/* Where git would write objects. */
static int name_objects(struct repository *r, const struct environment *env)
{
	struct buf path = BUF_INIT;

	buf_adds(&path, env->git_object_dir ? env->git_object_dir : r->common);
	buf_adds(&path, env->git_object_dir ? "/" : "objects/");
	r->objects = buf_take(&path);
	return r->objects ? 0 : -1;
}

static int open_objects(struct repository *r, const struct environment *env)
{
	int status = name_objects(r, env);

	if (status < 0)
		return -1;
	if (r->oid_size != OID_SHA1)
		status = cat_file_new(&r->cat_file, r);
	else if (env->git_object_dir || !r->git) /* what libgit2 refuses may be the refs alone */
		status = open_named_objects(r);
	else if (git_repository_odb(&r->odb, r->git) < 0)
		status = git_failed("cannot open the object database");
	if (status < 0 || !r->odb || !env->git_alternates)
		return status;
	return add_alternates(r->odb, env->git_alternates);
}

/* A relative GIT_INDEX_FILE is git's from the top of the work tree, wherever we stand. */
static int name_index(struct repository *r, const struct environment *env)
{
	const char *file = env->git_index_file;
	struct buf path = BUF_INIT;

	r->index_named = file != NULL;
	if (!file) {
		buf_adds(&path, r->dir);
		file = "index";
	} else if (*file != '/') {
		buf_adds(&path, r->top ? r->top : r->dir);
	}
	buf_adds(&path, file);
	r->index_path = buf_take(&path);
	return r->index_path ? 0 : -1;
}

/* What is set for the process is set by whoever opens the first repository: threads that open it
 * once more must not change what others are reading. */
static int start_libgit2(void)
{
	int started;

	if (git_calls_load() < 0 || git_guard_memory() < 0)
		return -1;
	started = git_libgit2_init();
	if (started < 0)
		return git_failed("cannot start libgit2");
	if (started > 1 || (lift_extensions() == 0 && owner_prepare() == 0))
		return 0;
	git_libgit2_shutdown();
	return -1;
}

static int copy(char **out, const char *path)
{
	*out = path ? strdup(path) : NULL;
	return path && !*out ? error_oom() : 0;
}

static int name_directories(struct repository *r)
{
	return copy(&r->top, git_repository_workdir(r->git)) < 0 ||
			       copy(&r->dir, git_repository_path(r->git)) < 0 ||
			       copy(&r->common, git_repository_commondir(r->git)) < 0 ?
		       -1 :
		       0;
}

/* By libgit2; if it refuses, or would look for the refs in the wrong place, as git finds it: but
 * git would wait where libgit2 has waited. */
static int find(struct repository *r, const struct environment *env, const char *start)
{
	int status = open_git(r, env, start);

	if (status == 0 && env->git_refs) {
		git_repository_free(r->git);
		r->git = NULL;
		error_set("cannot open the repository: libgit2 knows no GIT_REFERENCE_BACKEND");
		status = 2;
	}
	if (status == 2)
		return error_is_interruption() ? -1 : plumbing_find(r, start);
	if (status == 0 && !r->elsewhere)
		status = owner_check(r->git, env);
	return status == 0 ? name_directories(r) : status;
}

/* Nothing found where there is a HEAD is a failure: what cannot be asked may be tracked. */
static int check_absent(const char *start)
{
	struct buf head = BUF_INIT;
	int there;

	buf_addf(&head, "%s/.git/HEAD", start);
	there = buf_failed(&head) < 0 ? -1 : io_exists(head.ptr);
	buf_free(&head);
	if (there > 0)
		return error_set("cannot open the repository at '%s'", start);
	return there < 0 ? -1 : 1;
}

static int set_place(char **out, const char *name, const char *path)
{
	struct buf text = BUF_INIT;

	if (!path)
		return 0;
	buf_adds(&text, name);
	buf_adds(&text, path);
	*out = buf_take(&text);
	return *out ? 0 : -1;
}

static int set_places(struct repository *r)
{
	return set_place(&r->places[0], "GIT_DIR=", r->dir) < 0 ||
			       set_place(&r->places[1], "GIT_WORK_TREE=", r->top) < 0 ||
			       set_place(&r->places[2], "GIT_INDEX_FILE=", r->index_path) < 0 ?
		       -1 :
		       0;
}

void repository_exec(struct exec *out, const struct repository *r, const char *const *args)
{
	static const char *const names[] = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"};
	size_t i;

	*out = (struct exec){.args = args, .variables = r->variables, .dir = r->top};
	for (i = 0; (r->dir || r->elsewhere) && i < 3; i++)
		out->changes[i] = r->places[i] ? r->places[i] : names[i];
}

int repository_git(
	struct buf *out, struct repository *r, const char *const *args, const struct buf *input)
{
	struct exec e;

	repository_exec(&e, r, args);
	return exec_run(out, NULL, &e, input);
}

static int open_from(
	struct repository **out, const struct environment *env, const char *start, bool elsewhere)
{
	struct repository *r = calloc(1, sizeof *r);
	int status;

	*out = NULL;
	if (!r)
		return error_oom();
	r->variables = env->variables;
	r->oid_size = OID_SHA1;
	r->elsewhere = elsewhere;
	if (start_libgit2() < 0) {
		free(r);
		return -1;
	}
	status = find(r, env, start);
	if (status == 1)
		status = check_absent(start);
	if (status == 0 && ((r->git && config_check(r) < 0) || open_objects(r, env) < 0 ||
				   name_index(r, env) < 0 || set_places(r) < 0))
		status = -1;
	if (status == 0)
		*out = r;
	else
		repository_free(r);
	return status;
}

int repository_open(struct repository **out, const struct environment *env)
{
	return open_from(out, env, env->git_dir ? env->git_dir : ".", false);
}

int repository_open_at(struct repository **out, const struct environment *env, const char *dir)
{
	const struct environment plain = {.variables = env->variables};

	return open_from(out, &plain, dir, true);
}

void repository_free(struct repository *r)
{
	if (!r)
		return;
	cat_file_free(r->cat_file);
	git_odb_free(r->odb);
	git_repository_free(r->git);
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

int repository_ignores_case(const struct repository *r, bool *out)
{
	git_config *config;
	int value = 0, status;

	if (!r->git)
		return plumbing_ignores_case(r, out);
	if (git_repository_config_snapshot(&config, r->git) < 0)
		return git_failed("cannot read the configuration");
	status = git_config_get_bool(&value, config, "core.ignorecase");
	git_config_free(config);
	if (status < 0 && status != GIT_ENOTFOUND)
		return git_failed("cannot read core.ignoreCase");
	*out = value;
	return 0;
}

int repository_index(struct snapshot **out, struct repository *r)
{
	*out = snapshot_of_raw_index(r);
	return *out ? 0 : snapshot_of_index(out, r);
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
	return status == 0 ? 0 : -1; /* what is named, and not there, is damage */
}
