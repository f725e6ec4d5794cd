#include "check/check.h"

#include <stdatomic.h>
#include <strings.h>

#include "base/crew.h"
#include "disk/disk.h"
#include "python/siphash.h"

void finding_clear(struct finding *f)
{
	free(f->path);
	free(f->pattern);
	free(f->source);
	free(f->commit);
	free(f->subject);
	free(f->removed);
	*f = (struct finding){0};
}

const char *severity_name(enum severity s)
{
	static const char *const names[] = {"note", "warning", "error"};

	return names[s];
}

void finding_fingerprint(struct buf *out, const struct finding *f)
{
	const char *id = rule_text(f->rule)->id;
	struct siphash hash;
	uint64_t key;

	for (key = 0; key < 2; key++) {
		siphash_init(&hash, key, 0, 2, 4);
		siphash_add(&hash, id, strlen(id) + 1);
		siphash_add(&hash, f->path, f->path_len);
		buf_addf(out, "%016" PRIx64, siphash_value(&hash));
	}
}

int finding_list_add(struct finding_list *list, struct finding *f)
{
	if (array_room(list->items, list->count) < 0) {
		finding_clear(f);
		return -1;
	}
	list->items[list->count++] = *f;
	*f = (struct finding){0};
	return 0;
}

size_t finding_list_count(const struct finding_list *list, enum severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		n += list->items[i].severity == s;
	return n;
}

void finding_list_free(struct finding_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		finding_clear(&list->items[i]);
	free(list->items);
	*list = (struct finding_list)FINDING_LIST_INIT;
}

int check_decide(struct policy_decision *out, const struct policy *p, struct matcher *m,
	const char *base, const struct entry *e, bool caseless)
{
	const char *name = e->path + path_base(e->path, e->len);
	bool is_caches = e->mode == MODE_LINK &&
			 (caseless ? strcasecmp : strcmp)(name, BYTECODE_CACHES) == 0;
	struct buf path = BUF_INIT;
	int status;

	if (!is_caches && !*base)
		return policy_decide(p, m, e->path, e->len, out);
	buf_adds(&path, base);
	buf_add(&path, e->path, e->len);
	buf_adds(&path, is_caches ? "/" : "");
	status = buf_failed(&path) < 0 ? -1 : policy_decide(p, m, path.ptr, path.len, out);
	buf_free(&path);
	return status;
}

static int decide_in(struct policy_decision *out, const struct check *c, struct matcher *m,
	const struct entry *e)
{
	const char *base = c->policy_base ? c->policy_base : "";

	return check_decide(out, c->policy, m, base, e, c->caseless);
}

/* How the commit stands to the entry, as seen from the parent to which it does least. */
static int find_cause(
	enum cause *out, const struct check *c, const struct examined *x, const struct entry *e)
{
	*out = CAUSE_ADDED;
	for (size_t i = 0; i < c->base_count; i++) {
		enum cause cause = CAUSE_BEFORE;
		struct entry before;
		int found = snapshot_find(c->bases[i], e->path, &before);

		if (found == 0) {
			cause = CAUSE_ADDED;
		} else if (found > 0 && (e->mode != before.mode ||
						memcmp(&e->oid, &before.oid, sizeof e->oid) != 0)) {
			cause = CAUSE_CHANGED;
		} else if (found > 0 && x->source.len && !x->source_present) {
			found = snapshot_find(c->bases[i], x->source.ptr, NULL);
			cause = found > 0 ? CAUSE_SOURCE_REMOVED : CAUSE_BEFORE;
		}
		if (found < 0)
			return -1;
		if (i == 0 || cause == CAUSE_BEFORE)
			*out = cause;
		if (cause == CAUSE_BEFORE)
			break;
	}
	return 0;
}

/* The rule of a file, which settles what the policy says of it. */
static enum rule settle(struct policy_decision *d, enum bytecode_lie lie)
{
	static const enum rule rules[] = {
		[LIE_NONE] = RULE_BYTECODE,
		[LIE_GHOST] = RULE_GHOST_MODULE,
		[LIE_UNCHECKED] = RULE_UNCHECKED_CACHE,
		[LIE_ORPHAN] = RULE_ORPHANED_CACHE,
		[LIE_STALE] = RULE_STALE_CACHE,
	};
	enum rule rule = d->builtin ? rules[lie] : RULE_POLICY;

	policy_settle(d, rule);
	return d->rejected ? rule : RULE_NONE;
}

static int describe(struct finding *f, const struct check *c, struct policy_decision *d,
	const struct examined *x, const struct entry *e)
{
	const char *base = c->shown_base ? c->shown_base : "";

	f->source_present = x->source_present;
	f->migration = x->name.migration;
	f->migrations_loaded = x->migrations_loaded;
	f->version = x->header_read ? x->header.version : 0;
	f->invalidation = x->header_read ? x->header.invalidation : INVALIDATION_UNKNOWN;
	f->loads = x->loads;
	f->rule = settle(d, x->lie);
	f->on_disk = c->kind == CHECK_DISK;
	f->path = buf_join(base, e->path);
	f->path_len = f->path ? strlen(f->path) : 0;
	f->pattern = d->line ? buf_join("", d->line->text) : NULL;
	f->source = x->source.len ? buf_join(base, x->source.ptr) : NULL;
	return f->path && (f->pattern || !d->line) && (f->source || !x->source.len) ? 0 : -1;
}

/* What can only be a warning is said without its bytes where these cannot be read: no commit waits
 * for an object of a partial clone, or fails for it. */
static int judge(struct finding *f, struct policy_decision *d, struct examined *x,
	const struct check *c, const struct entry *e)
{
	int status = examine_names(x, c->snapshot, e, c->caseless);

	*f = (struct finding){.severity = SEVERITY_ERROR};
	if (status == 0 && c->kind == CHECK_COMMIT && d->rejected) {
		status = find_cause(&f->cause, c, x, e);
		if (f->cause == CAUSE_BEFORE &&
			!(c->named && pathset_holds(c->named, e->path, e->len)))
			f->severity = SEVERITY_WARNING;
	}
	if (status == 0 && (!c->sparing || d->depends))
		status = examine_bytes(x, c->snapshot, e);
	if (status < 0 && f->severity == SEVERITY_WARNING) {
		examine_no_bytes(x);
		status = 0;
	}
	/* Most of what the disk has is honest, and then nobody wants to be told of it. */
	if (status == 0 &&
		(c->kind != CHECK_DISK || c->notes || !d->rejected || x->lie != LIE_NONE))
		status = describe(f, c, d, x, e);
	if (!d->rejected ||
		(c->kind == CHECK_DISK && (f->rule == RULE_BYTECODE || f->rule == RULE_NONE)))
		f->severity = SEVERITY_NOTE;
	if (status < 0)
		finding_clear(f);
	return status;
}

int check_explain(struct finding *out, struct policy_decision *d, struct examined *x,
	const struct check *c, struct matcher *m, const struct entry *e)
{
	*out = (struct finding){0};
	*x = (struct examined){.source = BUF_INIT};
	return decide_in(d, c, m, e) < 0 ? -1 : judge(out, d, x, c, e);
}

int check_entry(
	struct finding *out, const struct check *c, struct matcher *m, const struct entry *e)
{
	struct policy_decision d;
	struct examined x;
	int status = check_explain(out, &d, &x, c, m, e);

	examined_free(&x);
	return status;
}

/* What one of the threads of a check has. */
struct run {
	struct check check;
	struct matcher *matcher;
	struct finding_list *out, own;
	atomic_size_t *checked; /* by all */
};

static int visit(void *arg, const struct entry *e)
{
	struct run *run = arg;
	struct check *c = &run->check;
	struct policy_decision d;
	struct examined x;
	struct finding f;
	size_t checked;
	int status;

	if (c->matched && policy_note(c->policy, run->matcher, e->path, e->len, c->matched) < 0)
		return -1;
	if (c->kind == CHECK_TRACKED && c->named && c->named->count &&
		!pathset_holds(c->named, e->path, e->len))
		return 0;
	checked = ++*run->checked;
	if (c->progress)
		progress_tick(c->progress, checked);
	if (decide_in(&d, c, run->matcher, e) < 0)
		return -1;
	if (!d.rejected || (c->kind == CHECK_DISK && !d.builtin))
		return 0;
	/* A commit that has nothing to find is not compared with anything. */
	if (c->find_bases && c->find_bases(&c->bases, &c->base_count, c->repository) < 0)
		return -1;
	c->find_bases = NULL;
	status = judge(&f, &d, &x, c, e);
	examined_free(&x);
	if (status < 0 && c->failed) {
		c->failed(c->failed_arg);
		return 0;
	}
	if (status < 0)
		return -1;
	if (f.rule == RULE_NONE || (f.severity == SEVERITY_NOTE && !c->notes)) {
		finding_clear(&f);
		return 0;
	}
	return finding_list_add(run->out, &f);
}

int check_named(struct snapshot *s, const struct pathset *named)
{
	for (size_t i = 0; i < named->count; i++) {
		int there = snapshot_names(s, named->items[i].path);

		if (there <= 0)
			return there < 0 ? -1 :
					   error_set("path '%s' is not in the index",
						   named->items[i].path);
	}
	return 0;
}

static int compare_findings(const void *a, const void *b)
{
	return strcmp(((const struct finding *)a)->path, ((const struct finding *)b)->path);
}

int check_run(struct finding_list *out, size_t *checked, const struct check *c)
{
	size_t count = c->threads ? crew_size() : 1, start = out->count, i, j;
	struct run runs[CREW_MAX];
	void *args[CREW_MAX];
	atomic_size_t all = 0;
	int status = c->named ? check_named(c->snapshot, c->named) : 0;

	for (i = 0; i < count; i++) {
		args[i] = &runs[i];
		runs[i] = (struct run){
			*c, matcher_new(), i ? &runs[i].own : out, FINDING_LIST_INIT, &all};
		if (i > 0)
			runs[i].check.progress = NULL;
		if (!runs[i].matcher)
			status = -1;
	}
	if (status == 0)
		status = c->threads ? disk_each_by_threads(c->snapshot, visit, args, count) :
				      snapshot_each(c->snapshot, visit, runs);
	for (i = 0; i < count; i++) {
		struct check *done = &runs[i].check;

		matcher_free(runs[i].matcher);
		for (j = 0; j < runs[i].own.count; j++)
			if (finding_list_add(out, &runs[i].own.items[j]) < 0)
				status = -1;
		finding_list_free(&runs[i].own);
		while (c->find_bases && done->base_count > 0)
			snapshot_free(done->bases[--done->base_count]);
		if (c->find_bases)
			free(done->bases);
	}
	if (c->threads && out->count > start)
		qsort(out->items + start, out->count - start, sizeof *out->items, compare_findings);
	*checked = all;
	return status;
}
