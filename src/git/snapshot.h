/*
 * snapshot - the set of (path, mode, object id) that a commit records or would record.
 *
 * Behind it stand the index, a commit's tree, and the files on disk (disk.h), which are looked at
 * in the same way. Nothing above this header knows which one it has.
 *
 * Not part of a commit, so never given: intent-to-add entries and gitlinks. A path in conflict is
 * given once, as our side has it (stage 2), else theirs (3), and not at all if both deleted it.
 *
 * A snapshot borrows the repository that it was made from, which must outlive it.
 */
#ifndef PYCGUARD_SNAPSHOT_H
#define PYCGUARD_SNAPSHOT_H

#include <time.h>

#include "git/oid.h"

/** Modes that git records (gitformat-index(5)); of directories in trees only. */
enum {
	MODE_TREE = 040000,
	MODE_FILE = 0100644,
	MODE_EXECUTABLE = 0100755,
	MODE_LINK = 0120000,
	MODE_GITLINK = 0160000
};

/** Deeper than this git reads no tree (core.maxTreeDepth), and no directory is looked into here. */
enum { SNAPSHOT_DEPTH_MAX = 2048 };

/** One file. `path` is borrowed until the visit ends, `path[len]` is NUL. */
struct entry {
	const char *path;
	size_t len;
	uint32_t mode;
	struct oid oid; /* zero for a file on disk */
	bool on_disk;   /* then the size and the time are known; */
	bool linked;    /* and whether a link to a directory leads there */
	uint64_t size;
	struct timespec mtime;
};

struct snapshot;

/** Told each entry. 0 to go on; -1, with the failure recorded, to stop. */
typedef int snapshot_visit(void *arg, const struct entry *e);

/** What a source must be able to do; the functions below call these. */
struct snapshot_source {
	int (*each)(struct snapshot *s, snapshot_visit *visit, void *arg);
	int (*find)(struct snapshot *s, const char *path, struct entry *out);
	int (*beside)(struct snapshot *s, const char *prefix, snapshot_visit *visit, void *arg);
	int (*read)(struct snapshot *s, const struct entry *e, struct buf *out, size_t most);
	void (*free)(struct snapshot *s);
};

/** Every snapshot begins with this. */
struct snapshot {
	const struct snapshot_source *source;
	struct repository *repository; /* whose objects are read; NULL: `read` of the source does */
	bool top_is_migrations;        /* a directory on disk that has this name itself */
};

/** Visit every entry in the order of the index. 0; -1 with the failure recorded. */
static inline int snapshot_each(struct snapshot *s, snapshot_visit *visit, void *arg)
{
	return s->source->each(s, visit, arg);
}

/** Look a path up. `out` is filled when it is found; NULL is allowed. 1; 0: not there; -1
 * recorded. */
static inline int snapshot_find(struct snapshot *s, const char *path, struct entry *out)
{
	struct entry unused;

	return s->source->find(s, path, out ? out : &unused);
}

/** Whether an index has a path that a person named in any form: a file, a directory of files, or an
 * entry that is not part of a commit. */
bool snapshot_names(struct snapshot *s, const char *path);

/** Visit the files of one directory whose paths begin so, in any order. 0; -1 recorded. */
static inline int snapshot_beside(
	struct snapshot *s, const char *prefix, snapshot_visit *visit, void *arg)
{
	return s->source->beside(s, prefix, visit, arg);
}

/** Whether a checkout changes the text of a file by more than its line ends (by the attributes
 * filter, ident and working-tree-encoding, as the snapshot has them), so that the blob's size and
 * hash say nothing of the file. 1; 0; -1 recorded. */
int snapshot_converts(struct snapshot *s, const char *path);

/** The size of a file in bytes. 0; -1 with the failure recorded (the object is missing, ...). */
int snapshot_size(struct snapshot *s, const struct entry *e, uint64_t *out);

/** A larger blob is not held in memory. */
enum { SNAPSHOT_READ_MAX = 64 << 20 };

/** Append the first bytes of a file, `most` of them at most. 0; 1 when the blob is larger than
 * SNAPSHOT_READ_MAX, or on disk there is no such file any more; -1 recorded. */
int snapshot_read(struct snapshot *s, const struct entry *e, struct buf *out, size_t most);

/** NULL is allowed. */
static inline void snapshot_free(struct snapshot *s)
{
	if (s)
		s->source->free(s);
}

#endif
