/*
 * git_guard - what libgit2 does not bear, and what mapped files can do: then the process ends, with
 * one line.
 *
 * - When memory runs out, libgit2 crashes, or takes what it could not read for what is not there, a
 *   branch for one, and that would be a silent pass. So it is given an allocator that never says
 *   no.
 * - A file that is mapped, the index by us or a pack by libgit2, and then cut short by somebody
 *   else raises SIGBUS.
 *
 * Nothing is half-written by that, for libgit2 is only asked to read.
 */
#ifndef PYCGUARD_GIT_GUARD_H
#define PYCGUARD_GIT_GUARD_H

/**
 * Be on guard from here on. Without this call, nothing is guarded.
 *
 * @param end ends the process; it must not return, and may do only what a signal handler may. What
 *            it is told is no line yet: it has no name in front and no line end.
 */
void git_guard(void (*end)(const char *reason));

/**
 * Give libgit2 its allocator. Before git_libgit2_init; again and again, if you like, but from one
 * thread first.
 *
 * @return 0; -1 with the failure recorded.
 */
int git_guard_memory(void);

#endif
