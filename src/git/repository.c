#include "git/git.h"

#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/io.h"
#include "base/path.h"
#include "git/exec/cat_file.h"
#include "git/exec/discover.h"
#include "git/git_guard.h"
#include "git/objects.h"

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
	deadline_begins();
	if (r->oid_size != OID_SHA1)
		status = cat_file_new(&r->cat_file, r);
	else if (git_odb_open(&r->odb, r->objects) < 0)
		status = git_failed("cannot use object directory '%s'", r->objects);
	if (status == 0 && r->odb && env->git_alternates)
		status = add_alternates(r->odb, env->git_alternates);
	deadline_ends();
	return status;
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
	status = git_calls_load() < 0 || git_guard_memory() < 0 ? -1 : 0;
	if (status == 0 && git_libgit2_init() < 0)
		status = git_failed("cannot start libgit2");
	if (status < 0) {
		free(r);
		return -1;
	}
	status = discover(r, env, start);
	if (status == 0 &&
		(open_objects(r, env) < 0 || name_index(r, env) < 0 || set_places(r) < 0))
		status = -1;
	if (status == 0)
		*out = r;
	else
		repository_free(r);
	return status;
}

int repository_open(struct repository **out, const struct environment *env)
{
	return open_from(out, env, ".", false);
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
	exec_stop(&r->attributes);
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

int repository_ignores_case(const struct repository *r, bool *out)
{
	struct buf value = BUF_INIT;
	int status = discover_setting(&value, r, "--type=bool", "core.ignoreCase");

	*out = status == 0 && strcmp(value.ptr, "true") == 0;
	buf_free(&value);
	if (status < 0 && error_code() == ERROR_NO_GIT && r->found_by_libgit2) {
		*out = r->ignores_case;
		return 0;
	}
	return status < 0 ? -1 : 0;
}

int repository_index(struct snapshot **out, struct repository *r)
{
	return snapshot_of_index(out, r);
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
