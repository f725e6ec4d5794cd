/*
 * Input: a commit object. What is taken is what libgit2 reads of it: tree, parents in their order,
 * and the committer's time where it follows the address as git writes it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory_odb.h"
#include "walk_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct repository repository;

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void require_same_id(const struct oid *ours, const git_oid *theirs)
{
	require(theirs && memcmp(ours->bytes, theirs->id, sizeof theirs->id) == 0);
}

/* Whether the time follows the address of the committer as git writes it. */
static bool has_plain_time(const git_commit *commit)
{
	const char *line = strstr(git_commit_raw_header(commit), "\ncommitter "), *end, *address;
	char after[32];

	snprintf(after, sizeof after, "> %lld ", (long long)git_commit_time(commit));
	end = line ? strchr(line + 1, '\n') : NULL;
	for (address = end; address && address > line && *address != '>';)
		address--;
	return git_commit_time(commit) > 0 && address &&
	       strncmp(address, after, strlen(after)) == 0;
}

static void compare(const struct walk *w, const struct walk_commit *c, const git_commit *commit)
{
	unsigned i;

	require_same_id(&c->tree, git_commit_tree_id(commit));
	require(c->parent_count == git_commit_parentcount(commit));
	for (i = 0; i < c->parent_count; i++)
		require_same_id(&walk_parent(w, c, i)->id, git_commit_parent_id(commit, i));
	require(c->time >= 0);
	require(c->time == git_commit_time(commit) || !has_plain_time(commit));
}

static void check(struct oid id)
{
	git_oid oid = oid_to_git(&id);
	git_commit *commit = NULL;
	struct walk *w = calloc(1, sizeof *w);
	uint32_t number;
	bool theirs = git_commit_lookup(&commit, repository.git, &oid) == 0;
	int status;

	require(w != NULL);
	w->repository = &repository;
	require(walk_number(&number, w, &id) == 0);
	status = walk_read(w, number);
	require(status <= 0 && (status == 0 || !theirs));
	if (status == 0 && theirs)
		compare(w, &w->commits[number], commit);
	git_commit_free(commit);
	walk_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!repository.odb)
		memory_odb_open(&repository);
	check(memory_odb_write(
		&repository, size ? (const char *)data : "", size, GIT_OBJECT_COMMIT));
	memory_odb_clear();
	return 0;
}
