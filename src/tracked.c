#include "tracked.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "path.h"
#include "repository.h"

/* A repository and its index, as far as they could be opened. */
struct place {
	struct repository *repository;
	struct snapshot *index;
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
	*place = (struct place){NULL, NULL};
}

int tracked_new(struct tracked **out, const struct environment *env)
{
	struct tracked *t = calloc(1, sizeof *t);

	*out = NULL;
	if (!t)
		return error_oom();
	t->env = env;
	t->dir = t->root = (struct buf)BUF_INIT;
	if (env->git_dir && (repository_open(&t->named.repository, env) != 0 ||
				    repository_index(&t->named.index, t->named.repository) < 0)) {
		tracked_free(t);
		return -1;
	}
	*out = t;
	return 0;
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

/* Cuts `dir`, which ends in a slash, to the nearest directory with a .git; to nothing if none. */
static int find_root(struct buf *dir)
{
	int found = 0;

	while (dir->len && found == 0) {
		size_t len = dir->len;

		buf_adds(dir, ".git");
		found = buf_failed(dir) < 0 ? -1 : io_exists(dir->ptr);
		buf_cut(dir, found ? len : path_base(dir->ptr, len - 1));
	}
	return found < 0 ? -1 : 0;
}

/* Opens the repository of the directory, unless it is the one that is open. */
static int open_nearest(struct tracked *t, const char *path, size_t len)
{
	struct buf root = BUF_INIT;
	int status = 0;

	if (path_compare(t->dir.ptr, t->dir.len, path, len) == 0)
		return 0;
	buf_clear(&t->dir);
	buf_add(&t->dir, path, len);
	buf_add(&root, path, len);
	if (find_root(&root) < 0 || buf_failed(&root) < 0 || buf_failed(&t->dir) < 0) {
		status = -1;
	} else if (path_compare(t->root.ptr, t->root.len, root.ptr, root.len) != 0) {
		place_close(&t->nearest);
		buf_clear(&t->root);
		buf_add(&t->root, root.ptr, root.len);
		status = 1;
		if (root.len)
			status = repository_open_at(&t->nearest.repository, t->env, root.ptr);
		if (status == 0)
			status = repository_index(&t->nearest.index, t->nearest.repository);
		t->failed = status < 0;
	}
	buf_free(&root);
	return status < 0 ? -1 : 0;
}

static int holds(const struct place *place, const char *path)
{
	const char *top = place->repository ? repository_top(place->repository) : NULL;

	if (!top || !place->index || strncmp(path, top, strlen(top)) != 0)
		return TRACKED_NO;
	return snapshot_names(place->index, path + strlen(top));
}

enum tracked_answer tracked_look(struct tracked *t, const char *path)
{
	enum tracked_answer answer;

	if (open_nearest(t, path, path_base(path, strlen(path))) < 0)
		return TRACKED_FAILED;
	if (t->failed)
		return TRACKED_UNKNOWN;
	answer = holds(&t->nearest, path);
	return answer == TRACKED_NO ? holds(&t->named, path) : answer;
}
