#include "git/repository.h"

#include <stdatomic.h>

#include "base/deadline.h"
#include "git/libgit2.h"
#include "git/objects.h"

/* --- opening ---------------------------------------------------------------------------------- */

/* Where libgit2 does not know the ids, or there are more directories than the repository's own, git
 * reads the objects. */
static int open_objects(struct repository *r, const struct environment *env)
{
	int status = 0;

	deadline_begins();
	if (!env->git_alternates && r->oid_size == OID_SHA1)
		status = git_odb_open(&r->odb, r->objects);
#ifdef GIT_OID_SHA256_SIZE
	else if (!env->git_alternates)
		status = git_odb_open_ext(&r->odb, r->objects,
			&(git_odb_options){GIT_ODB_OPTIONS_VERSION, GIT_OID_SHA256});
#endif
	deadline_ends();
	return status < 0 ?
		       error_set("cannot use object directory '%s': %s", r->objects, git_words()) :
		       0;
}

/* A relative GIT_INDEX_FILE is git's from the top of the work tree, wherever we stand. */
static int name_files(struct repository *r, const struct environment *env)
{
	/* libgit2 has a pack once for all who name it alike, with locks that threads would wait
	 * for: so each repository that is open has another name for the same directory. */
	static const char *const same[] = {"", "./", "././", "./././"};
	static atomic_uint opened;
	const char *file = env->git_index_file, *objects = env->git_object_dir;
	const char *base = !file ? r->dir : *file == '/' ? "" : r->top ? r->top : r->dir;
	struct buf dir = BUF_INIT;

	r->index_named = file != NULL;
	buf_addf(&dir, "%s%s%s", objects ? objects : r->common, objects ? "/" : "objects/",
		same[atomic_fetch_add(&opened, 1) % 4]);
	r->objects = buf_take(&dir);
	if (!r->objects || !(r->index_path = buf_join(base, file ? file : "index")) ||
		!(r->places[0] = buf_join("GIT_DIR=", r->dir)) ||
		(r->top && !(r->places[1] = buf_join("GIT_WORK_TREE=", r->top))) ||
		!(r->places[2] = buf_join("GIT_INDEX_FILE=", r->index_path)))
		return -1;
	return 0;
}

static int open_from(
	struct repository **out, const struct environment *env, const char *start, bool elsewhere)
{
	struct repository *r = calloc(1, sizeof *r);
	int status;

	*out = NULL;
	if (!r)
		return error_oom();
	if (libgit2_start() < 0) {
		free(r);
		return -1;
	}
	*r = (struct repository){.variables = env->variables,
		.oid_size = OID_SHA1,
		.elsewhere = elsewhere,
		.attributes_index = BUF_INIT};
	status = discover(r, env, start);
	if (status == 0 && (name_files(r, env) < 0 || open_objects(r, env) < 0))
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

const char *repository_hex(const struct repository *r, const struct oid *oid)
{
	return oid_hex(oid, r->oid_size);
}

/* --- what git says ---------------------------------------------------------------------------- */

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

int repository_ignores_case(const struct repository *r, bool *out)
{
	static const char *const args[] = {
		"config", "--type=bool", "--get", "core.ignoreCase", NULL};
	struct buf value = BUF_INIT;
	struct exec e;
	int status;

	*out = r->ignores_case;
	if (r->found_by_libgit2)
		return 0;
	repository_exec(&e, r, args);
	status = exec_ask(&value, &e);
	*out = status == 0 && strcmp(value.ptr, "true") == 0;
	buf_free(&value);
	return status < 0 ? error_prefix("cannot read core.ignoreCase") : 0;
}

int repository_resolve(struct oid *out, struct repository *r, const char *revision)
{
	const char *const args[] = {
		"rev-parse", "--quiet", "--verify", "--end-of-options", revision, NULL};
	struct buf text = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, r, args);
	status = exec_ask(&text, &e);
	if (status == 0 && (text.len != 2 * r->oid_size || !oid_parse(out, text.ptr, r->oid_size)))
		status = error_set("git says '%s'", text.ptr);
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

int refs_check_warnings(const struct buf *words)
{
	static const char harmless[] = "warning: ignoring dangling symref ";
	const char *line = words->ptr;
	size_t n;

	for (; *line; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		if (strncmp(line, harmless, sizeof harmless - 1) != 0)
			return error_set("%.*s", (int)n, line);
	}
	return 0;
}

/* A branch that cannot be read is not one without commits, though git says no more of either. */
int repository_head(struct oid *out, struct repository *r)
{
	static const char *const symbolic[] = {"symbolic-ref", "--quiet", "HEAD", NULL};
	const char *list[] = {"for-each-ref", "--format=%(objectname)", NULL, NULL};
	struct buf name = BUF_INIT, ids = BUF_INIT, words = BUF_INIT;
	struct exec e;
	int status = repository_resolve(out, r, "HEAD");

	if (status != 1)
		return status;
	repository_exec(&e, r, symbolic);
	status = exec_ask(&name, &e);
	if (status == 1)
		status = error_set("it names no commit");
	if (status == 0) {
		list[2] = name.ptr;
		repository_exec(&e, r, list);
		status = exec_run(&ids, &words, &e, NULL);
	}
	if (status > 0)
		status = error_set("git for-each-ref ended with status %d", status);
	if (status == 0)
		status = buf_failed(&ids) < 0 ? -1 : refs_check_warnings(&words);
	if (status == 0 && ids.len)
		status = error_set("'%s' names no commit", name.ptr);
	buf_free(&name);
	buf_free(&ids);
	buf_free(&words);
	return status < 0 ? error_prefix("cannot read HEAD") : 1;
}

/* --- paths that people type ------------------------------------------------------------------- */

/* Appends the components of `path` to the absolute `out`, resolving `.` and `..` by name. */
static void add_components(struct buf *out, const char *path)
{
	size_t n;

	for (; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (n == 2 && memcmp(path, "..", 2) == 0) {
			size_t base = path_base(out->ptr, out->len);

			buf_cut(out, base ? base - 1 : 0);
		} else if (n > 1 || (n == 1 && path[0] != '.')) {
			buf_addf(out, "/%.*s", (int)n, path);
		}
	}
}

/* The top is known by its real path; a person may have come by a link. Then the directory is
 * resolved, if it is there: a link in the index goes by its own name. */
int repository_relative(struct buf *out, const struct repository *r, const char *path)
{
	struct buf whole = BUF_INIT;
	size_t len = r->top ? strlen(r->top) - 1 : 0, base;
	char *name, *dir = NULL;
	int status;

	if (!r->top) {
		error_set("cannot take path '%s': the repository has no work tree", path);
		return 1;
	}
	if (*path != '/' && !(dir = realpath(".", NULL)))
		return error_os(errno, "cannot find the working directory");
	add_components(&whole, dir ? dir : "");
	add_components(&whole, path);
	free(dir);
	status = buf_failed(&whole);
	if (status == 0 && !path_below(whole.ptr, whole.len, r->top, len)) {
		base = path_base(whole.ptr, whole.len);
		name = strdup(whole.ptr + base);
		buf_cut(&whole, base);
		dir = realpath(whole.len ? whole.ptr : "/", NULL);
		if (!name)
			status = error_oom();
		else if (!dir && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
			status = error_os(errno, "cannot find directory '%s'", whole.ptr);
		if (dir)
			buf_clear(&whole);
		add_components(&whole, dir ? dir : "");
		add_components(&whole, name ? name : "");
		free(dir);
		free(name);
	}
	if (status == 0)
		status = buf_failed(&whole);
	if (status == 0 && !path_below(whole.ptr, whole.len, r->top, len)) {
		error_set("path '%s' is outside the work tree '%s'", path, r->top);
		status = 1;
	} else if (status == 0) {
		buf_adds(out, whole.len > len ? whole.ptr + len + 1 : "");
		status = buf_failed(out);
	}
	buf_free(&whole);
	return status;
}
