#include "policy_private.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

enum { SHORT_PATH = 512, WORDS = SHORTLIST_WORDS(BUILTIN_COUNT + POLICY_MAX_LINES) };

static int match_line(
	const struct policy_line *line, struct matcher *m, const char *path, size_t len)
{
	int matched = pattern_match(line->pattern, m, path, len);

	if (matched >= 0)
		return matched;
	if (!line->origin)
		return error_prefix("pattern '%s'", line->text);
	return error_prefix(
		"'%s:%zu': pattern '%.*s'", line->origin, line->number, QUOTED_MAX, line->text);
}

static bool has_mark(const char *path, size_t len, char y)
{
	const char *at = path + 2, *end = path + len - 1;

	for (; at < end && (at = memchr(at, y, (size_t)(end - at))); at++)
		if ((at[-1] == 'p' || at[-1] == 'P') && strchr("._$", at[-2]) &&
			strchr("codCOD.", at[1]))
			return true;
	return false;
}

/* Every path that a built-in line matches, in any case of letters, holds `py` after one of `._$`
 * and before one of `cod.`: to look for that is several times faster than PCRE2 is in starting. */
static bool builtin_may_match(const char *path, size_t len)
{
	return len >= 4 && (has_mark(path, len, 'y') || has_mark(path, len, 'Y'));
}

/* A path that lines are held against. */
struct question {
	const struct policy *policy;
	struct matcher *matcher;
	const char *path; /* a copy with a slash after it: in the caller's room if it fits */
	char *long_path;  /* else this, for free(); NULL */
	size_t len;
	uint64_t shortlist[WORDS];
};

/* 0, and then end_question is due; -1 */
static int begin_question(struct question *q, char room[SHORT_PATH], const struct policy *p,
	struct matcher *m, const char *path, size_t len)
{
	char *copy = room, *long_path = NULL;

	if (len >= SHORT_PATH) {
		long_path = malloc(len + 1);
		if (!long_path)
			return error_oom();
		copy = long_path;
	}
	memcpy(copy, path, len);
	copy[len] = '/';
	q->policy = p;
	q->matcher = m;
	q->path = copy;
	q->len = len;
	shortlist_find(&p->shortlist, q->shortlist, copy, len);
	q->long_path = long_path;
	return 0;
}

static void end_question(struct question *q)
{
	free(q->long_path);
}

/* The last of the lines from `first` on, up to but not with `end`, that matches, in `*out`; NULL
 * when there is none. */
static int last_match(const struct question *q, size_t first, size_t end,
	bool (*takes)(const struct policy_line *), const struct policy_line **out)
{
	*out = NULL;
	for (size_t i = end; i-- > first && !*out;) {
		const struct policy_line *line = &q->policy->lines[i];
		uint64_t upto = q->shortlist[i / 64] << (63 - i % 64);
		int matched;

		if (!upto)
			i -= i % 64;
		if (!(upto >> 63) || (takes && !takes(line)))
			continue;
		matched = match_line(line, q->matcher, q->path, q->len);
		if (matched < 0)
			return -1;
		if (matched)
			*out = line;
	}
	return 0;
}

static int decide(struct policy_decision *out, const struct question *q)
{
	const struct policy_line *builtin = NULL;

	if (last_match(q, BUILTIN_COUNT, q->policy->count, NULL, &out->line))
		return -1;
	if (out->line && out->line->allows)
		return 0;
	if (last_match(q, 0, BUILTIN_COUNT, NULL, &builtin))
		return -1;
	out->builtin = builtin != NULL;
	if (!out->line)
		out->line = builtin;
	out->rejected = out->line != NULL;
	return 0;
}

int policy_decide(const struct policy *p, struct matcher *m, const char *path, size_t len,
	struct policy_decision *out)
{
	struct question q;
	char room[SHORT_PATH];
	int rc;

	*out = (struct policy_decision){.line = NULL};
	if (p->count == BUILTIN_COUNT && !builtin_may_match(path, len))
		return 0;
	if (begin_question(&q, room, p, m, path, len))
		return -1;
	rc = decide(out, &q);
	end_question(&q);
	return rc;
}

static int strike(const struct question *q, uint64_t *lines)
{
	const struct policy *p = q->policy;
	int matched;

	for (size_t i = 0; i < p->count; i++) {
		uint64_t bit = UINT64_C(1) << (i % 64);

		if (i % 64 == 0 && !(q->shortlist[i / 64] & lines[i / 64]))
			i += 63;
		else if (q->shortlist[i / 64] & lines[i / 64] & bit) {
			matched = match_line(&p->lines[i], q->matcher, q->path, q->len);
			if (matched < 0)
				return -1;
			lines[i / 64] &= matched ? ~bit : ~UINT64_C(0);
		}
	}
	return 0;
}

int policy_strike(
	const struct policy *p, struct matcher *m, const char *path, size_t len, uint64_t *lines)
{
	struct question q;
	char room[SHORT_PATH];
	int rc;

	if (begin_question(&q, room, p, m, path, len))
		return -1;
	rc = strike(&q, lines);
	end_question(&q);
	return rc;
}

static bool rejects(const struct policy_line *line)
{
	return !line->allows;
}

int policy_adds_path(const struct policy *p, struct matcher *m, const char *path, size_t len)
{
	const struct policy_line *line;
	struct question q;
	char room[SHORT_PATH];
	int rc;

	if (begin_question(&q, room, p, m, path, len))
		return -1;
	rc = last_match(&q, BUILTIN_COUNT, p->count, rejects, &line);
	end_question(&q);
	return rc ? -1 : line != NULL;
}
