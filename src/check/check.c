#include "check/check.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/crew.h"
#include "base/path.h"
#include "check/examine.h"
#include "disk/disk.h"

enum { PROGRESS_STEP = 256 }; /* progress_tick looks at the clock as often */

enum rule check_rule(struct policy_decision *d, enum bytecode_lie lie)
{
	static const enum rule rules[] = {
		[LIE_NONE] = RULE_BYTECODE,
		[LIE_GHOST] = RULE_GHOST_MODULE,
		[LIE_UNCHECKED] = RULE_UNCHECKED_CACHE,
		[LIE_ORPHAN] = RULE_ORPHANED_CACHE,
		[LIE_STALE] = RULE_STALE_CACHE,
	};

	policy_settle(d, d->builtin ? rules[lie] : RULE_POLICY);
	if (!d->rejected)
		return RULE_NONE;
	return d->builtin ? rules[lie] : RULE_POLICY;
}

/* How the commit stands to the entry as seen from one parent. */
static int cause_from(
	enum cause *out, const struct examined *x, struct snapshot *base, const struct entry *e)
{
	struct entry before;
	int found = snapshot_find(base, e->path, &before);

	*out = CAUSE_BEFORE;
	if (found < 0)
		return -1;
	if (!found || !entry_same_content(e, &before)) {
		*out = found ? CAUSE_CHANGED : CAUSE_ADDED;
		return 0;
	}
	if (!x->source.len || x->source_present)
		return 0;
	found = snapshot_find(base, x->source.ptr, NULL);
	if (found > 0)
		*out = CAUSE_SOURCE_REMOVED;
	return found < 0 ? -1 : 0;
}

static int find_cause(
	enum cause *out, const struct check *c, const struct examined *x, const struct entry *e)
{
	enum cause cause;
	size_t i;

	*out = CAUSE_ADDED;
	for (i = 0; i < c->base_count; i++) {
		if (cause_from(&cause, x, c->bases[i], e) < 0)
			return -1;
		if (i == 0 || cause == CAUSE_BEFORE)
			*out = cause;
		if (cause == CAUSE_BEFORE)
			break;
	}
	return 0;
}

/* A copy of `base` and `s` in one; an absent base is "". */
static int copy(char **out, const char *base, const char *s, size_t len)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, base ? base : "");
	buf_add(&text, s, len);
	*out = buf_take(&text);
	return *out ? 0 : -1;
}

static int describe(struct finding *f, const struct check *c, struct policy_decision *d,
	const struct examined *x, const struct entry *e)
{
	f->source_present = x->source_present;
	f->migration = x->name.migration;
	f->migrations_loaded = x->migrations_loaded;
	f->version = x->header_read ? x->header.version : 0;
	f->invalidation = x->header_read ? x->header.invalidation : INVALIDATION_UNKNOWN;
	f->loads = x->loads;
	f->rule = check_rule(d, x->lie);
	f->on_disk = c->kind == CHECK_DISK;
	if (copy(&f->path, c->shown_base, e->path, e->len) < 0 ||
		(d->line && copy(&f->pattern, NULL, d->line->text, strlen(d->line->text)) < 0) ||
		(x->source.len &&
			copy(&f->source, c->shown_base, x->source.ptr, x->source.len) < 0))
		return -1;
	f->path_len = strlen(f->path);
	return 0;
}

/* What can only be a warning is said without its bytes where these cannot be read: no commit waits
 * for an object of a partial clone, or fails for it. */
static int examine_for(struct examined *x, struct finding *f, const struct check *c, bool rejected,
	const struct entry *e)
{
	int status = examine_names(x, c->snapshot, e, c->caseless);

	f->severity = SEVERITY_ERROR;
	if (status == 0 && c->kind == CHECK_COMMIT && rejected) {
		status = find_cause(&f->cause, c, x, e);
		if (f->cause == CAUSE_BEFORE &&
			!(c->named && pathset_holds(c->named, e->path, e->len)))
			f->severity = SEVERITY_WARNING;
	}
	if (status == 0)
		status = examine_bytes(x, c->snapshot, e);
	if (status < 0 && f->severity == SEVERITY_WARNING) {
		examine_no_bytes(x);
		status = 0;
	}
	return status;
}

static int judge(
	struct finding *f, const struct check *c, struct policy_decision *d, const struct entry *e)
{
	struct examined x;
	int status;

	*f = (struct finding){0};
	status = examine_for(&x, f, c, d->rejected, e);
	/* Most of what the disk has is honest, and then nobody wants to be told of it. */
	if (status == 0 && c->kind == CHECK_DISK && !c->notes && d->rejected && x.lie == LIE_NONE)
		f->severity = SEVERITY_NOTE;
	else if (status == 0)
		status = describe(f, c, d, &x, e);
	examined_free(&x);
	if (!d->rejected || (c->kind == CHECK_DISK && f->rule == RULE_BYTECODE))
		f->severity = SEVERITY_NOTE;
	if (status < 0)
		finding_clear(f);
	return status;
}

int check_decide(struct policy_decision *out, const struct policy *p, struct matcher *m,
	const struct entry *e, bool caseless)
{
	const char *base = e->path + path_base(e->path, e->len);
	struct buf path = BUF_INIT;
	int status;

	if (e->mode != MODE_LINK || (caseless ? strcasecmp : strcmp)(base, BYTECODE_CACHES) != 0)
		return policy_decide(p, m, e->path, e->len, out);
	buf_add(&path, e->path, e->len);
	buf_addc(&path, '/');
	status = buf_failed(&path) < 0 ? -1 : policy_decide(p, m, path.ptr, path.len, out);
	buf_free(&path);
	return status;
}

static int decide(struct policy_decision *out, const struct check *c, struct matcher *m,
	const struct entry *e)
{
	struct entry based = *e;
	struct buf path = BUF_INIT;
	int status = -1;

	if (!c->policy_base || !*c->policy_base)
		return check_decide(out, c->policy, m, e, c->caseless);
	buf_adds(&path, c->policy_base);
	buf_add(&path, e->path, e->len);
	based.path = path.ptr;
	based.len = path.len;
	if (buf_failed(&path) == 0)
		status = check_decide(out, c->policy, m, &based, c->caseless);
	buf_free(&path);
	return status;
}

int check_entry(
	struct finding *out, const struct check *c, struct matcher *m, const struct entry *e)
{
	struct policy_decision d;

	*out = (struct finding){0};
	if (decide(&d, c, m, e) < 0)
		return -1;
	return judge(out, c, &d, e);
}

struct run {
	struct check check;
	struct matcher *matcher;
	struct finding_list *out;
	atomic_size_t checked;
	struct team *team; /* of which it is; NULL: it is alone */
};

/* The threads that share a check. */
struct team {
	struct run *runs;
	size_t count;
};

/* A commit that has nothing to find is not compared with anything. */
static int ask_for_bases(struct check *c)
{
	check_find_bases *find = c->find_bases;

	c->find_bases = NULL;
	return find ? find(c->find_bases_arg, &c->bases, &c->base_count) : 0;
}

/* How far all threads are is said by the one that has the progress. */
static void show_progress(struct run *run)
{
	size_t done = run->checked, i;

	if (done % PROGRESS_STEP == 0)
		for (i = 1; run->team && i < run->team->count; i++)
			done += run->team->runs[i].checked / PROGRESS_STEP * PROGRESS_STEP;
	progress_tick(run->check.progress, done);
}

static int visit(void *arg, const struct entry *e)
{
	struct run *run = arg;
	struct check *c = &run->check;
	struct policy_decision d;
	struct finding f;

	if (c->matched && policy_note(c->policy, run->matcher, e->path, e->len, c->matched) < 0)
		return -1;
	if (c->kind == CHECK_TRACKED && c->named && c->named->count &&
		!pathset_holds(c->named, e->path, e->len))
		return 0;
	run->checked++;
	if (c->progress)
		show_progress(run);
	if (decide(&d, c, run->matcher, e) < 0)
		return -1;
	if (!d.rejected || (c->kind == CHECK_DISK && !d.builtin))
		return 0;
	if (ask_for_bases(c) < 0)
		return -1;
	if (judge(&f, c, &d, e) < 0) {
		if (!c->failed)
			return -1;
		c->failed(c->failed_arg);
		return 0;
	}
	if (f.rule == RULE_NONE || (f.severity == SEVERITY_NOTE && !c->notes)) {
		finding_clear(&f);
		return 0;
	}
	return finding_list_add(run->out, &f);
}

int check_named(struct snapshot *s, const struct pathset *named)
{
	size_t i;

	for (i = 0; i < named->count; i++) {
		int there = snapshot_names(s, named->items[i].path);

		if (there < 0)
			return -1;
		if (!there)
			return error_set("path '%s' is not in the index", named->items[i].path);
	}
	return 0;
}

static int compare_findings(const void *a, const void *b)
{
	return strcmp(((const struct finding *)a)->path, ((const struct finding *)b)->path);
}

/* Appends what the threads found, which is theirs no more, in the order of an index. */
static int gather(struct finding_list *out, struct finding_list *lists, size_t count)
{
	size_t i, j, start = out->count;
	int status = 0;

	for (i = 0; i < count; i++) {
		for (j = 0; j < lists[i].count && status == 0; j++)
			status = finding_list_add(out, &lists[i].items[j]);
		finding_list_free(&lists[i]);
	}
	if (out->count > start)
		qsort(out->items + start, out->count - start, sizeof *out->items, compare_findings);
	return status;
}

static int run_by_threads(struct finding_list *out, size_t *checked, const struct check *c)
{
	struct run runs[CREW_MAX];
	struct finding_list lists[CREW_MAX];
	void *args[CREW_MAX];
	struct team team = {runs, crew_size()};
	size_t i;
	int status = 0;

	*checked = 0;
	for (i = 0; i < team.count; i++) {
		args[i] = &runs[i];
		lists[i] = (struct finding_list)FINDING_LIST_INIT;
		runs[i] = (struct run){*c, matcher_new(), &lists[i], 0, &team};
		if (i > 0)
			runs[i].check.progress = NULL;
		if (!runs[i].matcher)
			status = -1;
	}
	if (status == 0)
		status = disk_each_by_threads(c->snapshot, visit, args, team.count);
	for (i = 0; i < team.count; i++) {
		matcher_free(runs[i].matcher);
		*checked += runs[i].checked;
	}
	return gather(out, lists, team.count) < 0 ? -1 : status;
}

int check_run(struct finding_list *out, size_t *checked, const struct check *c)
{
	struct run run = {*c, NULL, out, 0, NULL};
	int status = -1;

	if (c->threads)
		return run_by_threads(out, checked, c);
	run.matcher = matcher_new();
	if (run.matcher && (!c->named || check_named(c->snapshot, c->named) == 0))
		status = snapshot_each(c->snapshot, visit, &run);
	matcher_free(run.matcher);
	*checked = run.checked;
	return status;
}
