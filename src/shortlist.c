#include "shortlist.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

enum { SIZE_MIN = 64, GRAM = 3 };

struct shortlist_line {
	uint32_t gram; /* its three bytes, the first in the highest place; 0: any path will do */
	uint32_t next; /* in its chain; a number and one more */
};

static uint32_t fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static uint32_t next_gram(uint32_t gram, char c)
{
	return (gram << 8 | fold(c)) & 0xffffff;
}

static uint32_t *chain(const struct shortlist *s, uint32_t gram)
{
	return &s->heads[(gram * UINT32_C(2654435761) >> 8) & (s->size - 1)];
}

static void link_line(struct shortlist *s, size_t number)
{
	uint32_t *head = chain(s, s->lines[number].gram);

	s->lines[number].next = *head;
	*head = (uint32_t)number + 1;
}

/* Makes room for one more line, and chains that stay short. */
static int reserve(struct shortlist *s)
{
	size_t cap = s->cap ? 2 * s->cap : SIZE_MIN, i;
	struct shortlist_line *lines;
	uint32_t *heads;

	if (s->count < s->cap)
		return 0;
	lines = realloc(s->lines, cap * sizeof *lines);
	if (!lines)
		return error_oom();
	s->lines = lines;
	s->cap = cap;
	heads = calloc(4 * cap, sizeof *heads);
	if (!heads)
		return error_oom();
	free(s->heads);
	s->heads = heads;
	s->size = 4 * cap;
	for (i = 0; i < s->count; i++)
		link_line(s, i);
	return 0;
}

static size_t count_lines(const struct shortlist *s, uint32_t gram)
{
	uint32_t at;
	size_t n = 0;

	for (at = *chain(s, gram); at; at = s->lines[at - 1].next)
		n += s->lines[at - 1].gram == gram;
	return n;
}

/* Later bytes are preferred: what is before them is mostly a directory, or shared with other
 * lines. */
static uint32_t choose(const struct shortlist *s, const char *needs, size_t len)
{
	uint32_t gram = 0, best = 0;
	size_t i, n, least = SIZE_MAX, run = 0;

	for (i = 0; i < len; i++) {
		run = needs[i] ? run + 1 : 0;
		gram = next_gram(gram, needs[i]);
		if (run < GRAM)
			continue;
		n = count_lines(s, gram);
		if (n <= least) {
			least = n;
			best = gram;
		}
	}
	return best;
}

int shortlist_add(struct shortlist *s, const char *needs, size_t len)
{
	if (reserve(s) < 0)
		return -1;
	s->lines[s->count].gram = choose(s, needs, len);
	link_line(s, s->count++);
	return 0;
}

static void mark(const struct shortlist *s, uint64_t *bits, uint32_t gram)
{
	uint32_t at;

	for (at = *chain(s, gram); at; at = s->lines[at - 1].next)
		if (s->lines[at - 1].gram == gram)
			bits[(at - 1) / 64] |= UINT64_C(1) << ((at - 1) % 64);
}

void shortlist_find(const struct shortlist *s, uint64_t *bits, const char *slashed, size_t len)
{
	uint32_t gram = '/';
	size_t i;

	if (s->count == 0)
		return;
	memset(bits, 0, SHORTLIST_WORDS(s->count) * sizeof *bits);
	mark(s, bits, 0);
	for (i = 0; i <= len; i++) {
		gram = next_gram(gram, slashed[i]);
		if (i > 0)
			mark(s, bits, gram);
	}
}

void shortlist_free(struct shortlist *s)
{
	free(s->lines);
	free(s->heads);
	*s = (struct shortlist)SHORTLIST_INIT;
}
