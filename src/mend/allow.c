#include "mend/allow.h"

#include "check/check.h"
#include "check/policy_load.h"

struct planning {
	const struct allow *allow;
	struct matcher *matcher;
	struct check check;
	struct pathset *paths;
	struct buf *lines; /* NULL: nothing may be rejected any more */
};

static int visit(void *arg, const struct entry *e)
{
	struct planning *p = arg;
	const char *reason = p->allow->reason;
	struct finding f;
	int status = 0;

	if (!pathset_holds(p->allow->named, e->path, e->len))
		return 0;
	if (check_entry(&f, &p->check, p->matcher, e) < 0)
		return -1;
	if (f.rule != RULE_NONE && p->lines) {
		while (reason && *reason) {
			int len = (int)strcspn(reason, "\r\n");

			if (len)
				buf_addf(p->lines, "# %.*s\n", len, reason);
			reason += len + (reason[len] != '\0');
		}
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

/* Visits what is named by the policy of that text. */
static int look(struct planning *p, const struct buf *text)
{
	const struct allow *a = p->allow;
	const struct policy_files files = {NULL, a->extend};
	struct policy *policy;
	int status = policy_load(&policy, &files, NULL, a->caseless);

	p->check = (struct check){.kind = CHECK_TRACKED,
		.snapshot = a->index,
		.policy = policy,
		.caseless = a->caseless};
	if (status == 0)
		status = policy_add(policy, text->ptr, text->len, policy_path);
	if (status == 0)
		status = snapshot_each(a->index, visit, p);
	policy_free(policy);
	return status;
}

int allow_plan(struct buf *lines, struct pathset *paths, const struct allow *a)
{
	struct planning p = {a, matcher_new(), .paths = paths, .lines = lines};
	struct buf text = BUF_INIT;
	int status = -1;

	if (a->text->len) /* or a comment at its end would be a reason */
		buf_addc(lines, '\n');
	if (p.matcher)
		status = look(&p, a->text);
	if (status == 0 && paths->count) {
		buf_add(&text, a->text->ptr, a->text->len);
		buf_addc(&text, '\n');
		buf_add(&text, lines->ptr, lines->len);
		p.lines = NULL;
		status = buf_failed(lines) < 0 || buf_failed(&text) < 0 ? -1 : look(&p, &text);
	}
	matcher_free(p.matcher);
	buf_free(&text);
	return status;
}
