/*
 * Input: an index file without its checksum, which is added here, so that what libgit2 refuses it
 * refuses for more than that. Whenever the screen's walk takes a file, libgit2 reads it too and
 * finds the very same entries; and what the screen lets pass, in any case of letters, no policy
 * rejects. So whatever the screen calls clean is clean.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "git.h"
#include "policy.h"
#include "raw_index.h"
#include "screen.h"
#include "sha1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char lines[] = "[!a-z]*.key\n*.log\n!m.pyc\n!/keep/__pycache__/\nregex:_old[0-9]\n";

static struct policy *policies[2];
static struct matcher *matcher;
static char file[] = "/tmp/fuzz_screen.XXXXXX";
static int fd;

static void require(bool condition)
{
	if (!condition)
		abort();
}

static struct policy *make_policy(bool ignore_case)
{
	struct policy *p = policy_new(ignore_case);

	require(p && policy_add(p, lines, strlen(lines), "lines") == 0);
	return p;
}

static void remove_file(void)
{
	unlink(file);
}

static void start(void)
{
	if (matcher)
		return;
	policies[0] = make_policy(false);
	policies[1] = make_policy(true);
	matcher = matcher_new();
	fd = mkstemp(file);
	require(matcher && fd >= 0 && atexit(remove_file) == 0);
	require(git_calls_load() == 0 && git_libgit2_init() > 0);
}

struct read {
	git_index *index;
	size_t count;
	bool all_passed;
};

static bool count_entry(void *arg, const struct raw_entry *e)
{
	(void)e;
	(*(size_t *)arg)++;
	return true;
}

static void require_allowed(const struct policy *p, const struct raw_entry *e)
{
	struct policy_decision d;

	require(policy_decide(p, matcher, e->path, e->len, &d) == 0 && !d.rejected);
}

static bool compare_entry(void *arg, const struct raw_entry *e)
{
	struct read *read = arg;
	const git_index_entry *ie = git_index_get_byindex(read->index, read->count++);

	require(ie && strlen(ie->path) == e->len && memcmp(ie->path, e->path, e->len) == 0);
	require(ie->mode == e->mode && memcmp(ie->id.id, e->oid, sizeof ie->id.id) == 0);
	require((unsigned)git_index_entry_stage(ie) == e->stage);
	require(!(ie->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) == !e->intent_to_add);
	if (read->all_passed && screen_lets_pass(e, policies, matcher)) {
		require_allowed(policies[0], e);
		require_allowed(policies[1], e);
	} else {
		read->all_passed = false;
	}
	return true;
}

static void compare(const unsigned char *bytes, size_t size)
{
	struct read read = {.all_passed = true};

	require(ftruncate(fd, 0) == 0 && pwrite(fd, bytes, size, 0) == (ssize_t)size);
	require(git_index_open(&read.index, file) == 0);
	require(raw_index_each(bytes, size, compare_entry, &read));
	require(read.count == git_index_entrycount(read.index));
	git_index_free(read.index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *bytes = malloc(size + SHA1_SIZE);
	size_t count = 0;

	start();
	require(bytes != NULL);
	if (size)
		memcpy(bytes, data, size);
	sha1(bytes + size, data, size);
	require(raw_index_sum_fits(bytes, size + SHA1_SIZE, NULL));
	if (raw_index_each(bytes, size + SHA1_SIZE, count_entry, &count))
		compare(bytes, size + SHA1_SIZE);
	free(bytes);
	return 0;
}
