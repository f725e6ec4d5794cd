#include "mend/ignores.h"

#include <sys/file.h>

#include "base/io.h"
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
	size_t i;

	for (i = 0; i < gaps->count; i++)
		if (strcmp(gaps->items[i].pattern, pattern) == 0 &&
			strcmp(gaps->items[i].file, file) == 0)
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

/* --- what is asked for ------------------------------------------------------------------------ */

static bool ends(const char *s, const char *tail)
{
	size_t len = strlen(s), n = strlen(tail);

	return len >= n && strcmp(s + len - n, tail) == 0;
}

/* WORD, WORD.x or x.WORD. */
static bool is_named(const char *name, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(name, word, n) == 0)
		return !name[n] || name[n] == '.';
	return ends(name, word) && name[strlen(name) - n - 1] == '.';
}

static bool is_dockerfile(const char *name)
{
	if (ends(name, ".dockerignore") || ends(name, ".containerignore"))
		return false;
	/* dockerfile.py is something else. */
	return is_named(name, "Dockerfile") || is_named(name, "Containerfile") ||
	       strcmp(name, "dockerfile") == 0 || ends(name, ".dockerfile");
}

/* Whether that directory is the one added last. */
static bool added_last(const struct pathset *dirs, const char *dir, size_t len)
{
	const struct pathset_item *last = dirs->count ? &dirs->items[dirs->count - 1] : NULL;

	return last && path_compare(last->path, last->len, dir, len) == 0;
}

static int visit(void *arg, const struct entry *e)
{
	struct search *s = arg;
	size_t len = path_base(e->path, e->len);
	const char *name = e->path + len;

	if (is_dockerfile(name) && pathset_add(&s->dockerfiles, e->path, e->len) < 0)
		return -1;
	if (!ends(name, ".py") || strcmp(name, ".py") == 0 ||
		added_last(&s->packages, e->path, len))
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
	struct pathset *unshared = &s->out->unshared;
	/* A .gitignore of the work tree, which a clone has too. */
	bool shared =
		*a->source != '/' &&
		strcmp(a->source + path_base(a->source, strlen(a->source)), ".gitignore") == 0;
	size_t i = 0;

	if (a->ignored && *a->source && !shared) {
		while (i < unshared->count && strcmp(unshared->items[i].path, a->source) != 0)
			i++;
		if (i == unshared->count && pathset_add(unshared, a->source, strlen(a->source)) < 0)
			return -1;
	}
	if (a->ignored && (shared || !*a->source || !s->where->strict))
		return 0;
	return add_gap(s->out, shared ? a->source : ".gitignore", kind->git, path,
		shared ? a->pattern : "");
}

static int ask_git(struct search *s, const struct kind *kind)
{
	struct ignored_list answers = {0};
	struct pathset probes = PATHSET_INIT;
	int status = make_probes(s, &probes, "", kind);
	size_t i;

	if (status == 0)
		status = ignored_ask(&answers, s->where->repository, s->where->index, &probes, 0);
	for (i = 0; status == 0 && i < probes.count; i++)
		status = judge_git(s, &answers.items[i], probes.items[i].path, kind);
	ignored_list_free(&answers);
	pathset_free(&probes);
	return status;
}

/* --- Docker ----------------------------------------------------------------------------------- */

/* Reads a file on disk or, if it is not there, in the index. 1, 0, -1. */
static int read_text(struct buf *text, const struct ignores *where, const char *path)
{
	struct atomic_file f;
	struct entry e;
	int status = atomic_file_open(&f, where->top, path);

	buf_clear(text);
	buf_add(text, f.text.ptr, f.text.len);
	if (status == 0)
		status = buf_failed(text) < 0 ? -1 : f.there;
	atomic_file_close(&f);
	if (status != 0)
		return status;
	status = snapshot_find(where->index, path, &e);
	if (status > 0 && e.mode == MODE_LINK)
		return error_set("cannot read '%s': it is a symbolic link", path);
	if (status > 0 && snapshot_read(where->index, &e, text, SIZE_MAX) != 0)
		return error_prefix("cannot read '%s'", path);
	return status;
}

/* Finds the first ignore file that is there for the first `len` bytes of a Dockerfile's path
 * (Docker's documentation, "Filename and location"; containerignore(5)); the one to be made, if
 * there is none, is the last, .dockerignore. 1, 0, -1. */
static int find_docker(struct buf *file, struct buf *text, const struct ignores *where,
	const struct pathset_item *dockerfile, size_t len)
{
	static const char *const suffixes[] = {".containerignore", ".dockerignore"};
	const char *path = dockerfile->path;
	int there = 0, i = !is_named(path + path_base(path, dockerfile->len), "Containerfile");

	for (; i < 2 && there == 0; i++) {
		buf_clear(file);
		buf_add(file, path, len);
		buf_adds(file, suffixes[i]);
		there = buf_failed(file);
		if (there == 0)
			there = read_text(text, where, file->ptr);
	}
	return there;
}

/* The context is the Dockerfile's own directory if that has an ignore file, else the top: what is
 * built from a directory of Dockerfiles is mostly the repository. */
static int ask_docker(struct search *s, const struct pathset_item *d)
{
	struct buf file = BUF_INIT, text = BUF_INIT, context = BUF_INIT;
	size_t base = path_base(d->path, d->len), i;
	int there = find_docker(&file, &text, s->where, d, base), status;
	const struct kind *kind;

	if (there == 0 && base > 0 && pathset_add(&s->out->at_top, d->path, d->len) < 0)
		there = -1;
	base = there ? base : 0;
	buf_add(&context, d->path, base);
	if (there >= 0)
		there = find_docker(&file, &text, s->where, d, d->len);
	if (there == 0)
		there = find_docker(&file, &text, s->where, d, base);
	status = there < 0 ? -1 : buf_failed(&context);
	for (kind = kinds; status == 0 && kind < kinds + KIND_COUNT; kind++) {
		struct pathset probes = PATHSET_INIT;
		bool *excluded = NULL;

		status = make_probes(s, &probes, context.ptr, kind);
		if (status == 0 && !(excluded = calloc(probes.count + 1, sizeof *excluded)))
			status = error_oom();
		if (status == 0)
			status = dockerignore_ask(excluded, &probes, context.len, &text, file.ptr);
		for (i = 0; status == 0 && i < probes.count; i++)
			if (!excluded[i])
				status = add_gap(
					s->out, file.ptr, kind->docker, probes.items[i].path, "");
		free(excluded);
		pathset_free(&probes);
	}
	buf_free(&file);
	buf_free(&text);
	buf_free(&context);
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

	*out = (struct ignore_gaps){.count = 0};
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
