/*
 * cat_file - objects as git gives them (git cat-file --batch), for repositories that libgit2 cannot
 * read. git is started when the first object is asked for, once for each repository opened.
 *
 * Not for others than objects.c; what the functions do is said in objects.h.
 */
#ifndef PYCGUARD_CAT_FILE_H
#define PYCGUARD_CAT_FILE_H

#include "git/git.h"
#include "git/objects.h"

struct cat_file;

/** @param out yours, for cat_file_free. 0; -1 with the failure recorded. */
int cat_file_new(struct cat_file **out, const struct repository *r);

/** The header of an object. 0; 1 when there is no such object; -1 with the failure recorded. */
int cat_file_header(
	struct cat_file *c, enum object_type *type, uint64_t *size, const struct oid *id);

/**
 * Read a whole object.
 *
 * @param bytes yours, for free(), with a NUL after them
 * @return as cat_file_header
 */
int cat_file_read(struct cat_file *c, enum object_type *type, char **bytes, size_t *size,
	const struct oid *id);

/** Read an object in pieces, until the sink has enough. As cat_file_header. */
int cat_file_stream(struct cat_file *c, const struct oid *id, snapshot_sink *sink, void *arg);

/** NULL is allowed. */
void cat_file_free(struct cat_file *c);

#endif
