#include "check/tracked.h"

#include "check/pathset.h"
#include "git/repository.h"

/* A repository and its index, as far as they could be opened. */
struct place {
	struct repository *repository;
	struct snapshot *index;
	struct pathset folded; /* with core.ignoreCase: its paths, in lower case */
};

struct tracked {
	const struct environment *env;
	struct place named; /* by GIT_DIR */
	struct place nearest;
	struct buf dir;  /* the directory looked at last, */
	struct buf root; /* and the nearest above it with a .git, both with a slash; or empty */
	bool failed;     /* to open the repository of `root` */
};

static void place_close(struct place *place)
{
	snapshot_free(place->index);
	repository_free(place->repository);
	pathset_free(&place->folded);
	*place = (struct place){NULL, NULL, {0}};
}

static int add_folded(void *arg, const struct entry *e)
{
	char *path = memory_text(e->path, e->len);

	for (char *at = path; *at; at++)
		if (*at >= 'A' && *at <= 'Z') /* as git does: no other letters */
			*at += 'a' - 'A';
	pathset_add(arg, path, e->len);
	free(path);
	return 0;
}

/* As repository_open, and its index. One that is gone tracks nothing, but has done so. */
static int place_open(struct place *place, const struct environment *env, const char *dir)
{
	const char *file;
	struct oid head;
	bool caseless;
	int there, status = repository_open(&place->repository, env, dir);

	if (status)
		return status;
	file = place->repository->index_path;
	there = io_exists(file);
	if (there < 0)
		return -1;
	if (!there && repository_resolve(&head, place->repository, "HEAD") == 0)
		return error_set("cannot read index '%s': it is missing", file);
	if (repository_index(&place->index, place->repository, NULL) < 0 ||
		repository_ignores_case(place->repository, &caseless) < 0 ||
		(caseless && snapshot_each(place->index, add_folded, &place->folded) < 0))
		return -1;
	pathset_sort(&place->folded);
	return 0;
}

struct tracked *tracked_new(const struct environment *env)
{
	struct tracked *t = memory_new(1, sizeof *t);
	int status = 1;

	t->env = env;
	t->dir = t->root = (struct buf)BUF_INIT;
	if (env->git_dir || env->git_index_file)
		status = place_open(&t->named, env, NULL);
	/* An index that is named means nothing where no repository is. */
	if (status == 0 || (status > 0 && !env->git_dir))
		return t;
	tracked_free(t);
	return NULL;
}

void tracked_free(struct tracked *t)
{
	if (!t)
		return;
	place_close(&t->named);
	place_close(&t->nearest);
	buf_free(&t->dir);
	buf_free(&t->root);
	free(t);
}

/* Opens the repository of the directory, unless it is the one that is open. */
static int open_nearest(struct tracked *t, const char *path, size_t len)
{
	struct buf root = BUF_INIT;
	int status;

	if (path_compare(t->dir.ptr, t->dir.len, path, len) == 0)
		return 0;
	buf_clear(&t->dir);
	buf_add(&t->dir, path, len);
	buf_add(&root, path, len);
	status = repository_root(&root);
	if (status == 0 && strcmp(t->root.ptr, root.ptr) != 0) {
		place_close(&t->nearest);
		buf_clear(&t->root);
		buf_adds(&t->root, root.ptr);
		if (root.len)
			status = place_open(&t->nearest, t->env, root.ptr);
		t->failed = status != 0;
	}
	buf_free(&root);
	return status ? -1 : 0;
}

/* A repository that is called bare has no work tree; what its index has is below `root`. */
static int holds(const struct place *place, const char *root, const char *path)
{
	const char *top = place->index && place->repository->top ? place->repository->top : root;
	struct pathset asked = {0};
	bool found;

	if (!place->index || !*top || strncmp(path, top, strlen(top)) != 0)
		return TRACKED_NO;
	path += strlen(top);
	if (place->folded.count)
		add_folded(&asked, &(struct entry){.path = path, .len = strlen(path)});
	found = snapshot_names(place->index, path) ||
		(asked.count && pathset_holds(&place->folded, asked.items->path, asked.items->len));
	pathset_free(&asked);
	return found;
}

enum tracked_answer tracked_look(struct tracked *t, const char *path)
{
	enum tracked_answer answer;

	if (open_nearest(t, path, path_base(path, strlen(path))) < 0)
		return TRACKED_FAILED;
	if (t->failed)
		return TRACKED_UNKNOWN;
	answer = holds(&t->nearest, t->root.ptr, path);
	return answer == TRACKED_NO ? holds(&t->named, "", path) : answer;
}
