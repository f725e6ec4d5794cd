#include "git/objects.h"
#include "git/repository.h"

bool entry_same_content(const struct entry *a, const struct entry *b)
{
	return a->mode == b->mode && memcmp(&a->oid, &b->oid, sizeof a->oid) == 0;
}

uint32_t mode_canonical(uint32_t mode)
{
	enum { KIND = 0170000, KIND_FILE = 0100000, EXECUTABLE_BY_OWNER = 0100 };

	switch (mode & KIND) {
	case KIND_FILE:
		return mode & EXECUTABLE_BY_OWNER ? MODE_EXECUTABLE : MODE_FILE;
	case MODE_LINK:
	case MODE_TREE:
		return mode & KIND;
	default:
		return MODE_GITLINK;
	}
}

int snapshot_find(struct snapshot *s, const char *path, struct entry *out)
{
	struct entry unused;

	return s->source->find(s, path, out ? out : &unused);
}

int snapshot_size(struct snapshot *s, const struct entry *e, uint64_t *out)
{
	*out = e->size;
	return e->on_disk ? 0 : object_blob_size(s->repository, &e->oid, out);
}

int snapshot_read(struct snapshot *s, const struct entry *e, snapshot_sink *sink, void *arg)
{
	return s->repository ? object_blob_read(s->repository, &e->oid, sink, arg) :
			       s->source->read(s, e, sink, arg);
}

struct start {
	struct buf *bytes;
	size_t left;
};

static int take_start(void *arg, const void *bytes, size_t len)
{
	struct start *start = arg;

	len = len < start->left ? len : start->left;
	buf_add(start->bytes, bytes, len);
	start->left -= len;
	return start->left == 0;
}

int snapshot_read_start(struct snapshot *s, const struct entry *e, struct buf *out, size_t most)
{
	struct start start = {out, most};
	int status = snapshot_read(s, e, take_start, &start);

	return status == 0 ? buf_failed(out) : status;
}

void snapshot_free(struct snapshot *s)
{
	if (s)
		s->source->free(s);
}
