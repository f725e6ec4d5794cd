/*
 * snapshot_raw - the snapshot of an index file that is well formed to the last byte and has the
 * right checksum, or none at all (raw_index.h), without libgit2's reader, which takes ten times as
 * long. Blobs are read as everywhere.
 *
 * It may be taken away without changing any result.
 */
#ifndef PYCGUARD_SNAPSHOT_RAW_H
#define PYCGUARD_SNAPSHOT_RAW_H

#include "repository.h"

/** @return yours, for snapshot_free; NULL: let libgit2 read it (and say what is wrong) */
struct snapshot *snapshot_of_raw_index(struct repository *r);

#endif
