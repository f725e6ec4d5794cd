#include "git.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "objects.h"
#include "path.h"

/* A header and a checksum (gitformat-index(5)). */
enum { INDEX_SIZE_MIN = 12 + 20 };

struct index_snapshot {
	struct snapshot base;
	struct repository *repository;
	git_index *index;
};

static bool recorded(const git_index_entry *ie)
{
	return ie->mode != MODE_GITLINK && !(ie->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD);
}

static void entry_from_git(struct entry *out, const git_index_entry *ie)
{
	*out = (struct entry){.path = ie->path,
		.len = strlen(ie->path),
		.mode = ie->mode,
		.oid = oid_from_git(&ie->id)};
}

/* git refuses an index out of order, and a search by halves would miss entries of it. */
static int check_order(
	const struct index_snapshot *x, const git_index_entry *last, const git_index_entry *ie)
{
	int order = last ? strcmp(last->path, ie->path) : -1;

	if (order < 0)
		return 0;
	if (order == 0 && git_index_entry_stage(last) > 0 &&
		git_index_entry_stage(last) < git_index_entry_stage(ie))
		return 0;
	return error_set("cannot read index '%s': entries out of order at '%s'",
		x->repository->index_path, ie->path);
}

/* Of the entries of one path, the one that stands for it: stage 0, else our side, else theirs. */
static bool stands_for_path(const git_index_entry *last, const git_index_entry *ie)
{
	int stage = git_index_entry_stage(ie);

	if (stage == GIT_INDEX_STAGE_THEIRS)
		return !(last && strcmp(last->path, ie->path) == 0 &&
			 git_index_entry_stage(last) == GIT_INDEX_STAGE_OURS);
	return stage == GIT_INDEX_STAGE_NORMAL || stage == GIT_INDEX_STAGE_OURS;
}

static int index_each(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	struct index_snapshot *x = (struct index_snapshot *)s;
	const git_index_entry *ie, *last = NULL;
	size_t i, count = git_index_entrycount(x->index);
	struct entry e;

	for (i = 0; i < count; i++, last = ie) {
		ie = git_index_get_byindex(x->index, i);
		if (check_order(x, last, ie) < 0)
			return -1;
		if (!recorded(ie) || !stands_for_path(last, ie))
			continue;
		entry_from_git(&e, ie);
		if (visit(arg, &e) < 0)
			return -1;
	}
	return 0;
}

static int index_find(struct snapshot *s, const char *path, struct entry *out)
{
	static const int stages[] = {
		GIT_INDEX_STAGE_NORMAL,
		GIT_INDEX_STAGE_OURS,
		GIT_INDEX_STAGE_THEIRS,
	};
	struct index_snapshot *x = (struct index_snapshot *)s;
	const git_index_entry *ie = NULL;
	size_t i;

	for (i = 0; !ie && i < sizeof stages / sizeof *stages; i++)
		ie = git_index_get_bypath(x->index, path, stages[i]);
	if (!ie || !recorded(ie))
		return 0;
	entry_from_git(out, ie);
	return 1;
}

static int index_names(struct snapshot *s, const char *path)
{
	struct index_snapshot *x = (struct index_snapshot *)s;
	struct buf dir = BUF_INIT;
	int found;

	if (git_index_find(NULL, x->index, path) == 0)
		return 1;
	buf_adds(&dir, path);
	if (*path)
		buf_addc(&dir, '/');
	found = git_index_find_prefix(NULL, x->index, dir.ptr) == 0;
	if (buf_failed(&dir) < 0)
		found = -1;
	buf_free(&dir);
	return found;
}

static int index_size(struct snapshot *s, const struct entry *e, uint64_t *out)
{
	return object_blob_size(((struct index_snapshot *)s)->repository, &e->oid, out);
}

static int index_read(struct snapshot *s, const struct entry *e, snapshot_sink *sink, void *arg)
{
	return object_blob_read(((struct index_snapshot *)s)->repository, &e->oid, sink, arg);
}

static void index_free(struct snapshot *s)
{
	git_index_free(((struct index_snapshot *)s)->index);
	free(s);
}

static const struct snapshot_source index_source = {
	index_each,
	index_find,
	index_names,
	index_size,
	index_read,
	index_free,
};

/* libgit2 takes a file that it cannot find, or not reach, for an empty index without a word.
 * 1 when there is a file, 0 when there is none and need not be. */
static int probe(const struct repository *r)
{
	struct stat st;
	int fd = open(r->index_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && errno == ENOENT && !r->index_named)
		return 0;
	if (fd < 0)
		return error_os(errno, "cannot read index '%s'", r->index_path);
	if (fstat(fd, &st) < 0) {
		error_os(errno, "cannot read index '%s'", r->index_path);
		close(fd);
		return -1;
	}
	close(fd);
	if (!S_ISREG(st.st_mode))
		return error_set("cannot read index '%s': not a regular file", r->index_path);
	if (st.st_size < INDEX_SIZE_MIN)
		return error_set("cannot read index '%s': the file is %s", r->index_path,
			st.st_size ? "cut short" : "empty");
	return 1;
}

int snapshot_of_index(struct snapshot **out, struct repository *r)
{
	struct index_snapshot *x;
	int there = probe(r), status;

	*out = NULL;
	if (there < 0)
		return -1;
	x = calloc(1, sizeof *x);
	if (!x)
		return error_oom();
	x->base.source = &index_source;
	x->repository = r;
	status = there ? git_index_open(&x->index, r->index_path) : git_index_new(&x->index);
	if (status < 0) {
		git_failed("cannot read index '%s'", r->index_path);
		free(x);
		return -1;
	}
	*out = &x->base;
	return 0;
}
