#include "mend/allow.h"

#include "check/check.h"
#include "check/policy_load.h"

/* Finds those of the named files that the policy of that text rejects. */
static int find_rejected(struct finding_list *out, const struct check *of, const char *extend,
	const struct buf *text)
{
	const struct policy_files files = {NULL, extend};
	struct check check = *of;
	struct policy *policy = policy_load(&files, NULL, NULL, of->caseless);
	size_t checked;
	int status = -1;

	check.policy = policy;
	if (policy)
		status = policy_add(policy, text->ptr, text->len, policy_path);
	if (status == 0)
		status = check_run(out, &checked, &check);
	policy_free(policy);
	return status;
}

int allow_plan(struct buf *lines, struct pathset *paths, const struct check *check,
	const char *extend, const struct buf *text, const char *reason)
{
	struct finding_list found = {0}, left = {0};
	struct buf all = BUF_INIT;
	int status = find_rejected(&found, check, extend, text);

	if (text->len) /* or a comment at its end would be a reason */
		buf_addc(lines, '\n');
	for (size_t i = 0; status == 0 && i < found.count; i++) {
		const struct finding *f = &found.items[i];
		const char *at = reason ? reason : "";

		while (*at) {
			int len = (int)strcspn(at, "\r\n");

			if (len)
				buf_addf(lines, "# %.*s\n", len, at);
			at += len + (at[len] != '\0');
		}
		buf_addf(lines, "!%s:", rule_text(f->rule)->id);
		policy_escape(lines, f->path);
		buf_addc(lines, '\n');
		pathset_add(paths, f->path, f->path_len);
	}
	if (status == 0 && found.count) {
		buf_add(&all, text->ptr, text->len);
		buf_addf(&all, "\n%s", lines->ptr);
		status = find_rejected(&left, check, extend, &all);
	}
	if (left.count)
		status = error_set(
			"cannot allow '%s': the line for it does not match", left.items[0].path);
	finding_list_free(&found);
	finding_list_free(&left);
	buf_free(&all);
	return status;
}
