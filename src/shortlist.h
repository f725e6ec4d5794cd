/*
 * shortlist - which lines of a policy can match a path at all, found by three bytes that each line
 * needs, so that thousands of lines cost a path no more than a few.
 *
 * Letters count as small ones, and a path as having a slash before it and one after it: so a line
 * like `*.o` has three bytes too (".o/"). Of the bytes that a line needs, those are taken that the
 * fewest lines before it have. A line that needs no three bytes in a row is always on the list.
 *
 * Made by one thread, then asked from any.
 */
#ifndef PYCGUARD_SHORTLIST_H
#define PYCGUARD_SHORTLIST_H

#include <stddef.h>
#include <stdint.h>

struct shortlist {
	struct shortlist_line *lines;
	size_t count, cap;
	uint32_t *heads; /* of chains of lines, by their bytes; each a number and one more */
	size_t size;     /* of these; a power of two */
};

#define SHORTLIST_INIT                                                                             \
	{                                                                                          \
		NULL, 0, 0, NULL, 0                                                                \
	}

/** How many words of 64 bits it takes to have one for each of `count` lines. */
#define SHORTLIST_WORDS(count) (((count) + 63) / 64)

/**
 * Add a line; its number is how many were added before.
 *
 * @param needs pieces with a NUL after each, every one of which is in a path that it matches, as
 *              glob_needs gives them
 * @return 0; -1 with the failure recorded
 */
int shortlist_add(struct shortlist *s, const char *needs, size_t len);

/**
 * Find the lines that can match a path.
 *
 * @param bits    SHORTLIST_WORDS(count) words, overwritten: bit n % 64 of word n / 64 is line n's
 * @param slashed the path and a slash after it: slashed[len] == '/'
 */
void shortlist_find(const struct shortlist *s, uint64_t *bits, const char *slashed, size_t len);

void shortlist_free(struct shortlist *s);

#endif
