#include "policy/policy_private.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* What the policies with a limit have taken in this process, in nanoseconds. */
static atomic_llong spent;

void policy_limit(struct policy *p, int64_t nanoseconds)
{
	p->limit = nanoseconds;
}

int64_t policy_deadline(const struct policy *p, int64_t begun)
{
	return p->limit == INT64_MAX ? INT64_MAX : begun + p->limit - spent;
}

int policy_charge(const struct policy *p, int64_t begun)
{
	int64_t took;

	if (p->limit == INT64_MAX)
		return 0;
	took = pattern_clock() - begun;
	if (took > 0)
		spent += took;
	if (spent <= p->limit)
		return 0;
	return error_set("cannot apply policy '%s': it takes more than %lld s in all",
		p->lines[p->count - 1].origin ? p->lines[p->count - 1].origin : "built in",
		(long long)p->limit / 1000000000);
}

/* A path that lines are held against. */
struct question {
	const struct policy *policy;
	struct matcher *matcher;
	const char *path;
	size_t len;
	int64_t begun;
	unsigned char has[POLICY_SLOTS + 1]; /* the grams of the path */
};

static void begin(
	struct question *q, const struct policy *p, struct matcher *m, const char *path, size_t len)
{
	char ends[] = "///////";
	size_t n;

	q->policy = p;
	q->matcher = m;
	q->path = path;
	q->len = len;
	q->begun = p->limit == INT64_MAX ? 0 : pattern_clock();
	matcher_until(m, policy_deadline(p, q->begun));
	memset(q->has, 0, sizeof q->has);
	q->has[POLICY_SLOTS] = 1;
	for (size_t i = 0; i + 4 <= len; i++)
		q->has[gram_of(path + i)] = 1;
	/* Those with a slash before the path, and with one after it, and the last within it. */
	n = len < 3 ? len : 3;
	memcpy(ends + 1, path, n);
	q->has[gram_of(ends)] = 1;
	memcpy(ends + 4 - n, path + len - n, n);
	for (size_t i = 0; i < 3; i++)
		q->has[gram_of(ends + i)] = 1;
}

/* `rc`, or -1 when the time is up. */
static int end(const struct question *q, int rc)
{
	return policy_charge(q->policy, q->begun) < 0 ? -1 : rc;
}

static inline bool can_match(const struct question *q, const struct policy_line *line)
{
	return q->has[line->grams[0]] && q->has[line->grams[1]] && q->has[line->grams[2]];
}

/* 1 or 0; -1 recorded */
static int line_matches(const struct question *q, const struct policy_line *line)
{
	int matched = pattern_match(line->pattern, q->matcher, q->path, q->len);

	if (matched >= 0)
		return matched;
	if (!line->origin)
		return error_prefix("pattern '%s'", line->text);
	return error_prefix(
		"'%s:%zu': pattern '%.*s'", line->origin, line->number, QUOTED_MAX, line->text);
}

/* A line that allows by some rules: those that no later line has spoken of. */
static void note_rules(struct policy_decision *out, const struct policy_line *line)
{
	for (int rule = 0; rule < RULE_COUNT; rule++)
		if (line->rules >> rule & 1 && !out->allowing[rule])
			out->allowing[rule] = line;
}

static int decide(struct policy_decision *out, const struct question *q)
{
	const struct policy *p = q->policy;
	bool some = false;

	for (size_t i = p->count; i-- > 0;) {
		const struct policy_line *line = &p->lines[i];
		int matched = can_match(q, line) ? line_matches(q, line) : 0;

		if (matched < 0)
			return -1;
		if (!matched)
			continue;
		if (line->rules) {
			note_rules(out, line);
			some = true;
			continue;
		}
		if (!out->line)
			out->line = line;
		if (line->allows)
			return 0;
		out->rejected = true;
		out->depends = some;
		out->builtin = i < BUILTIN_COUNT;
		if (out->builtin)
			return 0;
		i = BUILTIN_COUNT; /* only they can tell more */
	}
	return 0;
}

int policy_decide(const struct policy *p, struct matcher *m, const char *path, size_t len,
	struct policy_decision *out)
{
	struct question q;

	*out = (struct policy_decision){.line = NULL};
	begin(&q, p, m, path, len);
	return end(&q, decide(out, &q));
}

void policy_settle(struct policy_decision *d, enum rule rule)
{
	if (!d->rejected || !d->allowing[rule])
		return;
	d->line = d->allowing[rule];
	d->rejected = d->builtin = d->depends = false;
}

bool *policy_unmatched(const struct policy *p)
{
	bool *unmatched = calloc(p->count, sizeof *unmatched);

	if (!unmatched) {
		error_oom();
		return NULL;
	}
	for (size_t i = 0; i < p->count; i++)
		unmatched[i] = p->lines[i].allows;
	return unmatched;
}

int policy_strike(
	const struct policy *p, struct matcher *m, const char *path, size_t len, bool *unmatched)
{
	struct question q;
	int matched = 0;

	if (!memchr(unmatched, 1, p->count))
		return 0;
	begin(&q, p, m, path, len);
	for (size_t i = 0; i < p->count && matched >= 0; i++) {
		if (!unmatched[i])
			continue;
		matched = can_match(&q, &p->lines[i]) ? line_matches(&q, &p->lines[i]) : 0;
		unmatched[i] = matched <= 0;
	}
	return end(&q, matched < 0 ? -1 : 0);
}

int policy_adds_path(const struct policy *p, struct matcher *m, const char *path, size_t len)
{
	struct question q;
	int matched = 0;

	begin(&q, p, m, path, len);
	for (size_t i = p->count; i-- > BUILTIN_COUNT && matched == 0;)
		if (can_match(&q, &p->lines[i]) && !p->lines[i].allows)
			matched = line_matches(&q, &p->lines[i]);
	return end(&q, matched);
}
