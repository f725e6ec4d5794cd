#include "cli/cli.h"
#include "disk/disk.h"

/* The file that is asked for, and the places where it may be. */
struct search {
	struct job *job;
	struct snapshot *places[EXPLAIN_REVISION + 1];
	struct matcher *matcher;
	struct buf typed;   /* its path on disk */
	struct buf tracked; /* its path in the repository; empty outside of it */
	struct entry entry; /* what was found, in the place that `told` is about */
	int place;          /* that is visited */
	struct explanation told;
};

enum { FOUND = 1, SAID, LINK_MAX = 4096 };

static const struct buf *path_in(const struct search *s, int place)
{
	return place == EXPLAIN_DISK ? &s->typed : &s->tracked;
}

static int find_in(struct search *s, int place)
{
	const struct buf *path = path_in(s, place);

	s->told.judged = place;
	return s->places[place] && path->len ?
		       snapshot_find(s->places[place], path->ptr, &s->entry) :
		       0;
}

/* A file by its path. One outside of the work tree has no name in the repository. */
static int find_path(struct search *s, const char *path)
{
	static const int order[] = {EXPLAIN_INDEX, EXPLAIN_DISK, EXPLAIN_HEAD};
	const struct repository *r = s->job->repository;
	char target[LINK_MAX];
	ssize_t len;
	int found = 0;

	buf_clear(&s->typed);
	buf_adds(&s->typed, path);
	while (s->typed.len > 1 && s->typed.ptr[s->typed.len - 1] == '/')
		buf_cut(&s->typed, s->typed.len - 1);
	len = readlink(s->typed.ptr, target, sizeof target);
	buf_clear(&s->told.link);
	buf_add(&s->told.link, target, len > 0 ? (size_t)len : 0);
	buf_clear(&s->tracked);
	if (r && r->top && repository_relative(&s->tracked, r, path) < 0)
		return -1;
	for (int i = 0; i < EXPLAIN_PLACES && found == 0; i++)
		found = find_in(s, order[i]);
	return found;
}

static int say(struct search *s, const char *what)
{
	struct buf *text = &s->job->text;

	buf_clear(text);
	report_name(text, "", s->typed.ptr, ": ");
	if (what)
		buf_addf(text, "%s\n", what);
	else
		report_name(text, "a symbolic link to ", s->told.link.ptr, "\n");
	return report_write(text) < 0 ? -1 : SAID;
}

/* A directory, or a link to something. Of a directory, what git tracks below it that is rejected;
 * else what is wrong on disk. */
static int find_directory(struct search *s, const char *typed)
{
	const struct job *job = s->job;
	bool human = job->printer == report_human, link = s->told.link.len && human;
	bool tracked = s->tracked.len && snapshot_names(job->index, s->tracked.ptr);
	int status = STATUS_CLEAN;
	struct stat st;

	if (link && say(s, NULL) < 0)
		return -1;
	if (!tracked && (stat(typed, &st) < 0 || !S_ISDIR(st.st_mode)))
		return link ? SAID : 0;
	if (tracked)
		status = job_run(&cmd_check_tracked, job->in, job->env);
	if (!tracked || (status == STATUS_CLEAN && human))
		status = job_run(&cmd_check_worktree, job->in, job->env);
	if (status == STATUS_CLEAN && human && !job->report.all_clear)
		return say(s, "a directory in which nothing is rejected");
	return status < 0 ? -1 : SAID;
}

/* REV:PATH, the path from the top as git reads it. */
static int find_revision(struct search *s, const char *typed)
{
	const char *colon = strchr(typed, ':');

	if (!s->job->repository || !colon || colon == typed)
		return 0;
	buf_clear(&s->tracked);
	buf_adds(&s->tracked, colon + 1);
	char *revision = memory_text(typed, (size_t)(colon - typed));
	int status =
		repository_revision(&s->places[EXPLAIN_REVISION], s->job->repository, revision);
	free(revision);
	if (status == 1)
		return error_set("unknown revision in '%s'", typed);
	if (status < 0 || (status = find_in(s, EXPLAIN_REVISION)) != 0)
		return status;
	return error_set("cannot find a file '%s' in that revision", s->tracked.ptr);
}

/* A module that is looked for. */
struct module {
	const struct search *search;
	bool on_disk;      /* where it is looked for now */
	bool gone;         /* of a source that is gone, */
	struct buf ending; /* this is the path; else, of a migration, shop/migrations/0002_x.py */
	char *source;      /* its source from the top, */
	char *near;        /* and the best file that there is of it */
};

/* One module is meant: the shortest path is its source if that is there, else the bytecode that
 * Python imports before a cache. */
static int visit_module(void *arg, const struct entry *e)
{
	struct module *m = arg;
	const struct job *job = m->search->job;
	struct buf path = BUF_INIT, source = BUF_INIT; /* from the top */
	struct bytecode_name name;
	int status = 0;

	buf_addf(&path, "%s%s", m->on_disk ? job->report.prefix : "", e->path);
	bytecode_name(&name, path.ptr, path.len, job->caseless);
	if (!bytecode_source(&source, &name))
		buf_adds(&source, path.ptr);
	size_t end = source.len - m->ending.len;
	if (source.len < m->ending.len || strcmp(source.ptr + end, m->ending.ptr) != 0 ||
		(end && (m->gone || source.ptr[end - 1] != '/'))) {
		;
	} else if (m->source && strcmp(source.ptr, m->source) != 0) {
		status = error_set("'%s' is in several apps: name a file, such as '%s'",
			job->in->operands[0], source.ptr);
	} else if (!m->near || path.len < strlen(m->near)) {
		free(m->source);
		free(m->near);
		m->source = buf_take(&source);
		m->near = buf_take(&path);
	}
	buf_free(&path);
	buf_free(&source);
	return status;
}

/* A source that is gone: what it has left. Or a migration's name as Django prints it: the app is
 * looked for first, then the name in any, since an app can have another label than its directory.
 */
static int find_module(struct search *s, const char *typed)
{
	const char *dot = strchr(typed, '.'), *ends = strrchr(typed, '.');
	const char *prefix = s->job->report.prefix;
	struct module m = {
		.search = s, .gone = ends && strcmp(ends, ".py") == 0, .ending = BUF_INIT};
	struct buf path = BUF_INIT;
	int status = 0;

	if (strchr(typed, '/') && !m.gone)
		return 0;
	for (int any = !dot || m.gone; any < 2 && !m.near; any++) {
		buf_clear(&m.ending);
		if (!any)
			buf_addf(&m.ending, "%.*s/", (int)(dot - typed), typed);
		if (m.gone)
			buf_adds(&m.ending, s->tracked.len ? s->tracked.ptr : typed);
		else
			buf_addf(&m.ending, "migrations/%s.py", dot ? dot + 1 : typed);
		for (int place = 0; place < EXPLAIN_PLACES && status == 0; place++) {
			m.on_disk = place == EXPLAIN_DISK;
			if (place != EXPLAIN_HEAD && s->places[place])
				status = snapshot_each(s->places[place], visit_module, &m);
		}
	}
	if (status == 0 && m.near) {
		bool below = strncmp(m.near, prefix, strlen(prefix)) == 0;

		buf_addf(&path, "%s%s", below ? "" : s->job->repository->top,
			m.near + (below ? strlen(prefix) : 0));
		status = find_path(s, path.ptr);
	}
	buf_free(&path);
	buf_free(&m.ending);
	free(m.source);
	free(m.near);
	return status;
}

static struct check check_in(const struct search *s, int place)
{
	bool on_disk = place == EXPLAIN_DISK;

	return (struct check){.kind = on_disk ? CHECK_DISK : CHECK_TRACKED,
		.notes = true,
		.snapshot = s->places[place],
		.policy = s->job->policy,
		.policy_base = on_disk && s->tracked.len ? s->job->report.prefix : "",
		.shown_base = "",
		.caseless = s->job->caseless};
}

static int visit_cache(void *arg, const struct entry *e)
{
	struct search *s = arg;
	const struct check check = check_in(s, s->place);
	struct finding f;

	if (check_entry(&f, &check, s->matcher, e) < 0)
		return -1;
	if (f.source && strcmp(f.source, path_in(s, s->place)->ptr) == 0)
		finding_list_add(&s->told.caches, &f);
	finding_clear(&f);
	return 0;
}

/* What can be imported in place of a source: beside it, and in __pycache__. */
static int find_caches(struct search *s, int place)
{
	const struct buf *path = path_in(s, place);
	int dir = (int)path_base(path->ptr, path->len), i, status = 0;
	struct buf beside = BUF_INIT;

	s->place = place;
	for (i = 0; i < 2 && status == 0 && s->places[place] && path->len; i++) {
		buf_clear(&beside);
		buf_addf(&beside, "%.*s%s%.*s", dir, path->ptr, i ? BYTECODE_CACHES "/" : "",
			(int)path->len - dir - (int)strlen("py"), path->ptr + dir);
		status = snapshot_beside(s->places[place], beside.ptr, visit_cache, s);
	}
	buf_free(&beside);
	return status;
}

/* Whether it and its source are there; and of the file on this disk, where times are known, what is
 * loaded. A link to a directory is not a file of the disk, but it is there. */
static int look(struct search *s, int place, bool is_link)
{
	struct explanation *told = &s->told;
	const struct buf *path = path_in(s, place);
	struct examined x = {.source = BUF_INIT};
	struct entry e = {.path = path->ptr, .len = path->len};
	int file = snapshot_find(s->places[place], path->ptr, &e), status;
	bool on_disk = place == EXPLAIN_DISK;
	const char *comma = told->where.len ? ", " : "", *name = explain_places[place];

	if (file < 0)
		return -1;
	status = examine_names(&x, s->places[place], &e, s->job->caseless);
	if (status == 0 && file && on_disk)
		status = examine_bytes(&x, &e);
	if (on_disk) {
		told->now = x.loads;
		told->here = file || is_link;
	}
	buf_addf(&told->where, "%s%s%s", comma, file || (on_disk && is_link) ? "" : "not ", name);
	buf_addf(&told->source_where, "%s%s%s", comma, x.source_present ? "" : "not ", name);
	buf_free(&x.source);
	return status;
}

static int tell(struct search *s)
{
	struct explanation *told = &s->told;
	struct job *job = s->job;
	const struct entry *e = &s->entry;
	bool on_disk = told->judged == EXPLAIN_DISK, revision = told->judged == EXPLAIN_REVISION;
	bool is_link = s->told.link.len; /* on disk */
	struct snapshot *judged = s->places[told->judged];

	job->policy = policy_load(&job->files, on_disk ? job->index : judged, NULL, job->caseless);
	if (!job->policy)
		return -1;
	const struct check check = check_in(s, told->judged);
	struct finding f;
	if (check_explain(&f, &told->decision, &told->file, &check, s->matcher, e) < 0)
		return -1;
	finding_list_add(&job->findings, &f);
	told->finding = job->findings.items;
	if (e->mode == MODE_LINK && !on_disk && !is_link &&
		snapshot_read(judged, e, &s->told.link, LINK_MAX) < 0)
		return -1;
	for (int i = 0; i <= EXPLAIN_REVISION; i++)
		if (s->places[i] && path_in(s, i)->len && !(revision && i == EXPLAIN_DISK) &&
			look(s, i, is_link && told->file.name.kind == BYTECODE_NONE) < 0)
			return -1;
	told->is_source = told->file.name.kind == BYTECODE_NONE && e->len > 3 &&
			  strcmp(e->path + e->len - 3, ".py") == 0;
	if (told->is_source && ((!on_disk && find_caches(s, told->judged) < 0) ||
				       (!revision && find_caches(s, EXPLAIN_DISK) < 0)))
		return -1;
	if (told->judged == EXPLAIN_INDEX)
		job_find_hints(job);
	if (revision) /* the file may have gone since then */
		job->report.mode = REPORT_RANGE;
	told->shown = revision ? job->in->operands[0] : s->typed.ptr;
	job->report.explains = true;
	if (job->printer == report_human)
		explain_file(&job->text, &job->report, told);
	else
		job->printer(&job->text, &job->report);
	return report_write(&job->text);
}

static int explain(struct search *s, const char *typed)
{
	static int (*const finders[])(struct search *, const char *) = {
		find_path, find_directory, find_revision, find_module};
	struct job *job = s->job;
	const struct disk_options options = {.failed = job_failed, .arg = job}; /* are not said */
	const char *rule = rule_nearest(typed, strlen(typed));
	int found = job_open(job);

	if (found < 0 || disk_open(&s->places[EXPLAIN_DISK], ".", &options) < 0 ||
		(found == 0 && repository_index(&job->index, job->repository, NULL) < 0))
		return -1;
	/* Where there is no git, the index and the disk are what can be looked at. */
	if (found == 0 &&
		repository_revision(&s->places[EXPLAIN_HEAD], job->repository, "HEAD") < 0 &&
		error_code() != ERROR_NO_GIT)
		return -1;
	s->places[EXPLAIN_INDEX] = job->index;
	found = 0;
	for (size_t i = 0; i < sizeof finders / sizeof *finders && found == 0; i++)
		found = finders[i](s, typed);
	if (found == 0 && rule)
		return error_set("no file and no rule '%s': did you mean %s?", typed, rule);
	if (found == 0)
		return error_set(
			"cannot find '%s': no file in git or on disk, no rule, no migration",
			typed);
	return found == FOUND ? tell(s) : found;
}

static int run(struct job *job)
{
	const char *asked = job->in->operands[0];
	enum rule rule = rule_of_id(asked, strlen(asked));
	struct search s = {.job = job,
		.matcher = matcher_new(),
		.typed = BUF_INIT,
		.tracked = BUF_INIT,
		.told = {.link = BUF_INIT,
			.file.source = BUF_INIT,
			.where = BUF_INIT,
			.source_where = BUF_INIT}};
	int status = -1;

	if (job->printer != report_human && job->printer != report_json) {
		error_set("--explain takes --format human or json, not '%s'", job->in->format);
	} else if (rule) {
		explain_rule(&job->text, &job->report, rule);
		status = report_write(&job->text);
	} else {
		status = explain(&s, asked);
	}
	buf_free(&s.told.file.source);
	buf_free(&s.told.where);
	buf_free(&s.told.source_where);
	finding_list_free(&s.told.caches);
	for (int i = EXPLAIN_HEAD; i <= EXPLAIN_REVISION; i++)
		snapshot_free(s.places[i]);
	matcher_free(s.matcher);
	buf_free(&s.typed);
	buf_free(&s.tracked);
	buf_free(&s.told.link);
	return status < 0 ? -1 : STATUS_CLEAN;
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
