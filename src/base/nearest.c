#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>

/* No name is longer. */
enum { NAME_MAX_LEN = 31 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be added, left out, changed or swapped with their neighbour (the distance
 * of Damerau and Levenshtein, each letter being touched once). */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t d[NAME_MAX_LEN + 1][NAME_MAX_LEN + 1], i, j;

	for (i = 0; i <= a_len; i++)
		for (j = 0; j <= b_len; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = least(least(d[i][j - 1], d[i - 1][j]) + 1,
				d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[a_len][b_len];
}

/* "tracked" of check-tracked, "instal" of install */
static bool is_end_or_beginning(const char *word, size_t len, const char *name, size_t name_len)
{
	if (len < 3 || len >= name_len)
		return false;
	return strncmp(word, name, len) == 0 ||
	       (name[name_len - len - 1] == '-' && strncmp(word, name + name_len - len, len) == 0);
}

const char *nearest_name(
	const char *word, size_t len, const char *(*name_of)(size_t i), size_t count)
{
	const char *name, *nearest = NULL;
	size_t i, far, best = len / 4 + 2;

	if (len == 0 || len > NAME_MAX_LEN)
		return NULL;
	for (i = 0; i < count; i++) {
		name = name_of(i);
		if (!name || strlen(name) > NAME_MAX_LEN)
			continue;
		far = distance(word, len, name, strlen(name));
		if (is_end_or_beginning(word, len, name, strlen(name)))
			far = least(far, 1);
		if (far < best && far < len) {
			best = far;
			nearest = name;
		}
	}
	return nearest;
}
