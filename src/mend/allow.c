#include "mend/allow.h"

#include <string.h>

#include "check/check.h"
#include "check/policy_load.h"

struct planning {
	const struct allow *allow;
	struct matcher *matcher;
	struct check check;
	struct pathset *paths;
	struct buf *lines;
};

static void add_reason(struct buf *lines, const char *reason)
{
	while (reason && *reason) {
		size_t len = strcspn(reason, "\r\n");

		if (len) {
			buf_adds(lines, "# ");
			buf_add(lines, reason, len);
			buf_addc(lines, '\n');
		}
		reason += len + (reason[len] != '\0');
	}
}

static int visit(void *arg, const struct entry *e)
{
	struct planning *p = arg;
	struct finding f;
	int status = 0;

	if (!pathset_holds(p->allow->named, e->path, e->len))
		return 0;
	if (check_entry(&f, &p->check, p->matcher, e) < 0)
		return -1;
	if (f.rule != RULE_NONE && p->lines) {
		add_reason(p->lines, p->allow->reason);
		buf_addf(p->lines, "!%s:", rule_text(f.rule)->id);
		policy_escape(p->lines, e->path);
		buf_addc(p->lines, '\n');
		status = pathset_add(p->paths, e->path, e->len);
	} else if (f.rule != RULE_NONE) {
		status = error_set("cannot allow '%s': the line for it does not match", e->path);
	}
	finding_clear(&f);
	return status;
}

/* Visits what is named by the policy of that text. Without `lines`, nothing may be rejected. */
static int look(
	const struct allow *a, const struct buf *text, struct buf *lines, struct pathset *paths)
{
	const struct policy_files files = {NULL, a->extend};
	struct policy *policy;
	struct planning p = {.allow = a,
		.matcher = matcher_new(),
		.check = {.kind = CHECK_TRACKED, .snapshot = a->index, .caseless = a->caseless},
		.paths = paths,
		.lines = lines};
	int status = policy_load(&policy, &files, NULL, a->caseless);

	p.check.policy = policy;
	if (!p.matcher)
		status = -1;
	if (status == 0)
		status = policy_add(policy, text->ptr, text->len, policy_path);
	if (status == 0)
		status = snapshot_each(a->index, visit, &p);
	matcher_free(p.matcher);
	policy_free(policy);
	return status;
}

int allow_plan(struct buf *lines, struct pathset *paths, const struct allow *a)
{
	struct buf text = BUF_INIT;
	int status;

	if (a->text->len) /* or a comment at its end would be a reason */
		buf_addc(lines, '\n');
	status = look(a, a->text, lines, paths);
	if (status == 0 && !paths->count)
		buf_clear(lines);
	if (status == 0 && paths->count) {
		buf_add(&text, a->text->ptr, a->text->len);
		buf_addc(&text, '\n');
		buf_add(&text, lines->ptr, lines->len);
		status = buf_failed(lines) < 0 || buf_failed(&text) < 0 ?
				 -1 :
				 look(a, &text, NULL, NULL);
	}
	buf_free(&text);
	return status;
}
