#include "range/policies.h"

#include <string.h>

#include "git/tree.h"

/* The entry of the policy in a tree, as far as it tells policies apart. In a tree out of order it
 * is looked for as git does: not past the names that would come after it. */
static int find_file(struct policies_slot *out, struct repository *r, const struct oid *tree)
{
	struct tree_cursor at;
	int status = tree_open(&at, r, tree, NULL);

	*out = (struct policies_slot){0};
	for (; status == 0 && at.name && strcmp(at.name, policy_path) <= 0;
		status = tree_next(&at)) {
		if (strcmp(at.name, policy_path) == 0 && at.mode != MODE_TREE) {
			out->oid = at.oid;
			out->mode = at.mode;
		}
	}
	tree_close(&at);
	return status;
}

static int load(struct policies_slot *slot, const struct policies *p, const struct walk_commit *c)
{
	const struct entry e = {.path = policy_path,
		.len = strlen(policy_path),
		.mode = slot->mode,
		.oid = slot->oid};
	struct snapshot *s;
	int status;

	if (snapshot_of_tree(&s, p->repository, &c->tree) < 0)
		return -1;
	status = policy_load_entry(&slot->policy, p->files, s, slot->mode ? &e : NULL, p->caseless);
	snapshot_free(s);
	return status;
}

const struct policy *policies_of(struct policies *p, const struct walk_commit *c)
{
	struct policies_slot wanted;
	unsigned i;

	if (p->pinned)
		return p->pinned;
	if (find_file(&wanted, p->repository, &c->tree) < 0)
		return NULL;
	for (i = 0; i < POLICIES_KEPT; i++)
		if (p->slots[i].policy && p->slots[i].mode == wanted.mode &&
			memcmp(&p->slots[i].oid, &wanted.oid, sizeof wanted.oid) == 0)
			return p->slots[i].policy;
	if (load(&wanted, p, c) < 0) {
		error_prefix("commit '%s'", repository_hex(p->repository, &c->id));
		return NULL;
	}
	i = p->next++ % POLICIES_KEPT;
	policy_free(p->slots[i].policy);
	p->slots[i] = wanted;
	return wanted.policy;
}

void policies_release(struct policies *p)
{
	unsigned i;

	for (i = 0; i < POLICIES_KEPT; i++)
		policy_free(p->slots[i].policy);
}
