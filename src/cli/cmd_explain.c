#include "cli/cmd.h"
#include "check/check.h"
#include "check/policy_load.h"
#include "disk/disk.h"
#include "report/explain.h"

/* What is asked for, and the places where it may be. */
struct work {
	const struct invocation *in;
	const struct environment *env;
	struct repository *repository; /* NULL: there is none here */
	struct snapshot *places[EXPLAIN_REVISION + 1];
	struct policy *policy;
	struct matcher *matcher;
	struct buf typed;   /* its path on disk */
	struct buf tracked; /* its path in the repository; empty outside of it */
	struct buf prefix, link;
	bool human, caseless;
	struct entry entry; /* what was found, in the place that `told` is about */
	int searched;       /* the place that is visited */
	struct buf ending; /* of a migration: shop/migrations/0002_rename.py; of a source that is */
	bool gone;         /* gone: its path */
	char *module, *near; /* its source from the top, and the best file that there is of it */
	struct explanation told;
};

enum { FOUND = 1, SAID, LINK_MAX = 4096 };

static void ignore_failure(void *arg)
{
	(void)arg;
}

static int open_places(struct work *work)
{
	static const struct disk_options options = {.failed = ignore_failure};
	int status = repository_open(&work->repository, work->env, NULL);

	work->matcher = matcher_new();
	if (status < 0 || !work->matcher ||
		disk_open(&work->places[EXPLAIN_DISK], ".", &options) < 0)
		return -1;
	if (status > 0)
		return 0;
	if (repository_ignores_case(work->repository, &work->caseless) < 0 ||
		repository_index(&work->places[EXPLAIN_INDEX], work->repository) < 0)
		return -1;
	/* Where there is no git, the index and the disk are what can be looked at. */
	if (repository_revision(&work->places[EXPLAIN_HEAD], work->repository, "HEAD") < 0 &&
		error_code() != ERROR_NO_GIT)
		return -1;
	return job_prefix(&work->prefix, work->repository, work->env);
}

static const struct buf *path_in(const struct work *work, int place)
{
	return place == EXPLAIN_DISK ? &work->typed : &work->tracked;
}

static int find_in(struct work *work, int place)
{
	struct snapshot *s = work->places[place];
	const struct buf *path = path_in(work, place);

	work->told.judged = place;
	return s && path->len ? snapshot_find(s, path->ptr, &work->entry) : 0;
}

/* A file by its path. One outside of the work tree has no name in the repository. */
static int find_path(struct work *work, const char *path)
{
	static const int order[] = {EXPLAIN_INDEX, EXPLAIN_DISK, EXPLAIN_HEAD};
	char target[LINK_MAX];
	ssize_t len = readlink(path, target, sizeof target);
	int i, found = 0;

	buf_clear(&work->typed);
	buf_adds(&work->typed, path);
	buf_clear(&work->link);
	buf_add(&work->link, target, len > 0 ? (size_t)len : 0);
	buf_clear(&work->tracked);
	if (work->repository && work->repository->top &&
		repository_relative(&work->tracked, work->repository, path) < 0)
		return -1;
	if (work->typed.failed || work->link.failed || work->tracked.failed)
		return error_oom();
	for (i = 0; i < EXPLAIN_PLACES && found == 0; i++)
		found = find_in(work, order[i]);
	return found;
}

/* `path` stands after the words; NULL: none. */
static int say(const struct work *work, const char *what, const struct buf *path)
{
	struct buf text = BUF_INIT;
	int status;

	path_quote(&text, work->typed.ptr, work->typed.len);
	buf_addf(&text, ": %s", what);
	if (path)
		path_quote(&text, path->ptr, path->len);
	buf_addc(&text, '\n');
	status = report_write(&text);
	buf_free(&text);
	return status < 0 ? -1 : SAID;
}

/* A directory, or a link to something. Of a directory, what git tracks below it that is rejected;
 * else what is wrong on disk. */
static int find_directory(struct work *work, const char *typed)
{
	struct snapshot *index = work->places[EXPLAIN_INDEX];
	bool link = work->link.len && work->human;
	int tracked = index && work->tracked.len ? snapshot_names(index, work->tracked.ptr) : 0;
	int status = STATUS_CLEAN;
	struct stat st;

	if (tracked < 0)
		return -1;
	if (link && say(work, "a symbolic link to ", &work->link) < 0)
		return -1;
	if (!tracked && (stat(typed, &st) < 0 || !S_ISDIR(st.st_mode)))
		return link ? SAID : 0;
	if (tracked)
		status = cmd_check_tracked.run(work->in, work->env);
	if (!tracked || (status == STATUS_CLEAN && work->human))
		status = cmd_check_worktree.run(work->in, work->env);
	if (status == STATUS_CLEAN && work->human && !cmd_wants_all_clear(work->in, work->env))
		return say(work, "a directory in which nothing is rejected", NULL);
	return status == STATUS_FAILED ? -1 : SAID;
}

/* REV:PATH, the path from the top as git reads it. */
static int find_revision(struct work *work, const char *typed)
{
	const char *colon = strchr(typed, ':');
	char *revision;
	int status;

	if (!work->repository || !colon || colon == typed)
		return 0;
	revision = strndup(typed, (size_t)(colon - typed));
	if (!revision)
		return error_oom();
	buf_clear(&work->tracked);
	buf_adds(&work->tracked, colon + 1);
	status = repository_revision(&work->places[EXPLAIN_REVISION], work->repository, revision);
	free(revision);
	if (status == 1)
		return error_set("unknown revision in '%s'", typed);
	if (status < 0 || buf_failed(&work->tracked) < 0)
		return -1;
	status = find_in(work, EXPLAIN_REVISION);
	return status ? status :
			error_set("cannot find a file '%s' in that revision", work->tracked.ptr);
}

/* One module is meant: the shortest path is its source if that is there, else the bytecode that
 * Python imports before a cache. */
static int visit_module(void *arg, const struct entry *e)
{
	struct work *work = arg;
	const struct buf *ending = &work->ending;
	struct buf path = BUF_INIT, source = BUF_INIT; /* from the top */
	struct bytecode_name name;
	int status;
	size_t end;

	buf_addf(&path, "%s%s", work->searched == EXPLAIN_DISK ? work->prefix.ptr : "", e->path);
	bytecode_name(&name, path.ptr, path.len, work->caseless);
	if (!bytecode_source(&source, &name))
		buf_adds(&source, path.ptr);
	end = source.len - ending->len;
	status = path.failed || source.failed ? error_oom() : 0;
	if (status < 0 || source.len < ending->len || strcmp(source.ptr + end, ending->ptr) != 0 ||
		(end && (work->gone || source.ptr[end - 1] != '/'))) {
		;
	} else if (work->module && strcmp(source.ptr, work->module) != 0) {
		status = error_set("'%s' is in several apps: name a file, such as '%s'",
			work->in->operands[0], source.ptr);
	} else if (!work->near || path.len < strlen(work->near)) {
		free(work->module);
		free(work->near);
		work->module = buf_take(&source);
		work->near = buf_take(&path);
		status = work->module && work->near ? 0 : -1;
	}
	buf_free(&path);
	buf_free(&source);
	return status;
}

/* A source that is gone: what it has left. Or a migration's name as Django prints it: the app is
 * looked for first, then the name in any, since an app can have another label than its directory.
 */
static int find_module(struct work *work, const char *typed)
{
	const char *dot = strchr(typed, '.'), *ends = strrchr(typed, '.'), *near;
	const struct buf *prefix = &work->prefix;
	struct buf path = BUF_INIT;
	int any, *at = &work->searched, status = 0;

	work->gone = ends && strcmp(ends, ".py") == 0;
	if (strchr(typed, '/') && !work->gone)
		return 0;
	for (any = !dot || work->gone; any < 2 && !work->near; any++) {
		buf_clear(&work->ending);
		if (!any)
			buf_addf(&work->ending, "%.*s/", (int)(dot - typed), typed);
		if (work->gone)
			buf_adds(&work->ending, work->tracked.len ? work->tracked.ptr : typed);
		else
			buf_addf(&work->ending, "migrations/%s.py", dot ? dot + 1 : typed);
		if (buf_failed(&work->ending) < 0)
			return -1;
		for (*at = 0; *at < EXPLAIN_PLACES; ++*at)
			if (*at != EXPLAIN_HEAD && work->places[*at] &&
				snapshot_each(work->places[*at], visit_module, work) < 0)
				return -1;
	}
	near = work->near;
	if (!near)
		return 0;
	if (strncmp(near, prefix->ptr, prefix->len) == 0)
		near += prefix->len;
	else
		buf_adds(&path, work->repository->top);
	buf_adds(&path, near);
	status = buf_failed(&path) < 0 ? -1 : find_path(work, path.ptr);
	buf_free(&path);
	return status;
}

static struct check check_in(const struct work *work, int place)
{
	bool on_disk = place == EXPLAIN_DISK;

	return (struct check){.kind = on_disk ? CHECK_DISK : CHECK_TRACKED,
		.notes = true,
		.snapshot = work->places[place],
		.policy = work->policy,
		.policy_base = on_disk && work->tracked.len ? work->prefix.ptr : "",
		.shown_base = "",
		.caseless = work->caseless};
}

static int visit_cache(void *arg, const struct entry *e)
{
	struct work *work = arg;
	const struct check check = check_in(work, work->searched);
	struct finding f;

	if (check_entry(&f, &check, work->matcher, e) < 0)
		return -1;
	if (f.source && strcmp(f.source, path_in(work, work->searched)->ptr) == 0)
		return finding_list_add(&work->told.caches, &f);
	finding_clear(&f);
	return 0;
}

/* What can be imported in place of a source: beside it, and in __pycache__. */
static int find_caches(struct work *work, int place)
{
	const struct buf *path = path_in(work, place);
	int dir = (int)path_base(path->ptr, path->len), i, status = 0;
	struct buf beside = BUF_INIT;

	work->searched = place;
	for (i = 0; i < 2 && status == 0 && work->places[place] && path->len; i++) {
		buf_clear(&beside);
		buf_addf(&beside, "%.*s%s%.*s", dir, path->ptr, i ? BYTECODE_CACHES "/" : "",
			(int)path->len - dir - (int)strlen("py"), path->ptr + dir);
		status = buf_failed(&beside) < 0 ? -1 :
						   snapshot_beside(work->places[place], beside.ptr,
							   visit_cache, work);
	}
	buf_free(&beside);
	return status;
}

/* Whether it and its source are there; and of the file on this disk, where times are known, what is
 * loaded. */
static int look(struct work *work, int place)
{
	struct snapshot *s = work->places[place];
	const struct buf *path = path_in(work, place);
	struct examined x = {.source = BUF_INIT};
	struct entry e = {.path = path->ptr, .len = path->len};
	int file = snapshot_find(s, path->ptr, &e);
	int status = file < 0 ? -1 : examine_names(&x, s, &e, work->caseless);

	work->told.places[place] = (struct place){true, file > 0, x.source_present};
	if (status == 0 && file > 0 && place == EXPLAIN_DISK)
		status = examine_bytes(&x, s, &e);
	if (place == EXPLAIN_DISK)
		work->told.now = x.loads;
	examined_free(&x);
	return status;
}

static int judge(struct work *work)
{
	struct explanation *told = &work->told;
	const struct check check = check_in(work, told->judged);
	const struct entry *e = &work->entry;
	bool on_disk = told->judged == EXPLAIN_DISK, revision = told->judged == EXPLAIN_REVISION;
	bool is_link = work->link.len; /* on disk */
	int i;

	if (check_explain(&told->finding, &told->decision, &told->file, &check, work->matcher, e) <
			0 ||
		(e->mode == MODE_LINK && !on_disk && !work->link.len &&
			snapshot_read(check.snapshot, e, &work->link, LINK_MAX) < 0))
		return -1;
	told->is_source = told->file.name.kind == BYTECODE_NONE && e->len > 3 &&
			  strcmp(e->path + e->len - 3, ".py") == 0;
	for (i = 0; i < EXPLAIN_PLACES; i++)
		if (work->places[i] && path_in(work, i)->len && !(revision && i == EXPLAIN_DISK) &&
			look(work, i) < 0)
			return -1;
	/* A link to a directory is not a file of the disk, but it is there. */
	if (is_link && told->file.name.kind == BYTECODE_NONE)
		told->places[EXPLAIN_DISK].file = true;
	if (!told->is_source)
		return 0;
	if (!on_disk && find_caches(work, told->judged) < 0)
		return -1;
	return revision ? 0 : find_caches(work, EXPLAIN_DISK);
}

static int tell(struct work *work)
{
	struct explanation *told = &work->told;
	bool revision = told->judged == EXPLAIN_REVISION;
	int place = told->judged == EXPLAIN_DISK ? EXPLAIN_INDEX : told->judged;
	const struct policy_files files = {work->in->policy, work->in->extend};
	const struct finding_list one = {&told->finding, 1};
	struct report r = {.at.prefix = work->prefix.ptr,
		.findings = &one,
		.program = "pycguard",
		.policy = "",
		.color = cmd_wants_color(work->in, work->env),
		.width = work->env->width};
	struct buf text = BUF_INIT;
	int status;

	if (policy_load(&work->policy, &files, work->places[place], work->caseless) < 0 ||
		judge(work) < 0)
		return -1;
	if (told->judged == EXPLAIN_INDEX)
		cmd_find_hints(&r, work->in, work->repository, work->places[EXPLAIN_INDEX],
			work->caseless);
	told->shown = revision ? work->in->operands[0] : work->typed.ptr;
	told->link = work->link.len ? work->link.ptr : NULL;
	told->report = &r;
	if (work->human)
		explain_file(&text, told);
	else
		report_json_finding(&text, &r, &told->finding);
	status = report_write(&text);
	buf_free(&text);
	return status;
}

static int explain(struct work *work, const char *typed)
{
	static int (*const finders[])(struct work *, const char *) = {
		find_path, find_directory, find_revision, find_module};
	const char *rule = rule_nearest(typed, strlen(typed));
	int found = open_places(work);
	size_t i;

	for (i = 0; i < sizeof finders / sizeof *finders && found == 0; i++)
		found = finders[i](work, typed);
	if (found == 0 && rule)
		return error_set("no file and no rule '%s': did you mean %s?", typed, rule);
	if (found == 0)
		return error_set(
			"cannot find '%s': no file in git or on disk, no rule, no migration",
			typed);
	return found == FOUND ? tell(work) : found;
}

static int run(const struct invocation *in, const struct environment *env)
{
	const struct report r = {.color = cmd_wants_color(in, env), .width = env->width};
	struct work work = {.in = in,
		.env = env,
		.typed = BUF_INIT,
		.tracked = BUF_INIT,
		.prefix = BUF_INIT,
		.link = BUF_INIT,
		.human = strcmp(in->format, "human") == 0,
		.ending = BUF_INIT,
		.told.file.source = BUF_INIT};
	enum rule rule = rule_of_id(in->operands[0], strlen(in->operands[0]));
	struct buf text = BUF_INIT;
	int i, status = -1;

	if (!work.human && strcmp(in->format, "json") != 0) {
		error_set("--explain takes --format human or json, not '%s'", in->format);
	} else if (rule) {
		explain_rule(&text, rule, &r);
		status = report_write(&text);
	} else {
		status = explain(&work, in->operands[0]);
	}
	buf_free(&text);
	finding_clear(&work.told.finding);
	examined_free(&work.told.file);
	finding_list_free(&work.told.caches);
	for (i = 0; i <= EXPLAIN_REVISION; i++)
		snapshot_free(work.places[i]);
	matcher_free(work.matcher);
	policy_free(work.policy);
	buf_free(&work.typed);
	buf_free(&work.tracked);
	buf_free(&work.prefix);
	buf_free(&work.link);
	buf_free(&work.ending);
	free(work.module);
	free(work.near);
	repository_free(work.repository);
	return status < 0 ? STATUS_FAILED : STATUS_CLEAN;
}

const struct command cmd_explain = {
	.name = "explain",
	.operands = "PATH|REV:PATH|MIGRATION|RULE",
	.options = CLI_POLICY | CLI_OPTION(FORMAT),
	.summary = "what Python and Django do with a file, or what a rule means",
	.help = "Says what Python and Django do with that file or migration, and why; what is wrong "
		"in that directory; or what that rule means.",
	.examples = {"--explain shop/migrations/0002_rename.pyc", "--explain shop.0002_rename"},
	.run = run,
};
