/*
 * objects - the objects of a repository, by id, whoever reads them. Replacement objects are not
 * honoured: an id always stands for the object that has it.
 */
#ifndef PYCGUARD_OBJECTS_H
#define PYCGUARD_OBJECTS_H

#include "git/oid.h"
#include "git/snapshot.h"

struct repository;

/** As libgit2 numbers them. */
enum object_type { OBJECT_ANY, OBJECT_COMMIT, OBJECT_TREE, OBJECT_BLOB, OBJECT_TAG };

/** An object in memory. Its bytes must not be changed. */
struct object {
	enum object_type type; /* OBJECT_ANY: there is no object here */
	const char *bytes;
	size_t size;
	struct oid id;
	struct git_odb_object *shared; /* whose bytes they are; NULL: they are of malloc */
};

/** Read an object of that type; OBJECT_ANY: of any. Not the `whole` of it is its type and its size.
 * `out` is yours, for object_free. 0; 1, recorded too, when the repository has no such object; -1
 * with the failure recorded. */
int object_read(struct object *out, struct repository *r, const struct oid *id,
	enum object_type type, bool whole);

/** Leaves none there. One without an object is allowed. */
void object_free(struct object *o);

/** The tree of a commit. 0; 1, recorded too, when the commit is not there; -1 recorded. */
int object_commit_tree(struct oid *out, struct repository *r, const struct oid *commit);

/** Follow an object to a commit: itself, or what a tag names in the end. 0; 1, recorded, when
 * the object is not there; 2 when it leads to no commit; -1 recorded (what a tag names is not
 * there). */
int object_peel(struct oid *out, struct repository *r, const struct oid *id);

#endif
