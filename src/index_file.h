/*
 * index_file - an index file, mapped, whose checksum is summed up while its entries are walked.
 * Calls no libgit2.
 *
 * git itself does not verify the checksum when it reads an index; libgit2 does, so this does. In a
 * large file it is summed up in a second thread, which takes longer than the walk: of a million
 * entries 70 ms with SHA instructions (as fast as these go: each waits for the one before), in
 * plain C four times that, and the walk 30 ms.
 *
 * Calling sequence: index_file_open; raw_index_each over the bytes; index_file_is_whole; once the
 * bytes are no longer needed index_file_close.
 */
#ifndef PYCGUARD_INDEX_FILE_H
#define PYCGUARD_INDEX_FILE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "io.h"

struct index_file {
	struct io_map map; /* without bytes: not open */
	size_t oid_size;   /* of its ids, and so of its checksum */
	pthread_t thread;
	bool threaded, sum_fits;
	atomic_bool stop; /* there is no need to know whether it does */
};

/**
 * @param f        where it is must not change before index_file_is_whole has been called
 * @param oid_size of the ids of its repository, in bytes
 * @return false, with nothing to close, when there is no such regular file, or it is empty, or
 *         cannot be mapped
 */
bool index_file_open(struct index_file *f, const char *path, size_t oid_size);

/**
 * Whether the checksum fits, or is zero, as index.skipHash has it; must be called once, whatever
 * the walk found.
 *
 * @param wanted false: nobody asks any more; the answer is then false
 */
bool index_file_is_whole(struct index_file *f, bool wanted);

/** What is not open is allowed. */
void index_file_close(struct index_file *f);

#endif
