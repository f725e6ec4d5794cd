#include "mend/ignores.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "base/array.h"
#include "base/io.h"
#include "base/path.h"
#include "mend/dockerfiles.h"
#include "mend/dockerignore.h"
#include "mend/ignored.h"

/* What Python would make in a directory, and the patterns that keep it out. */
static const struct kind {
	const char *path, *git, *docker;
} kinds[] = {
	{"__pycache__/new.cpython-313.pyc", "__pycache__/", "**/__pycache__"},
	{"new.pyc", "*.py[cod]", "**/*.py[cod]"},
	{"new.pyo", "*.py[cod]", "**/*.py[cod]"},
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

static const char comment[] = "# Python bytecode\n";

/* The search, and what it needs on the way. */
struct search {
	const struct ignores *where;
	struct ignore_gaps *out;
	struct matcher *matcher;
	struct pathset packages; /* directories with Python sources, each with its slash */
	struct pathset dockerfiles;
};

/* --- the gaps found --------------------------------------------------------------------------- */

static bool is_known(const struct ignore_gaps *gaps, const char *file, const char *pattern)
{
	size_t i;

	for (i = 0; i < gaps->count; i++)
		if (strcmp(gaps->items[i].pattern, pattern) == 0 &&
			strcmp(gaps->items[i].file, file) == 0)
			return true;
	return false;
}

static void gap_free(struct ignore_gap *gap)
{
	free(gap->file);
	free(gap->example);
	free(gap->culprit);
}

static int add_gap(struct ignore_gaps *gaps, const char *file, const char *pattern,
	const char *example, const char *culprit)
{
	struct ignore_gap gap = {.pattern = pattern};

	if (is_known(gaps, file, pattern))
		return 0;
	if (array_room(gaps->items, gaps->count) < 0)
		return -1;
	gap.file = strdup(file);
	gap.example = strdup(example);
	gap.culprit = strdup(culprit);
	if (!gap.file || !gap.example || !gap.culprit) {
		gap_free(&gap);
		return error_oom();
	}
	gaps->items[gaps->count++] = gap;
	return 0;
}

void ignore_gaps_free(struct ignore_gaps *gaps)
{
	while (gaps->count > 0)
		gap_free(&gaps->items[--gaps->count]);
	free(gaps->items);
	pathset_free(&gaps->unshared);
	pathset_free(&gaps->at_top);
}

static bool holds_exactly(const struct pathset *set, const char *path)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (strcmp(set->items[i].path, path) == 0)
			return true;
	return false;
}

/* --- what is asked for ------------------------------------------------------------------------ */

static bool is_source(const char *path, size_t len)
{
	return len > 3 && memcmp(path + len - 3, ".py", 3) == 0;
}

static int visit(void *arg, const struct entry *e)
{
	struct search *s = arg;
	const struct pathset *dirs = &s->packages;
	const struct pathset_item *last = dirs->count ? &dirs->items[dirs->count - 1] : NULL;
	size_t len = path_base(e->path, e->len);

	if (dockerfiles_is_one(e->path, e->len) &&
		pathset_add(&s->dockerfiles, e->path, e->len) < 0)
		return -1;
	if (!is_source(e->path, e->len))
		return 0;
	if (last && path_compare(last->path, last->len, e->path, len) == 0)
		return 0;
	return pathset_add(&s->packages, e->path, len);
}

/* Adds the path, unless the policy allows it. */
static int add_probe(struct search *s, struct pathset *probes, const char *dir, const char *new,
	const struct kind *kind)
{
	struct policy_decision d = {.rejected = false};
	struct buf path = BUF_INIT;
	int status = -1;

	buf_adds(&path, dir);
	buf_adds(&path, new);
	buf_adds(&path, kind->path);
	if (buf_failed(&path) == 0)
		status = policy_decide(s->where->policy, s->matcher, path.ptr, path.len, &d);
	policy_settle(&d, RULE_BYTECODE);
	if (status == 0 && d.rejected) {
		/* git says of no path in the index that it is ignored. */
		status = snapshot_find(s->where->index, path.ptr, NULL);
		if (status == 0)
			status = pathset_add(probes, path.ptr, path.len);
	}
	buf_free(&path);
	return status < 0 ? -1 : 0;
}

/* The paths of one kind below `base`: in it, in its packages, and in new directories of them. */
static int make_probes(
	struct search *s, struct pathset *probes, const char *base, const struct kind *kind)
{
	static const char *const new[] = {"", "new/", "new/migrations/"};
	size_t i, n;

	for (n = 0; n < 3; n++)
		if (add_probe(s, probes, base, new[n], kind) < 0)
			return -1;
	for (i = 0; i < s->packages.count; i++) {
		const struct pathset_item *dir = &s->packages.items[i];

		if (i > 0 && path_compare(dir->path, dir->len, dir[-1].path, dir[-1].len) == 0)
			continue;
		if (dir->len <= strlen(base) || strncmp(dir->path, base, strlen(base)) != 0)
			continue;
		for (n = 0; n < 2; n++)
			if (add_probe(s, probes, dir->path, new[n], kind) < 0)
				return -1;
	}
	return 0;
}

/* --- git -------------------------------------------------------------------------------------- */

/* A line added at the end of the .gitignore that has the `!` is the last of those that git asks. */
static int judge_git(
	struct search *s, const struct ignored *a, const char *path, const struct kind *kind)
{
	bool shared = ignored_is_shared(a->source);

	if (a->ignored && *a->source && !shared && !holds_exactly(&s->out->unshared, a->source) &&
		pathset_add(&s->out->unshared, a->source, strlen(a->source)) < 0)
		return -1;
	if (a->ignored && (shared || !*a->source || !s->where->strict))
		return 0;
	return add_gap(s->out, shared ? a->source : ".gitignore", kind->git, path,
		shared ? a->pattern : "");
}

static int ask_git(struct search *s, const struct kind *kind)
{
	struct ignored_list answers = IGNORED_LIST_INIT;
	struct pathset probes = PATHSET_INIT;
	int status = make_probes(s, &probes, "", kind);
	size_t i;

	if (status == 0)
		status = ignored_ask(&answers, s->where->repository, &probes);
	for (i = 0; status == 0 && i < probes.count; i++)
		status = judge_git(s, &answers.items[i], probes.items[i].path, kind);
	ignored_list_free(&answers);
	pathset_free(&probes);
	return status;
}

/* --- Docker ----------------------------------------------------------------------------------- */

static int ask_rules(struct search *s, const struct dockerignore *rules, const char *file,
	const char *context, const struct kind *kind)
{
	struct pathset probes = PATHSET_INIT;
	int status = make_probes(s, &probes, context, kind);
	size_t i, skip = strlen(context);

	for (i = 0; status == 0 && i < probes.count; i++) {
		const struct pathset_item *probe = &probes.items[i];
		int excluded = dockerignore_excludes(
			rules, s->matcher, probe->path + skip, probe->len - skip);

		if (excluded < 0)
			status = -1;
		else if (!excluded)
			status = add_gap(s->out, file, kind->docker, probe->path, "");
	}
	pathset_free(&probes);
	return status;
}

static int ask_docker(struct search *s, const struct pathset_item *dockerfile)
{
	struct dockerfiles_ignore ignore = {BUF_INIT, BUF_INIT, BUF_INIT};
	struct dockerignore *rules = NULL;
	int status = dockerfiles_ignore(&ignore, s->where->top, s->where->index, dockerfile->path);
	size_t i;

	if (status == 0 && !ignore.context.len && path_base(dockerfile->path, dockerfile->len) > 0)
		status = pathset_add(&s->out->at_top, dockerfile->path, dockerfile->len);
	if (status == 0)
		status = dockerignore_parse(
			&rules, ignore.text.ptr, ignore.text.len, ignore.file.ptr);
	for (i = 0; status == 0 && i < KIND_COUNT; i++)
		status = ask_rules(s, rules, ignore.file.ptr, ignore.context.ptr, &kinds[i]);
	dockerignore_free(rules);
	buf_free(&ignore.file);
	buf_free(&ignore.text);
	buf_free(&ignore.context);
	return status;
}

/* --- all of it -------------------------------------------------------------------------------- */

static int by_file(const void *a, const void *b)
{
	const struct ignore_gap *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	return order ? order : strcmp(y->pattern, x->pattern);
}

int ignores_find(struct ignore_gaps *out, const struct ignores *where)
{
	struct search s = {where, out, matcher_new(), PATHSET_INIT, PATHSET_INIT};
	int status = -1;
	size_t i;

	*out = (struct ignore_gaps)IGNORE_GAPS_INIT;
	if (s.matcher)
		status = snapshot_each(where->index, visit, &s);
	pathset_sort(&s.packages);
	for (i = 0; status == 0 && i < KIND_COUNT; i++)
		status = ask_git(&s, &kinds[i]);
	for (i = 0; status == 0 && i < s.dockerfiles.count; i++)
		status = ask_docker(&s, &s.dockerfiles.items[i]);
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, by_file);
	pathset_free(&s.packages);
	pathset_free(&s.dockerfiles);
	matcher_free(s.matcher);
	return status;
}

int ignores_open_file(struct atomic_file *f, int top, struct snapshot *index, const char *path)
{
	int status = atomic_file_open(f, top, path);

	if (status == 0 && !f->there && (status = snapshot_find(index, path, NULL)) > 0)
		status = error_set("cannot add to '%s': it is in the index, but not on disk; check "
				   "it out first (git restore --ignore-skip-worktree-bits)",
			path);
	return status;
}

static int add_to(const struct ignores *where, const char *file, const struct buf *lines)
{
	struct atomic_file f;
	int status = ignores_open_file(&f, where->top, where->index, file);

	if (status == 0 && lines)
		status = atomic_file_add(&f, lines);
	atomic_file_close(&f);
	return status;
}

int ignores_add(const struct ignores *where, const struct ignore_gaps *gaps)
{
	struct buf lines = BUF_INIT;
	size_t i;
	int status = 0;

	for (i = 0; i < gaps->count && status == 0; i++)
		status = add_to(where, gaps->items[i].file, NULL);
	for (i = 0; i < gaps->count && status == 0; i++) {
		const struct ignore_gap *gap = &gaps->items[i];
		bool is_last = i + 1 == gaps->count || strcmp(gap->file, gap[1].file) != 0;

		if (lines.len == 0)
			buf_adds(&lines, comment);
		buf_addf(&lines, "%s\n", gap->pattern);
		if (!is_last)
			continue;
		status = buf_failed(&lines) < 0 ? -1 : add_to(where, gap->file, &lines);
		buf_clear(&lines);
	}
	buf_free(&lines);
	return status;
}

int ignores_open_top(struct repository *r, bool lock)
{
	const char *top = r->top;
	int fd;

	if (!top)
		return error_set("the repository has no work tree");
	fd = io_openat(AT_FDCWD, top, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return error_os(errno, "cannot open directory '%s'", top);
	/* Some network file systems lock no directory: there, two runs at once can add twice. */
	while (lock && flock(fd, LOCK_EX) < 0 && errno == EINTR)
		;
	return fd;
}
