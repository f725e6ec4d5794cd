/* walk_private - what walk.c, walk_read.c and walk_refs.c share. Not for others. */
#ifndef PYCGUARD_WALK_PRIVATE_H
#define PYCGUARD_WALK_PRIVATE_H

#include "git.h"
#include "oidmap.h"
#include "walk.h"

/** Whence a commit can be reached. One that both sides of A...B reach is hidden. */
enum { SHOWN = 1, HIDDEN = 2, LEFT = 4, RIGHT = 8 };

/** The rest of a commit's flags: read; in the queue; its parents are not here though it has some
 * (a shallow clone); in the order; not here itself. */
enum { PARSED = 16, QUEUED = 32, CUT = 64, PLACED = 128, MISSING = 256 };

struct walk {
	struct repository *repository;
	struct walk_commit *commits; /* all that were met */
	size_t count, cap;
	uint32_t *links; /* the numbers of the parents */
	size_t link_count, link_cap;
	struct oidmap numbers; /* of commits, by id */
	struct oidmap shallow; /* commits whose parents this clone lacks */
	uint32_t *queue;       /* a heap, the youngest first */
	size_t queued, queue_cap, shown_queued;
	uint32_t *tips;
	size_t tip_count, tip_cap;
	uint32_t *order;
	size_t order_count;
	bool has_symmetric;
};

/** Make room for one more item of `size` bytes. 0; -1 with the failure recorded. */
int walk_reserve(void **items, size_t *cap, size_t count, size_t size);

/** The number of a commit, which is new if its id is. 0; -1 with the failure recorded. */
int walk_number(uint32_t *out, struct walk *w, const struct oid *id);

/** Read a commit, unless it has been. 0; 1 when it is not in this repository, -1 when it cannot be
 * read; both with the failure recorded. */
int walk_read(struct walk *w, uint32_t number);

/** Learn which commits have parents that this clone lacks. 0; -1 with the failure recorded. */
int walk_read_shallow(struct walk *w);

/** Begin at a commit. 0; -1 with the failure recorded. */
int walk_start(struct walk *w, const struct oid *id, unsigned flags);

#endif
