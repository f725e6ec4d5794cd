#include "check/check.h"

#include <pthread.h>
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

void finding_list_add(struct finding_list *list, struct finding *f)
{
	array_room(list->items, list->count);
	list->items[list->count++] = *f;
	*f = (struct finding){0};
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
	*list = (struct finding_list){0};
}

int check_decide(struct policy_decision *out, const struct check *c, struct matcher *m,
	const struct entry *e)
{
	const char *base = c->policy_base ? c->policy_base : "";
	const char *name = e->path + path_base(e->path, e->len);
	bool is_caches = e->mode == MODE_LINK &&
			 (c->caseless ? strcasecmp : strcmp)(name, BYTECODE_CACHES) == 0;
	struct buf path = BUF_INIT;
	int status;

	if (!is_caches && !*base)
		return policy_decide(c->policy, m, e->path, e->len, out);
	buf_addf(&path, "%s%s%s", base, e->path, is_caches ? "/" : "");
	status = policy_decide(c->policy, m, path.ptr, path.len, out);
	buf_free(&path);
	return status;
}

/* How the commit stands to the entry, as seen from the parent to which it does least; -1. */
static int find_cause(const struct check *c, const struct examined *x, const struct entry *e)
{
	int least = CAUSE_ADDED;

	for (size_t i = 0; i < c->base_count && least != CAUSE_BEFORE; i++) {
		enum cause cause = CAUSE_BEFORE;
		struct entry before;
		int found = snapshot_find(c->bases[i], e->path, &before);

		if (found == 0) {
			cause = CAUSE_ADDED;
		} else if (found > 0 && (e->mode != before.mode ||
						memcmp(&e->oid, &before.oid, sizeof e->oid) != 0)) {
			cause = CAUSE_CHANGED;
		} else if (found > 0 && x->source.len && !x->source_present) {
			struct examined y;

			found = examine_names(&y, c->bases[i], e, c->caseless);
			if (found == 0 && (y.source_present || examine_bytes(&y, e) == 0) &&
				y.source_present &&
				(found = snapshot_find(c->snapshot, y.source.ptr, NULL)) == 0)
				cause = CAUSE_SOURCE_REMOVED;
			buf_free(&y.source);
		}
		if (found < 0)
			return -1;
		if (i == 0 || cause == CAUSE_BEFORE)
			least = cause;
	}
	return least;
}

/* What can only be a warning, and what has lost its source, is said without its bytes where these
 * cannot be read: no commit waits for an object of a partial clone, or fails for it. */
static int judge(struct finding *f, struct policy_decision *d, struct examined *x,
	const struct check *c, const struct entry *e)
{
	static const enum rule rules[] = {
		[LIE_NONE] = RULE_BYTECODE,
		[LIE_GHOST] = RULE_GHOST_MODULE,
		[LIE_UNCHECKED] = RULE_UNCHECKED_CACHE,
		[LIE_ORPHAN] = RULE_ORPHANED_CACHE,
		[LIE_STALE] = RULE_STALE_CACHE,
	};
	const char *base = c->shown_base ? c->shown_base : "";
	int status = examine_names(x, c->snapshot, e, c->caseless), cause = CAUSE_NONE;

	*f = (struct finding){.severity = SEVERITY_ERROR};
	if (status == 0 && c->kind == CHECK_COMMIT && d->rejected) {
		cause = find_cause(c, x, e);
		if (cause == CAUSE_BEFORE &&
			!(c->named && pathset_holds(c->named, e->path, e->len)))
			f->severity = SEVERITY_WARNING;
	}
	if (status < 0 || cause < 0)
		return -1;
	if ((!c->sparing || d->depends) && examine_bytes(x, e) < 0) {
		if (f->severity != SEVERITY_WARNING && cause != CAUSE_SOURCE_REMOVED)
			return -1;
		examine_no_bytes(x);
	}
	f->rule = d->builtin ? rules[x->lie] : RULE_POLICY;
	policy_settle(d, f->rule);
	if (!d->rejected)
		f->rule = RULE_NONE;
	if (!d->rejected || (c->kind == CHECK_DISK && f->rule == RULE_BYTECODE))
		f->severity = SEVERITY_NOTE;
	f->cause = (enum cause)cause;
	f->source_present = x->source_present;
	f->migration = x->name.migration;
	f->migrations_loaded = x->migrations_loaded;
	if (x->header_read) {
		f->version = x->header.version;
		f->invalidation = x->header.invalidation;
	}
	f->loads = x->loads;
	f->on_disk = c->kind == CHECK_DISK;
	f->linked = e->linked;
	f->path = buf_join(base, e->path);
	f->path_len = strlen(f->path);
	f->pattern = d->line ? memory_string(d->line->text) : NULL;
	f->source = x->source.len ? buf_join(base, x->source.ptr) : NULL;
	return 0;
}

int check_explain(struct finding *out, struct policy_decision *d, struct examined *x,
	const struct check *c, struct matcher *m, const struct entry *e)
{
	*x = (struct examined){.source = BUF_INIT};
	return check_decide(d, c, m, e) < 0 ? -1 : judge(out, d, x, c, e);
}

int check_entry(
	struct finding *out, const struct check *c, struct matcher *m, const struct entry *e)
{
	struct policy_decision d;
	struct examined x;
	int status = check_explain(out, &d, &x, c, m, e);

	buf_free(&x.source);
	return status;
}

/* What one of the threads of a check has; all share what it points to. */
struct run {
	struct check check;
	struct matcher *matcher;
	struct finding_list *out;
	pthread_mutex_t *lock; /* of `out` and of the progress */
	atomic_size_t *checked;
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
	if (c->progress && checked % 256 == 0) { /* whichever thread comes to that one */
		pthread_mutex_lock(run->lock);
		progress_tick(c->progress, checked);
		pthread_mutex_unlock(run->lock);
	}
	if (check_decide(&d, c, run->matcher, e) < 0)
		return -1;
	if (!d.rejected || (c->kind == CHECK_DISK && !d.builtin))
		return 0;
	/* A commit that has nothing to find is not compared with anything. */
	if (c->kind == CHECK_COMMIT && c->repository) {
		if (repository_bases(&c->bases, &c->base_count, c->repository) < 0)
			return -1;
		c->repository = NULL;
	}
	status = judge(&f, &d, &x, c, e);
	buf_free(&x.source);
	if (status < 0 && c->failed) {
		c->failed(c->failed_arg);
		return 0;
	}
	if (status < 0)
		return -1;
	pthread_mutex_lock(run->lock);
	if (f.rule != RULE_NONE && (f.severity != SEVERITY_NOTE || c->notes))
		finding_list_add(run->out, &f);
	pthread_mutex_unlock(run->lock);
	finding_clear(&f);
	return 0;
}

int check_named(struct snapshot *s, const struct pathset *named)
{
	for (size_t i = 0; i < named->count; i++)
		if (!snapshot_names(s, named->items[i].path))
			return error_set("path '%s' is not in the index", named->items[i].path);
	return 0;
}

static int compare_findings(const void *a, const void *b)
{
	return strcmp(((const struct finding *)a)->path, ((const struct finding *)b)->path);
}

int check_run(struct finding_list *out, size_t *checked, const struct check *c)
{
	size_t count = c->threads ? crew_size() : 1, start = out->count, i;
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct run runs[CREW_MAX];
	void *args[CREW_MAX];
	atomic_size_t all = 0;
	int status = c->named ? check_named(c->snapshot, c->named) : 0;

	for (i = 0; i < count; i++) {
		args[i] = &runs[i];
		runs[i] = (struct run){*c, matcher_new(), out, &lock, &all};
	}
	if (status == 0)
		status = c->threads ? disk_each_by_threads(c->snapshot, visit, args, count) :
				      snapshot_each(c->snapshot, visit, runs);
	for (i = 0; i < count; i++) {
		struct check *done = &runs[i].check;

		matcher_free(runs[i].matcher);
		while (!c->bases && done->base_count > 0)
			snapshot_free(done->bases[--done->base_count]);
		if (!c->bases)
			free(done->bases);
	}
	if (c->threads && out->count > start)
		qsort(out->items + start, out->count - start, sizeof *out->items, compare_findings);
	*checked = all;
	return status;
}
