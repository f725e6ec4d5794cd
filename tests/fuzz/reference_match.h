/*
 * reference_match - gitignore's rules for one pattern, as plainly and slowly as they can be put.
 *
 * For tests: a second reading of the rules, sharing no code with glob.c and pattern.c. The one
 * liberty taken with git: caselessly, escaped letters and those in classes are folded as well.
 */
#ifndef PYCGUARD_REFERENCE_MATCH_H
#define PYCGUARD_REFERENCE_MATCH_H

#include <stdbool.h>

enum reference_answer { REFERENCE_NO, REFERENCE_YES, REFERENCE_GAVE_UP };

/**
 * Whether a pattern (no `!`, no trailing blanks) matches the path of a file, or a directory above
 * it. It gives up after some 100,000 steps.
 */
enum reference_answer reference_match(const char *pattern, const char *path, bool caseless);

#endif
