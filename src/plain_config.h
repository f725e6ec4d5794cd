/*
 * plain_config - whether a repository's configuration is so plain that it moves nothing. Pure.
 *
 * Plain is, whole lines, letters in either case (git-config(1), of which this is a small part):
 *
 *     [section] or [section "name"]   not one that begins with `include` or `extensions`
 *     name = value                    not one that begins with `worktree`, no quotes or
 *     backslashes;
 *                                     one that begins with `bare` is `bare = false`, so too
 *                                     `ignorecase = true` or `false`, `repositoryformatversion = 0`
 *                                     or 1
 *     # comment, ; comment, nothing
 */
#ifndef PYCGUARD_PLAIN_CONFIG_H
#define PYCGUARD_PLAIN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

/** Whether the text of a configuration file, with a NUL after it, is plain from end to end. */
bool plain_config(const char *text, size_t len);

#endif
