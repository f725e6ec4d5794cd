/* memory_odb - a repository that is nothing but an object store in memory, for fuzz targets. */
#ifndef PYCGUARD_MEMORY_ODB_H
#define PYCGUARD_MEMORY_ODB_H

#include "git/libgit2.h"
#include "git/repository.h"

/** Start libgit2 and open it. Once in a process; aborts on failure, as the others do. */
void memory_odb_open(struct repository *out);

/** Store an object, well formed or not. */
struct oid memory_odb_write(struct repository *r, const void *bytes, size_t len, git_object_t type);

/** Forget all objects. */
void memory_odb_clear(void);

#endif
