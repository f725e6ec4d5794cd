/*
 * Input: an index file without its checksum, of which 20 zeros take the place. What the walk gives
 * is well formed; and what the screen lets pass no policy rejects, with regard to case or without.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check/screen.h"
#include "git/snapshot.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHECKSUM = 20 };

static const char lines[] = "[!a-z]*.key\n*.log\n!m.pyc\n!/keep/__pycache__/\nregex:_old[0-9]\n";

static struct policy *policies[2], *either;
static struct matcher *matcher;

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void start(void)
{
	if (matcher)
		return;
	for (int caseless = 0; caseless < 2; caseless++) {
		policies[caseless] = policy_new(caseless);
		require(policies[caseless] &&
			policy_add(policies[caseless], lines, strlen(lines), "lines") == 0);
	}
	either = policy_new(PATTERN_EITHER);
	require(either && policy_add(either, lines, strlen(lines), "lines") == 0);
	matcher = matcher_new();
	require(matcher != NULL);
}

static bool check_entry(const struct index_entry *e, const struct buf *last, size_t *base)
{
	struct policy_decision d;

	require(strlen(e->path) == e->len && e->len > 0 && e->shared <= e->len);
	require(e->shared <= last->len && memcmp(e->path, last->ptr, e->shared) == 0);
	require(e->mode != MODE_TREE && e->stage <= 3);
	if (!screen_lets_pass(e, base, either, matcher))
		return false;
	require(*base == path_base(e->path, e->len));
	for (int caseless = 0; caseless < 2; caseless++)
		require(policy_decide(policies[caseless], matcher, e->path, e->len, &d) == 0 &&
			!d.rejected);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *bytes = calloc(1, size + CHECKSUM);
	struct buf last = BUF_INIT;
	struct index_walk w;
	size_t base = 0;
	int found = 1;

	start();
	require(bytes != NULL);
	if (size)
		memcpy(bytes, data, size);
	if (index_walk_begin(&w, bytes, size + CHECKSUM, CHECKSUM))
		while (found == 1 && (found = index_walk_next(&w)) == 1) {
			if (!check_entry(&w.entry, &last, &base))
				break;
			buf_clear(&last);
			buf_add(&last, w.entry.path, w.entry.len);
		}
	index_walk_end(&w);
	buf_free(&last);
	free(bytes);
	return 0;
}
