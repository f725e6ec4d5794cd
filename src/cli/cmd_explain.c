#include "cli/cmd.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "check/check.h"
#include "check/policy_load.h"
#include "disk/disk.h"
#include "report/explain.h"

/* The places where the file may be (those of explain.h first), and the one that is judged. */
struct work {
	const struct invocation *in;
	const struct environment *env;
	struct repository *repository; /* NULL: there is none here */
	struct snapshot *places[EXPLAIN_PLACES + 1];
	struct policy *policy;
	struct matcher *matcher;
	struct buf typed;   /* its path on disk */
	struct buf tracked; /* its path in the repository; empty outside of it */
	struct buf prefix, link;
	bool caseless;
	int judged;
	struct entry entry;
	struct finding_list caches;
};

enum { REVISION = EXPLAIN_PLACES /* of REV:PATH */, LINK_MAX = 4096 };

static void ignore_failure(void *arg)
{
	(void)arg;
}

static int open_places(struct work *work)
{
	static const struct disk_options options = {.failed = ignore_failure};
	int status = repository_open(&work->repository, work->env);

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

	work->judged = place;
	return s && path->len ? snapshot_find(s, path->ptr, &work->entry) : 0;
}

/* 1, 0 when it is nowhere, or -1. A path outside of the work tree has no name in the repository. */
static int choose(struct work *work, const char *path)
{
	int found = 0;

	buf_clear(&work->typed);
	buf_adds(&work->typed, path);
	buf_clear(&work->tracked);
	if (work->repository && work->repository->top)
		found = repository_relative(&work->tracked, work->repository, path) < 0 ? -1 : 0;
	if (found == 0 && (work->typed.failed || work->tracked.failed))
		found = error_oom();
	if (found == 0)
		found = find_in(work, EXPLAIN_INDEX);
	if (found == 0)
		found = find_in(work, EXPLAIN_DISK);
	return found ? found : find_in(work, EXPLAIN_HEAD);
}

/* REV:PATH, the path from the top as git reads it. 1, 0 when it is none, or -1. */
static int choose_revision(struct work *work, const char *typed)
{
	const char *colon = strchr(typed, ':');
	struct buf revision = BUF_INIT;
	int status;

	if (!work->repository || !colon || colon == typed)
		return 0;
	buf_add(&revision, typed, (size_t)(colon - typed));
	buf_clear(&work->tracked);
	buf_adds(&work->tracked, colon + 1);
	status = buf_failed(&revision);
	if (status == 0)
		status = repository_revision(
			&work->places[REVISION], work->repository, revision.ptr);
	buf_free(&revision);
	if (status == 1)
		return error_set("unknown revision in '%s'", typed);
	status = status < 0 ? -1 : find_in(work, REVISION);
	return status ? status :
			error_set("cannot find a file '%s' in that revision", work->tracked.ptr);
}

/* A search in one place, for the caches of a source, or for what has the name of a migration. */
struct search {
	struct work *work;
	int place;
	const char *source; /* NULL: by the end of it */
	struct buf ending;  /* shop/migrations/0002_rename.py */
	struct pathset names,
		files; /* sources of that name from the top, and what is there, as typed */
};

/* The path of a file of the index is made one from where the user's shell is. */
static int add_typed(struct pathset *set, const struct search *s, const char *path)
{
	const struct buf *prefix = &s->work->prefix;
	struct buf typed = BUF_INIT;
	int status = -1;

	if (s->place == EXPLAIN_INDEX && strncmp(path, prefix->ptr, prefix->len) == 0)
		path += prefix->len;
	else if (s->place == EXPLAIN_INDEX)
		buf_adds(&typed, s->work->repository->top);
	buf_adds(&typed, path);
	if (buf_failed(&typed) == 0)
		status = pathset_add(set, typed.ptr, typed.len);
	buf_free(&typed);
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

static int visit(void *arg, const struct entry *e)
{
	struct search *s = arg;
	const struct check check = check_in(s->work, s->place);
	struct buf source = BUF_INIT;
	struct bytecode_name name;
	struct finding f;
	int status = 0;
	size_t end;

	if (!s->source && s->place == EXPLAIN_DISK) /* from the top */
		buf_adds(&source, s->work->prefix.ptr);
	bytecode_name(&name, e->path, e->len, s->work->caseless);
	if (!bytecode_source(&source, &name) && !s->source)
		buf_adds(&source, e->path);
	end = source.len - s->ending.len;
	if (buf_failed(&source) < 0)
		status = -1;
	else if (s->source && strcmp(source.ptr, s->source) == 0)
		status = check_entry(&f, &check, s->work->matcher, e) < 0 ?
				 -1 :
				 finding_list_add(&s->work->caches, &f);
	else if (!s->source && source.len >= s->ending.len &&
		 strcmp(source.ptr + end, s->ending.ptr) == 0 &&
		 (end == 0 || source.ptr[end - 1] == '/'))
		status = pathset_add(&s->names, source.ptr, source.len) < 0 ?
				 -1 :
				 add_typed(&s->files, s, e->path);
	buf_free(&source);
	return status;
}

/* One module is meant: the shortest path is its source if that is there, else the bytecode that
 * Python imports before a cache. */
static int choose_module(struct work *work, const struct search *s)
{
	const struct pathset *names = &s->names, *files = &s->files;
	size_t i, near = 0;

	for (i = 0; i < names->count; i++) {
		if (strcmp(names->items[i].path, names->items[0].path) != 0)
			return error_set("'%s' is in several apps: name a file, such as '%s'",
				work->in->operands[0], names->items[i].path);
		near = files->items[i].len < files->items[near].len ? i : near;
	}
	return names->count ? choose(work, files->items[near].path) : 0;
}

/* A name as Django prints it. The app is looked for first, then the name in any, since an app can
 * have another label than its directory. 1, 0 or -1. */
static int choose_migration(struct work *work, const char *typed)
{
	const char *dot = strchr(typed, '.');
	int any, found = 0;

	for (any = !dot; any < 2 && found == 0 && !strchr(typed, '/'); any++) {
		struct search s = {.work = work, .ending = BUF_INIT};

		if (!any)
			buf_addf(&s.ending, "%.*s/", (int)(dot - typed), typed);
		buf_addf(&s.ending, "migrations/%s.py", dot ? dot + 1 : typed);
		found = buf_failed(&s.ending);
		for (s.place = 0; s.place < EXPLAIN_PLACES && found == 0; s.place++)
			if (s.place != EXPLAIN_HEAD && work->places[s.place])
				found = snapshot_each(work->places[s.place], visit, &s);
		if (found == 0)
			found = choose_module(work, &s);
		pathset_free(&s.names);
		pathset_free(&s.files);
		buf_free(&s.ending);
	}
	return found;
}

/* What can be imported in place of a source: beside it, and in __pycache__. */
static int find_caches(struct work *work, int place)
{
	const struct buf *path = path_in(work, place);
	struct search s = {.work = work, .place = place, .source = path->ptr, .ending = BUF_INIT};
	size_t base = path_base(path->ptr, path->len);
	struct buf beside = BUF_INIT;
	int i, status = 0;

	for (i = 0; i < 2 && status == 0 && work->places[place] && path->len; i++) {
		buf_clear(&beside);
		buf_add(&beside, path->ptr, base);
		buf_adds(&beside, i ? BYTECODE_CACHES "/" : "");
		buf_add(&beside, path->ptr + base, path->len - base - strlen("py"));
		status = buf_failed(&beside);
		if (status == 0)
			status = snapshot_beside(work->places[place], beside.ptr, visit, &s);
	}
	buf_free(&beside);
	return status;
}

/* Whether it and its source are there; and of the file on this disk, where times are known, what is
 * loaded. */
static int look(struct explanation *told, struct work *work, int place)
{
	struct snapshot *s = work->places[place];
	const struct buf *path = path_in(work, place);
	struct examined x = {.source = BUF_INIT};
	struct buf source = BUF_INIT;
	struct bytecode_name name;
	struct entry e;
	int file, there = 0;

	bytecode_name(&name, path->ptr, path->len, work->caseless);
	bytecode_source(&source, &name);
	file = buf_failed(&source) < 0 ? -1 : snapshot_find(s, path->ptr, &e);
	if (file >= 0 && source.len)
		there = snapshot_find(s, source.ptr, NULL);
	if (file > 0 && place == EXPLAIN_DISK) {
		there = examine(&x, s, &e, work->caseless) < 0 ? -1 : there;
		told->now = x.loads;
		examined_free(&x);
	}
	told->places[place] = (struct place){true, file > 0, there > 0};
	buf_free(&source);
	return file < 0 || there < 0 ? -1 : 0;
}

static int fill(struct explanation *told, struct finding *f, struct examined *x, struct work *work)
{
	struct snapshot *s = work->places[work->judged];
	bool on_disk = work->judged == EXPLAIN_DISK, source;
	const struct check check = check_in(work, work->judged);
	const struct entry *e = &work->entry;
	int i;

	if (check_explain(f, &told->decision, x, &check, work->matcher, e) < 0 ||
		(e->mode == MODE_LINK && !on_disk && !work->link.len &&
			snapshot_read_start(s, e, &work->link, LINK_MAX) < 0))
		return -1;
	source = x->name.kind == BYTECODE_NONE && e->len > 3 &&
		 strcmp(e->path + e->len - 3, ".py") == 0;
	told->caches = source ? &work->caches : NULL;
	for (i = 0; i <= REVISION; i++) {
		bool here = i == EXPLAIN_DISK && work->judged != REVISION;

		if (i < REVISION && work->places[i] && path_in(work, i)->len &&
			(i != EXPLAIN_DISK || here) && look(told, work, i) < 0)
			return -1;
		if (source && (here || (i == work->judged && !on_disk)) && find_caches(work, i) < 0)
			return -1;
	}
	return 0;
}

static int tell(struct work *work)
{
	static const char *const names[] = {
		"in the index", "in HEAD", "on disk", "in that revision"};
	int place = work->judged == EXPLAIN_DISK ? EXPLAIN_INDEX : work->judged;
	const struct policy_files files = {work->in->policy, work->in->extend};
	struct finding finding = {0};
	const struct finding_list one = {&finding, 1};
	struct report r = {.at.prefix = work->prefix.ptr,
		.findings = &one,
		.program = "pycguard",
		.policy = "",
		.color = cmd_wants_color(work->in, work->env),
		.width = work->env->width};
	struct examined x = {.source = BUF_INIT};
	struct explanation told = {.file = &x, .finding = &finding, .report = &r};
	struct buf text = BUF_INIT;
	int status = policy_load(&work->policy, &files, work->places[place], work->caseless);

	told.judged = names[work->judged];
	told.shown = work->judged == REVISION ? work->in->operands[0] : work->typed.ptr;
	if (status == 0)
		status = fill(&told, &finding, &x, work);
	if (status == 0 && work->judged == EXPLAIN_INDEX)
		cmd_find_hints(&r, work->in, work->repository, work->caseless);
	told.link = work->link.len ? work->link.ptr : NULL;
	if (status == 0 && strcmp(work->in->format, "json") == 0)
		report_json_finding(&text, &r, &finding);
	else if (status == 0)
		explain_file(&text, &told);
	if (status == 0)
		status = report_write(&text);
	buf_free(&text);
	finding_clear(&finding);
	examined_free(&x);
	return status;
}

static int say_line(const struct work *work, const char *what, const struct buf *path)
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
	return status;
}

/* Of a directory, what git tracks below it that is rejected; else what is wrong on disk. */
static int explain_directory(const struct work *work, bool tracked, bool human)
{
	int status = STATUS_CLEAN;

	if (tracked)
		status = cmd_check_tracked.run(work->in, work->env);
	if (!tracked || (status == STATUS_CLEAN && human))
		status = cmd_check_worktree.run(work->in, work->env);
	if (status == STATUS_CLEAN && human && !cmd_wants_all_clear(work->in, work->env))
		return say_line(work, "a directory in which nothing is rejected", NULL);
	return status == STATUS_FAILED ? -1 : 0;
}

static int explain(struct work *work, const char *typed, bool human)
{
	const char *rule = rule_nearest(typed, strlen(typed));
	int found = choose(work, typed);
	char target[LINK_MAX];
	ssize_t len = readlink(typed, target, sizeof target);
	struct stat st;

	if (len > 0)
		buf_add(&work->link, target, (size_t)len);
	if (found == 0) {
		bool tracked = work->places[EXPLAIN_INDEX] && work->tracked.len &&
			       snapshot_names(work->places[EXPLAIN_INDEX], work->tracked.ptr) == 1;

		if (len > 0 && human && say_line(work, "a symbolic link to ", &work->link) < 0)
			return -1;
		if (tracked || (stat(typed, &st) == 0 && S_ISDIR(st.st_mode)))
			return explain_directory(work, tracked, human);
		if (len > 0 && human)
			return 0;
		found = choose_revision(work, typed);
	}
	if (found == 0)
		found = choose_migration(work, typed);
	if (found == 0 && rule)
		return error_set("no file and no rule '%s': did you mean %s?", typed, rule);
	if (found == 0)
		return error_set(
			"cannot find '%s': no file in git or on disk, no rule, no migration",
			typed);
	return found < 0 ? -1 : tell(work);
}

static int run(const struct invocation *in, const struct environment *env)
{
	const struct report r = {.color = cmd_wants_color(in, env), .width = env->width};
	bool human = strcmp(in->format, "human") == 0;
	struct work work = {.in = in,
		.env = env,
		.typed = BUF_INIT,
		.tracked = BUF_INIT,
		.prefix = BUF_INIT,
		.link = BUF_INIT};
	enum rule rule = rule_of_id(in->operands[0], strlen(in->operands[0]));
	struct buf text = BUF_INIT;
	int i, status = -1;

	if (!human && strcmp(in->format, "json") != 0) {
		error_set("--explain takes --format human or json, not '%s'", in->format);
	} else if (rule) {
		explain_rule(&text, rule, &r);
		status = report_write(&text);
	} else if (open_places(&work) == 0) {
		status = explain(&work, in->operands[0], human);
	}
	buf_free(&text);
	finding_list_free(&work.caches);
	for (i = 0; i <= REVISION; i++)
		snapshot_free(work.places[i]);
	matcher_free(work.matcher);
	policy_free(work.policy);
	buf_free(&work.typed);
	buf_free(&work.tracked);
	buf_free(&work.prefix);
	buf_free(&work.link);
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
