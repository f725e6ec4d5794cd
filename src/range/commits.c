#include "range/history.h"

struct judge {
	struct finding_list *out;
	const struct walk *walk;
	const struct history *history;
	struct changes changes;           /* for its policy and its matcher */
	const struct walk_commit *commit; /* at hand; NULL: none */
	struct check check;
};

static void close_commit(struct judge *j)
{
	while (j->check.base_count > 0)
		snapshot_free(j->check.bases[--j->check.base_count]);
	free(j->check.bases);
	snapshot_free(j->check.snapshot);
	j->commit = NULL;
	j->check = (struct check){0};
}

static int open_commit(struct judge *j, const struct walk_commit *c, enum check_kind kind)
{
	struct repository *r = j->changes.repository;
	struct check *k = &j->check;
	int status;

	j->commit = c;
	*k = (struct check){.kind = kind, .caseless = j->changes.caseless};
	k->bases = memory_new(c->parent_count, sizeof *k->bases);
	status = snapshot_of_commit(&k->snapshot, r, &c->id);
	for (; status == 0 && k->base_count < c->parent_count; k->base_count += status == 0)
		status = snapshot_of_commit(&k->bases[k->base_count], r,
			&walk_parent(j->walk, c, (uint32_t)k->base_count)->id);
	if (status == 0 && !(k->policy = changes_policy(&j->changes, k->snapshot)))
		status = -1;
	return status;
}

static int compare_row(const void *path, const void *row)
{
	return strcmp(path, ((const struct history_path *)row)->path);
}

/* `e` is NULL for a path that is judged without having been changed. */
static int judge_entry(struct judge *j, const struct entry *entry, const struct scan_event *e)
{
	const struct history *h = j->history;
	const struct history_path *row =
		e && h->count ? bsearch(e->path, h->items, h->count, sizeof *row, compare_row) :
				NULL;
	struct repository *r = j->changes.repository;
	struct finding f;

	if (check_entry(&f, &j->check, j->changes.matcher, entry) < 0)
		return -1;
	if (f.rule == RULE_NONE || f.severity != SEVERITY_ERROR) {
		finding_clear(&f);
		return 0;
	}
	f.is_root = j->commit->parent_count == 0;
	f.commit = memory_string(repository_hex(r, &j->commit->id));
	f.subject = memory_string(j->commit->subject);
	f.repeated = row && row->versions > 1;
	if (row && !row->there && row->last > j->commit)
		f.removed = memory_string(repository_hex(r, &row->last->id));
	finding_list_add(j->out, &f);
	return 0;
}

int commits_judge(struct finding_list *out, const struct scan_events *events,
	const struct history *h, const struct scan *s)
{
	struct judge j = {.out = out, .walk = s->walk, .history = h};
	const struct scan_event *last = NULL;
	size_t i;
	int status = 0;

	scan_open(&j.changes, s, s->repository);
	if (s->progress)
		progress_phase(s->progress, "files looked at");
	for (i = 0; i < events->count && status == 0; i++) {
		const struct scan_event *e = &events->items[i];
		struct entry entry = {
			.path = e->path, .len = strlen(e->path), .mode = e->mode, .oid = e->oid};

		if (s->progress)
			progress_tick(s->progress, i);
		/* A path that was changed and orphaned is one finding. */
		if (e->change == CHANGE_REMOVED ||
			(last && last->commit == e->commit && strcmp(last->path, e->path) == 0))
			continue;
		last = e;
		if (e->commit != j.commit) {
			close_commit(&j);
			status = open_commit(&j, e->commit, CHECK_COMMIT);
		}
		if (status == 0)
			status = judge_entry(&j, &entry, e);
		if (status < 0)
			error_prefix("cannot look at commit '%s'",
				repository_hex(s->repository, &e->commit->id));
	}
	close_commit(&j);
	changes_release(&j.changes);
	return status;
}

int commits_judge_path(struct finding_list *out, const struct scan *s, const char *path)
{
	const struct scan_events none = {NULL, 0};
	struct judge j = {.out = out, .walk = s->walk};
	const struct walk *w = s->walk;
	bool there = false;
	struct entry entry;
	size_t i;
	int status = 0, found;

	scan_open(&j.changes, s, s->repository);
	for (i = w->first; i < w->count && status == 0; i++) {
		if (!w->commits[i].is_tip)
			continue;
		status = w->commits[i].subject ? 0 : history_words(s->walk, &none);
		if (status == 0)
			status = open_commit(&j, &w->commits[i], CHECK_TRACKED);
		found = status == 0 ? snapshot_find(j.check.snapshot, path, &entry) : 0;
		there = there || found == 1;
		if (found)
			status = found < 0 ? -1 : judge_entry(&j, &entry, NULL);
		close_commit(&j);
	}
	changes_release(&j.changes);
	if (status == 0 && !there)
		return error_set("path '%s' is not in the commits that the range ends with", path);
	return status;
}
