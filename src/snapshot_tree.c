#include "git.h"

#include <stdlib.h>
#include <string.h>

/* A commit's tree. Only find is needed of it so far; each walks it in the order of the index. */
struct tree_snapshot {
	struct snapshot base;
	struct repository *repository;
	git_tree *tree;
};

struct walk {
	snapshot_visit *visit;
	void *arg;
	struct buf path;
};

static bool recorded(uint32_t mode)
{
	return mode != MODE_GITLINK && mode != GIT_FILEMODE_TREE;
}

static int walk_entry(const char *root, const git_tree_entry *te, void *payload)
{
	struct walk *w = payload;
	struct entry e = {.mode = (uint32_t)git_tree_entry_filemode_raw(te)};

	if (!recorded(e.mode))
		return 0;
	buf_clear(&w->path);
	buf_adds(&w->path, root);
	buf_adds(&w->path, git_tree_entry_name(te));
	if (buf_failed(&w->path) < 0)
		return GIT_EUSER;
	e.path = w->path.ptr;
	e.len = w->path.len;
	e.oid = oid_from_git(git_tree_entry_id(te));
	return w->visit(w->arg, &e) < 0 ? GIT_EUSER : 0;
}

static int tree_each(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	struct tree_snapshot *t = (struct tree_snapshot *)s;
	struct walk w = {visit, arg, BUF_INIT};
	int status = git_tree_walk(t->tree, GIT_TREEWALK_PRE, walk_entry, &w);

	buf_free(&w.path);
	if (status < 0 && status != GIT_EUSER)
		git_failed("cannot walk tree '%s'", git_oid_tostr_s(git_tree_id(t->tree)));
	return status < 0 ? -1 : 0;
}

/* libgit2's own search by path answers "not found" for a tree that is missing too. */
static int descend(git_tree **tree, const char *name, size_t len, git_repository *git)
{
	char *dir = strndup(name, len);
	const git_tree_entry *te;
	git_tree *below = NULL;
	int status = 0;

	if (!dir)
		return error_oom();
	te = git_tree_entry_byname(*tree, dir);
	free(dir);
	if (te && git_tree_entry_type(te) == GIT_OBJECT_TREE) {
		status = git_tree_lookup(&below, git, git_tree_entry_id(te));
		if (status < 0)
			git_failed("cannot read tree '%s'", git_oid_tostr_s(git_tree_entry_id(te)));
	}
	git_tree_free(*tree);
	*tree = below;
	return status < 0 ? -1 : below != NULL;
}

static int tree_find(struct snapshot *s, const char *path, struct entry *out)
{
	struct tree_snapshot *t = (struct tree_snapshot *)s;
	const git_tree_entry *te;
	const char *name = path, *slash;
	git_tree *tree;
	int status = 1;

	if (git_tree_dup(&tree, t->tree) < 0)
		return git_failed("cannot look up '%s'", path);
	for (; status == 1 && (slash = strchr(name, '/')); name = slash + 1)
		status = descend(&tree, name, (size_t)(slash - name), t->repository->git);
	te = status == 1 ? git_tree_entry_byname(tree, name) : NULL;
	if (te) {
		*out = (struct entry){.path = path,
			.len = strlen(path),
			.mode = (uint32_t)git_tree_entry_filemode_raw(te),
			.oid = oid_from_git(git_tree_entry_id(te))};
		status = recorded(out->mode);
	}
	git_tree_free(tree);
	return te || status < 0 ? status : 0;
}

static int tree_names(struct snapshot *s, const char *path)
{
	struct entry e;

	return *path ? tree_find(s, path, &e) : 1;
}

static int tree_size(struct snapshot *s, const struct entry *e, uint64_t *out)
{
	return git_blob_size(((struct tree_snapshot *)s)->repository, &e->oid, out);
}

static int tree_read(struct snapshot *s, const struct entry *e, snapshot_sink *sink, void *arg)
{
	return git_blob_read(((struct tree_snapshot *)s)->repository, &e->oid, sink, arg);
}

static void tree_free(struct snapshot *s)
{
	git_tree_free(((struct tree_snapshot *)s)->tree);
	free(s);
}

static const struct snapshot_source tree_source = {
	tree_each,
	tree_find,
	tree_names,
	tree_size,
	tree_read,
	tree_free,
};

int snapshot_of_commit(struct snapshot **out, struct repository *r, const git_oid *id)
{
	struct tree_snapshot *t;
	git_commit *commit;

	*out = NULL;
	t = calloc(1, sizeof *t);
	if (!t)
		return error_oom();
	t->base.source = &tree_source;
	t->repository = r;
	if (git_commit_lookup(&commit, r->git, id) < 0) {
		free(t);
		return git_failed("cannot read commit '%s'", git_oid_tostr_s(id));
	}
	if (git_commit_tree(&t->tree, commit) < 0) {
		git_failed("cannot read the tree of commit '%s'", git_oid_tostr_s(id));
		git_commit_free(commit);
		free(t);
		return -1;
	}
	git_commit_free(commit);
	*out = &t->base;
	return 0;
}
