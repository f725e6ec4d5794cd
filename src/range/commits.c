#include "range/commits.h"

#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "git/objects.h"

struct judge {
	struct finding_list *out;
	const struct scan *scan;
	const struct history *history;
	bool in_history;
	struct policies policies;
	struct matcher *matcher;
	/* Of the commit at hand: */
	const struct walk_commit *commit;
	struct check check;
	char *subject;
};

static char *hex(const struct judge *j, const struct oid *oid)
{
	char *copy = strdup(repository_hex(j->scan->repository, oid));

	if (!copy)
		error_oom();
	return copy;
}

static int take_commit(struct snapshot **out, struct repository *r, const struct walk_commit *c)
{
	return snapshot_of_tree(out, r, &c->tree);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Takes the next line. False when no line is left. */
static bool take_line(const char **line, size_t *len, const char **text, const char *end)
{
	const char *newline = memchr(*text, '\n', (size_t)(end - *text));

	if (*text == end)
		return false;
	*line = *text;
	*len = (size_t)((newline ? newline : end) - *text);
	*text += *len + (newline != NULL);
	return true;
}

static void trim(const char **line, size_t *len)
{
	while (*len && is_blank(**line))
		++*line, --*len;
	while (*len && is_blank((*line)[*len - 1]))
		--*len;
}

/* The first paragraph of the message, in one line: what git shows of a commit. A line of the header
 * may be blank, as a signature has one, but not empty. */
static char *subject(const struct object *o)
{
	const char *text = o->bytes, *end = text + o->size, *line;
	struct buf out = BUF_INIT;
	size_t len = 1;

	while (len && take_line(&line, &len, &text, end))
		;
	while (take_line(&line, &len, &text, end)) {
		trim(&line, &len);
		if (!len && out.len)
			break;
		if (out.len)
			buf_addc(&out, ' ');
		buf_add(&out, line, len);
	}
	return buf_take(&out);
}

static int read_subject(char **out, struct repository *r, const struct walk_commit *c)
{
	struct object o;

	if (object_read(&o, r, &c->id, OBJECT_COMMIT) != 0)
		return -1;
	*out = subject(&o);
	object_free(&o);
	return *out ? 0 : -1;
}

static int open_bases(struct judge *j)
{
	uint32_t i, count = j->commit->parent_count;

	j->check.bases = calloc(count + 1, sizeof(struct snapshot *));
	if (!j->check.bases)
		return error_oom();
	for (i = 0; i < count; i++) {
		const struct walk_commit *parent = walk_parent(j->scan->walk, j->commit, i);

		if (take_commit(&j->check.bases[i], j->scan->repository, parent) < 0)
			return -1;
		j->check.base_count++;
	}
	return 0;
}

static int open_commit(struct judge *j, const struct walk_commit *commit)
{
	j->commit = commit;
	j->check = (struct check){.kind = CHECK_COMMIT, .caseless = j->scan->caseless};
	j->check.policy = policies_of(&j->policies, j->commit);
	if (!j->check.policy ||
		take_commit(&j->check.snapshot, j->scan->repository, j->commit) < 0 ||
		read_subject(&j->subject, j->scan->repository, j->commit) < 0)
		return -1;
	return open_bases(j);
}

static void close_commit(struct judge *j)
{
	while (j->check.base_count > 0)
		snapshot_free(j->check.bases[--j->check.base_count]);
	free(j->check.bases);
	snapshot_free(j->check.snapshot);
	free(j->subject);
	j->subject = NULL;
	j->check = (struct check){0};
}

/* `e` is NULL for a path that is judged without having been changed. */
static int describe(struct finding *f, const struct judge *j, const struct scan_event *e)
{
	const struct history_path *row;

	f->is_root = j->commit->parent_count == 0;
	f->commit = hex(j, &j->commit->id);
	f->subject = strdup(j->subject);
	if (!f->commit || !f->subject)
		return error_oom();
	if (e && (row = history_find(j->history, e->path)) && !row->there &&
		row->removed > (int64_t)e->commit) {
		f->removed = hex(j, &row->last.id);
		if (!f->removed)
			return -1;
	}
	return 0;
}

static int judge_event(struct judge *j, const struct scan_event *e)
{
	struct entry entry = {.path = e->path, .len = e->len, .mode = e->mode, .oid = e->oid};
	struct finding f;

	if (check_entry(&f, &j->check, j->matcher, &entry) < 0)
		return error_prefix("cannot look at commit '%s'",
			repository_hex(j->scan->repository, &j->commit->id));
	if (f.severity != SEVERITY_ERROR) {
		finding_clear(&f);
		return 0;
	}
	if (describe(&f, j, e) < 0) {
		finding_clear(&f);
		return -1;
	}
	return finding_list_add(j->out, &f);
}

/* Whether the event can be a finding; a path that was changed and orphaned is one. */
static bool counts(const struct judge *j, const struct scan_event *e, const struct scan_event *last)
{
	if (e->change == CHANGE_REMOVED || (e->change == CHANGE_ORPHANED && j->in_history))
		return false;
	return !last || strcmp(last->path, e->path) != 0;
}

static int judge_commit(struct judge *j, const struct scan_event *events, size_t count)
{
	const struct scan_event *last = NULL;
	size_t i;
	int status = 0;

	for (i = 0; i < count && status == 0; i++) {
		if (!counts(j, &events[i], last))
			continue;
		if (!j->check.snapshot)
			status = open_commit(j, walk_commit(j->scan->walk, events[i].commit));
		if (status == 0)
			status = judge_event(j, &events[i]);
		last = &events[i];
	}
	close_commit(j);
	return status;
}

static size_t run_of_commit(const struct scan_event *events, size_t count)
{
	size_t n = 1;

	while (n < count && events[n].commit == events[0].commit)
		n++;
	return n;
}

static int judge_open(struct judge *j)
{
	j->policies = (struct policies){.repository = j->scan->repository,
		.pinned = j->scan->pinned,
		.files = &j->scan->files,
		.caseless = j->scan->caseless};
	j->matcher = matcher_new();
	return j->matcher ? 0 : -1;
}

static void judge_close(struct judge *j)
{
	matcher_free(j->matcher);
	policies_release(&j->policies);
}

int commits_judge(struct finding_list *out, const struct scan_events *events,
	const struct history *h, const struct scan *s, bool in_history)
{
	struct judge j = {.out = out, .scan = s, .history = h, .in_history = in_history};
	size_t i, n;
	int status = judge_open(&j);

	for (i = 0; i < events->count && status == 0; i += n) {
		n = run_of_commit(events->items + i, events->count - i);
		status = judge_commit(&j, events->items + i, n);
	}
	judge_close(&j);
	return status;
}

static int judge_as_tracked(struct judge *j, const struct entry *e)
{
	struct finding f;

	j->check.kind = CHECK_TRACKED;
	if (check_entry(&f, &j->check, j->matcher, e) < 0)
		return -1;
	if (f.rule == RULE_NONE) {
		finding_clear(&f);
		return 0;
	}
	if (describe(&f, j, NULL) < 0) {
		finding_clear(&f);
		return -1;
	}
	return finding_list_add(j->out, &f);
}

/* 1 when the tip has the path, 0 when not. */
static int judge_in_tip(struct judge *j, const struct walk_commit *tip, const char *path)
{
	struct entry entry;
	int found = -1;

	if (open_commit(j, tip) == 0)
		found = snapshot_find(j->check.snapshot, path, &entry);
	if (found == 1 && judge_as_tracked(j, &entry) < 0)
		found = -1;
	close_commit(j);
	return found;
}

int commits_judge_path(struct finding_list *out, const struct scan *s, const char *path)
{
	struct judge j = {.out = out, .scan = s};
	bool there = false;
	size_t i;
	int found = judge_open(&j);

	for (i = 0; i < walk_tip_count(s->walk) && found >= 0; i++) {
		found = judge_in_tip(&j, walk_tip(s->walk, i), path);
		there = there || found == 1;
	}
	judge_close(&j);
	if (found >= 0 && !there)
		return error_set("path '%s' is not in the commits that the range ends with", path);
	return found < 0 ? -1 : 0;
}
