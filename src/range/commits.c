#include "range/history.h"

struct judge {
	struct finding_list *out;
	const struct walk *walk;
	const struct history *history;
	struct changes changes;           /* for its policy and its matcher */
	const struct walk_commit *commit; /* at hand; NULL: none */
	struct check check;
	char *subject;
};

/* The first paragraph of the message, in one line: what git shows of a commit. */
static int read_subject(struct judge *j)
{
	struct buf text = BUF_INIT, out = BUF_INIT;
	int status = walk_text(&text, j->changes.repository, j->commit);
	const char *line = status == 0 ? strstr(text.ptr, "\n\n") : NULL;
	size_t from, to, len;

	for (line = line ? line + 2 : ""; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		from = strspn(line, " \t\v\f\r");
		for (to = len; to > from && strchr(" \t\v\f\r", line[to - 1]); to--)
			;
		if (from == len && out.len)
			break;
		if (out.len)
			buf_addc(&out, ' ');
		buf_add(&out, line + from, to - from);
	}
	buf_free(&text);
	j->subject = buf_take(&out);
	return j->subject ? status : -1;
}

static void close_commit(struct judge *j)
{
	while (j->check.base_count > 0)
		snapshot_free(j->check.bases[--j->check.base_count]);
	free(j->check.bases);
	snapshot_free(j->check.snapshot);
	free(j->subject);
	j->subject = NULL;
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
	k->bases = calloc(c->parent_count + 1, sizeof *k->bases);
	if (!k->bases)
		return error_oom();
	status = snapshot_of_commit(&k->snapshot, r, &c->id);
	for (; status == 0 && k->base_count < c->parent_count; k->base_count += status == 0)
		status = snapshot_of_commit(&k->bases[k->base_count], r,
			&walk_parent(j->walk, c, (uint32_t)k->base_count)->id);
	if (status == 0 && !(k->policy = changes_policy(&j->changes, k->snapshot)))
		status = -1;
	return status == 0 ? read_subject(j) : -1;
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
	bool removed = row && !row->there && row->last > j->commit;
	struct finding f;

	if (check_entry(&f, &j->check, j->changes.matcher, entry) < 0)
		return -1;
	if (f.rule == RULE_NONE || f.severity != SEVERITY_ERROR) {
		finding_clear(&f);
		return 0;
	}
	f.is_root = j->commit->parent_count == 0;
	f.commit = strdup(repository_hex(r, &j->commit->id));
	f.subject = strdup(j->subject);
	f.repeated = row && row->versions > 1;
	if (removed)
		f.removed = strdup(repository_hex(r, &row->last->id));
	if (f.commit && f.subject && (f.removed || !removed))
		return finding_list_add(j->out, &f);
	finding_clear(&f);
	return error_oom();
}

int commits_judge(struct finding_list *out, const struct scan_events *events,
	const struct history *h, const struct scan *s, bool in_history)
{
	struct judge j = {.out = out, .walk = s->walk, .history = h};
	const struct scan_event *last = NULL;
	size_t i;
	int status = scan_open(&j.changes, s, s->repository);

	for (i = 0; i < events->count && status == 0; i++) {
		const struct scan_event *e = &events->items[i];
		struct entry entry = {
			.path = e->path, .len = strlen(e->path), .mode = e->mode, .oid = e->oid};

		/* A path that was changed and orphaned is one finding. */
		if (e->change == CHANGE_REMOVED || (e->change == CHANGE_ORPHANED && in_history) ||
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
	struct judge j = {.out = out, .walk = s->walk};
	const struct walk *w = s->walk;
	bool there = false;
	struct entry entry;
	size_t i;
	int status = scan_open(&j.changes, s, s->repository), found;

	for (i = w->first; i < w->count && status == 0; i++) {
		if (!w->commits[i].is_tip)
			continue;
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
