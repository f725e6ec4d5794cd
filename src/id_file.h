/*
 * id_file - files of a repository that hold an object id a line: MERGE_HEAD, shallow
 * (gitrepository-layout(5)). They are files however the refs are stored.
 */
#ifndef PYCGUARD_ID_FILE_H
#define PYCGUARD_ID_FILE_H

#include "oid.h"

/** Told each id. 0 to go on; -1, with the failure recorded, to stop. */
typedef int id_file_visit(void *arg, const struct oid *id);

/**
 * Read such a file.
 *
 * @param dir  its directory, with a slash at the end
 * @param size of an id, in bytes
 * @return 0; 1 when there is no such file; -1 with the failure recorded
 */
int id_file_each(const char *dir, const char *name, size_t size, id_file_visit *visit, void *arg);

#endif
