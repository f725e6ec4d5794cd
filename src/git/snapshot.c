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

int snapshot_read(struct snapshot *s, const struct entry *e, struct buf *out, size_t most)
{
	struct object o;
	uint64_t size;

	if (e->on_disk)
		return s->source->read(s, e, out, most);
	if (snapshot_size(s, e, &size) < 0)
		return -1;
	if (size > SNAPSHOT_READ_MAX)
		return 1;
	if (object_read(&o, s->repository, &e->oid, OBJECT_BLOB) != 0)
		return -1;
	buf_add(out, o.bytes, o.size < most ? o.size : most);
	object_free(&o);
	return 0;
}

void snapshot_free(struct snapshot *s)
{
	if (s)
		s->source->free(s);
}
