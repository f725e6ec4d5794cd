/*
 * packs - commits and trees out of the packs of an object directory, without libgit2.
 *
 * libgit2 takes three times as long for an object as its bytes need, and that is most of the time
 * of a walk through a history. Here the packs are mapped, and an object is put together from them
 * with what was made for others before. The reader may always say "not I": what is unusual or does
 * not hold to the last check is not given, nor what is in no pack, and libgit2 is asked, which
 * knows what to say. So all of this can be left out without changing any result. Like git and
 * libgit2 when they walk a history, it does not verify that the bytes have the id.
 */
#ifndef PYCGUARD_PACKS_H
#define PYCGUARD_PACKS_H

#include "pack.h"

struct packs;

/** An object in memory, shared by counting; for one thread, as its packs. */
struct packed {
	unsigned count;
	enum pack_type type; /* no delta */
	size_t size;
	unsigned char bytes[]; /* with a NUL after them */
};

/**
 * Map the packs that are in an object directory now.
 *
 * @param objects path of the directory, with its slash
 * @param id_size of an object id, in bytes
 * @return yours, for packs_close, for one thread at a time; NULL when none can be read here
 */
struct packs *packs_open(const char *objects, size_t id_size);

/** A commit or a tree. @return yours, for packed_release; NULL: ask libgit2. */
struct packed *packs_read(struct packs *p, const unsigned char *id);

/** Count one more. @return `o` */
struct packed *packed_share(struct packed *o);

/** NULL is allowed in these. */
void packed_release(struct packed *o);
void packs_close(struct packs *p);

#endif
