#include "mend/allow.h"

#include "check/check.h"
#include "check/policy_load.h"

/* Finds those of the named files that the policy of that text rejects. */
static int find_rejected(struct finding_list *out, const struct allow *a, const struct buf *text)
{
	const struct policy_files files = {NULL, a->extend};
	struct policy *policy = policy_load(&files, NULL, NULL, a->caseless);
	const struct check check = {.kind = CHECK_TRACKED,
		.snapshot = a->index,
		.policy = policy,
		.caseless = a->caseless,
		.named = a->named};
	size_t checked;
	int status = -1;

	if (policy)
		status = policy_add(policy, text->ptr, text->len, policy_path);
	if (status == 0)
		status = check_run(out, &checked, &check);
	policy_free(policy);
	return status;
}

int allow_plan(struct buf *lines, struct pathset *paths, const struct allow *a)
{
	struct finding_list found = {0}, left = {0};
	struct buf text = BUF_INIT;
	int status = find_rejected(&found, a, a->text);

	if (a->text->len) /* or a comment at its end would be a reason */
		buf_addc(lines, '\n');
	for (size_t i = 0; status == 0 && i < found.count; i++) {
		const struct finding *f = &found.items[i];
		const char *reason = a->reason ? a->reason : "";

		while (*reason) {
			int len = (int)strcspn(reason, "\r\n");

			if (len)
				buf_addf(lines, "# %.*s\n", len, reason);
			reason += len + (reason[len] != '\0');
		}
		buf_addf(lines, "!%s:", rule_text(f->rule)->id);
		policy_escape(lines, f->path);
		buf_addc(lines, '\n');
		pathset_add(paths, f->path, f->path_len);
	}
	if (status == 0 && found.count) {
		buf_addf(&text, "%s\n%s", a->text->ptr, lines->ptr);
		status = find_rejected(&left, a, &text);
	}
	if (left.count)
		status = error_set(
			"cannot allow '%s': the line for it does not match", left.items[0].path);
	finding_list_free(&found);
	finding_list_free(&left);
	buf_free(&text);
	return status;
}
