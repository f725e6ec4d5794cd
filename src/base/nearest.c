#include "base/nearest.h"

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

const char *nearest_name(
	const char *word, size_t len, const char *(*name_of)(size_t i), size_t count)
{
	const char *name, *nearest = NULL;
	size_t i, far, size, best = len / 4 + 2;

	for (i = 0; len && len <= NAME_MAX_LEN && i < count; i++) {
		name = name_of(i);
		size = name ? strlen(name) : SIZE_MAX;
		if (size > NAME_MAX_LEN)
			continue;
		far = distance(word, len, name, size);
		/* "instal" of install, "tracked" of check-tracked */
		if (len >= 3 && len < size &&
			(strncmp(word, name, len) == 0 ||
				(name[size - len - 1] == '-' &&
					strncmp(word, name + size - len, len) == 0)))
			far = least(far, 1);
		if (far < best && far < len) {
			best = far;
			nearest = name;
		}
	}
	return nearest;
}
