#include "mend/ignores.h"

#include <sys/file.h>

/* What Python would make in a directory, and the patterns that keep it out. */
static const struct kind {
	const char *path, *git, *docker;
} kinds[] = {
	{"__pycache__/new.cpython-313.pyc", "__pycache__/", "**/__pycache__"},
	{"new.pyc", "*.py[cod]", "**/*.py[cod]"},
	{"new.pyo", "*.py[cod]", "**/*.py[cod]"},
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

/* The search, and what it needs on the way. */
struct search {
	const struct ignores *where;
	struct ignore_gaps *out;
	struct matcher *matcher;
	struct pathset packages; /* directories with Python sources, each with its slash */
	struct pathset dockerfiles;
};

/* --- what is asked for ------------------------------------------------------------------------ */

static bool ends(const char *s, const char *tail)
{
	size_t len = strlen(s), n = strlen(tail);

	return len >= n && strcmp(s + len - n, tail) == 0;
}

/* WORD, WORD.x or x.WORD; but dockerfile.py is something else. */
static bool is_dockerfile(const char *name)
{
	static const char *const words[] = {"Dockerfile", "Containerfile", "dockerfile"};
	const char *last = strrchr(name, '.');
	size_t first = strcspn(name, ".");

	if (ends(name, ".dockerignore") || ends(name, ".containerignore"))
		return false;
	for (size_t i = 0; i < 3; i++)
		if (strcmp(last ? last + 1 : name, words[i]) == 0 ||
			(i < 2 && strlen(words[i]) == first && strncmp(name, words[i], first) == 0))
			return true;
	return false;
}

static int visit(void *arg, const struct entry *e)
{
	struct search *s = arg;
	size_t len = path_base(e->path, e->len);
	const char *name = e->path + len;

	if (is_dockerfile(name))
		pathset_add(&s->dockerfiles, e->path, e->len);
	if (ends(name, ".py") && strcmp(name, ".py") != 0)
		pathset_add(&s->packages, e->path, len);
	return 0;
}

/* Adds the path, unless the policy allows it, or it is in the index: git says of none there that it
 * is ignored. */
static int add_probe(struct search *s, struct pathset *probes, const char *dir, const char *new,
	const struct kind *kind)
{
	struct policy_decision d;
	struct buf path = BUF_INIT;
	int status;

	buf_addf(&path, "%s%s%s", dir, new, kind->path);
	status = policy_decide(s->where->policy, s->matcher, path.ptr, path.len, &d);
	if (status == 0)
		policy_settle(&d, RULE_BYTECODE);
	if (status == 0 && d.rejected) {
		status = snapshot_find(s->where->index, path.ptr, NULL);
		if (status == 0)
			pathset_add(probes, path.ptr, path.len);
	}
	buf_free(&path);
	return status < 0 ? -1 : 0;
}

/* The paths of all kinds below `base`: in it, in its packages, and in new directories of them. */
static int make_probes(struct search *s, struct pathset *probes, const char *base)
{
	static const char *const new[] = {"", "new/", "new/migrations/"};
	size_t len = strlen(base), i, n;

	for (const struct kind *kind = kinds; kind < kinds + KIND_COUNT; kind++)
		for (i = 0; i <= s->packages.count; i++) {
			const char *dir = i ? s->packages.items[i - 1].path : base;

			if (i && (strlen(dir) <= len || strncmp(dir, base, len) != 0))
				continue;
			if (i > 1 && strcmp(dir, s->packages.items[i - 2].path) == 0)
				continue;
			for (n = 0; n < (i ? 2 : 3); n++)
				if (add_probe(s, probes, dir, new[n], kind) < 0)
					return -1;
		}
	return 0;
}

/* Notes that a file lacks the pattern against the kind of that path. */
static void add_gap(struct ignore_gaps *gaps, const char *file, bool docker, const char *path,
	const char *culprit)
{
	const struct kind *kind = kinds;
	const char *pattern;

	while (!ends(path, kind->path))
		kind++;
	pattern = docker ? kind->docker : kind->git;
	for (size_t i = 0; i < gaps->count; i++)
		if (strcmp(gaps->items[i].pattern, pattern) == 0 &&
			strcmp(gaps->items[i].file, file) == 0)
			return;
	array_room(gaps->items, gaps->count);
	gaps->items[gaps->count++] = (struct ignore_gap){
		memory_string(file), pattern, memory_string(path), memory_string(culprit)};
}

/* --- git -------------------------------------------------------------------------------------- */

static int ask_git(struct search *s)
{
	struct pathset probes = {0}, *unshared = &s->out->unshared;
	int status = make_probes(s, &probes, "");
	struct ignored *answers = memory_new(probes.count, sizeof *answers);
	struct buf text = BUF_INIT;

	if (status == 0)
		status = ignored_ask(
			answers, &text, s->where->repository, s->where->index, &probes, 0);
	for (size_t i = 0; status == 0 && i < probes.count; i++) {
		const struct ignored *a = &answers[i];
		size_t len = strlen(a->source);
		/* A .gitignore of the work tree, which a clone has too. */
		bool shared = *a->source != '/' &&
			      strcmp(a->source + path_base(a->source, len), ".gitignore") == 0;

		if (a->ignored && len && !shared && !pathset_holds(unshared, a->source, len)) {
			pathset_add(unshared, a->source, len);
			pathset_sort(unshared);
		}
		/* A line added at the end of the .gitignore that has the `!` is the last of those
		 * that git asks. */
		if (!a->ignored || (len && !shared && s->where->strict))
			add_gap(s->out, shared ? a->source : ".gitignore", false,
				probes.items[i].path, shared ? a->pattern : "");
	}
	free(answers);
	buf_free(&text);
	pathset_free(&probes);
	return status;
}

/* --- Docker ----------------------------------------------------------------------------------- */

/* Finds and reads the first ignore file that is there, on disk or else in the index, for the first
 * `len` bytes of a Dockerfile's path (Docker's documentation, "Filename and location";
 * containerignore(5), which puts NAME.dockerignore first, but .dockerignore last); the one to be
 * made, if there is none, is .dockerignore. 1, 0, -1. */
static int find_docker(struct buf *file, struct buf *text, const struct ignores *where,
	const struct pathset_item *dockerfile, size_t len)
{
	static const char *const suffixes[] = {
		".dockerignore", ".containerignore", ".dockerignore"};
	const char *path = dockerfile->path;
	bool podman = strstr(path + path_base(path, dockerfile->len), "Containerfile");
	int there = 0, i = len < dockerfile->len ? 2 - podman : 0, end = i ? 3 : 1 + podman;
	struct atomic_file f;
	struct entry e;

	for (; i < end && there == 0; i++) {
		buf_clear(file);
		buf_add(file, path, len);
		buf_adds(file, suffixes[i]);
		there = atomic_file_open(&f, where->top, file->ptr) < 0 ? -1 : f.there;
		buf_clear(text);
		buf_add(text, f.text.ptr, f.text.len);
		atomic_file_close(&f);
		if (there != 0)
			break;
		there = snapshot_find(where->index, file->ptr, &e);
		if (there > 0 && e.mode == MODE_LINK)
			return error_set("cannot read '%s': it is a symbolic link", file->ptr);
		if (there > 0 && snapshot_read(where->index, &e, text, SIZE_MAX) != 0)
			return error_prefix("cannot read '%s'", file->ptr);
	}
	return there;
}

/* The context is the Dockerfile's own directory if that has an ignore file, else the top: what is
 * built from a directory of Dockerfiles is mostly the repository. */
static int ask_docker(struct search *s, const struct pathset_item *d)
{
	struct buf file = BUF_INIT, text = BUF_INIT;
	struct pathset probes = {0};
	size_t base = path_base(d->path, d->len);
	int there = find_docker(&file, &text, s->where, d, base), status = -1;
	char *context;
	bool *excluded;

	if (there == 0 && base > 0)
		pathset_add(&s->out->at_top, d->path, d->len);
	context = memory_text(d->path, there ? base : 0);
	if (there >= 0)
		there = find_docker(&file, &text, s->where, d, d->len);
	if (there == 0)
		there = find_docker(&file, &text, s->where, d, strlen(context));
	if (there >= 0)
		status = make_probes(s, &probes, context);
	excluded = memory_new(probes.count, sizeof *excluded);
	if (status == 0)
		status = dockerignore_ask(excluded, &probes, strlen(context), &text, file.ptr);
	for (size_t i = 0; status == 0 && i < probes.count; i++)
		if (!excluded[i])
			add_gap(s->out, file.ptr, true, probes.items[i].path, "");
	free(excluded);
	free(context);
	pathset_free(&probes);
	buf_free(&file);
	buf_free(&text);
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
	struct search s = {where, out, matcher_new(), {0}, {0}};
	int status = snapshot_each(where->index, visit, &s);

	*out = (struct ignore_gaps){.count = 0};
	pathset_sort(&s.packages);
	if (status == 0)
		status = ask_git(&s);
	for (size_t i = 0; status == 0 && i < s.dockerfiles.count; i++)
		status = ask_docker(&s, &s.dockerfiles.items[i]);
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, by_file);
	pathset_free(&s.packages);
	pathset_free(&s.dockerfiles);
	matcher_free(s.matcher);
	return status;
}

void ignore_gaps_free(struct ignore_gaps *gaps)
{
	for (size_t i = 0; i < gaps->count; i++) {
		free(gaps->items[i].file);
		free(gaps->items[i].example);
		free(gaps->items[i].culprit);
	}
	free(gaps->items);
	pathset_free(&gaps->unshared);
	pathset_free(&gaps->at_top);
}

int ignores_open_file(struct atomic_file *f, int top, struct snapshot *index, const char *path)
{
	struct buf pathspec = BUF_INIT, word = BUF_INIT;
	int status = atomic_file_open(f, top, path);

	if (status == 0 && !f->there && (status = snapshot_find(index, path, NULL)) > 0) {
		buf_addf(&pathspec, ":(top,literal)%s", path);
		path_shell(&word, pathspec.ptr, pathspec.len);
		status = error_set("cannot add to '%s': it is in the index, but not on disk; check "
				   "it out first: git restore --ignore-skip-worktree-bits -- %s",
			path, word.ptr);
	}
	buf_free(&pathspec);
	buf_free(&word);
	return status;
}

int ignores_add(const struct ignores *where, const struct ignore_gaps *gaps)
{
	struct buf lines = BUF_INIT;
	struct atomic_file f;
	int status = 0;

	for (int pass = 0; pass < 2; pass++) /* the first tells whether all can be opened */
		for (size_t i = 0, next; i < gaps->count && status == 0; i = next) {
			const char *file = gaps->items[i].file;

			buf_clear(&lines);
			buf_adds(&lines, "# Python bytecode\n");
			for (next = i; next < gaps->count; next++) {
				if (strcmp(gaps->items[next].file, file) != 0)
					break;
				buf_addf(&lines, "%s\n", gaps->items[next].pattern);
			}
			status = ignores_open_file(&f, where->top, where->index, file);
			if (status == 0 && pass == 1)
				status = atomic_file_add(&f, &lines);
			atomic_file_close(&f);
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
