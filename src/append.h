/*
 * append - add lines at the end of a small text file, and leave every other byte as it is. The file
 * is the old one or the new one at any instant: the new one is written beside it and put in its
 * place. Whoever calls this keeps others of its kind away (ignores_open_top).
 */
#ifndef PYCGUARD_APPEND_H
#define PYCGUARD_APPEND_H

#include "buf.h"

/**
 * Read a file. A symbolic link is refused, as git refuses a .gitignore that is one.
 *
 * @param root a directory's descriptor; `file` is a path below it, and no directory of it a link
 * @param out  its bytes are appended
 * @return 1; 0 when there is no such file; -1 with the failure recorded
 */
int append_read(struct buf *out, int root, const char *file);

/**
 * Add lines.
 *
 * @param lines text of whole lines, each with a LF; they get the line ends that the file has, and
 *              if its last line has none, one is put between. A file that is not there is made
 * @return 0; -1 with the failure recorded, the file as it was
 */
int append_lines(int root, const char *file, const struct buf *lines);

#endif
