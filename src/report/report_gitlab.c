/*
 * GitLab's code quality report: an array with an object a finding. GitLab takes two findings with
 * one fingerprint for the same, so a path that several commits add is shown once.
 */
#include "report/report.h"

#include "report/json_text.h"

static json_t *description(const struct report *r, const struct finding *f)
{
	struct buf text = BUF_INIT;

	report_sentence(&text, r, f);
	return json_text_take(&text);
}

static json_t *fingerprint(const struct finding *f)
{
	struct buf text = BUF_INIT;

	finding_fingerprint(&text, f);
	return json_text_take(&text);
}

static json_t *issue(const struct report *r, const struct finding *f)
{
	static const char *const severities[] = {
		[SEVERITY_NOTE] = "info",
		[SEVERITY_WARNING] = "minor",
		[SEVERITY_ERROR] = "critical",
	};

	return json_pack("{s:o, s:s, s:o, s:s, s:{s:o, s:{s:i}}}", "description", description(r, f),
		"check_name", rule_text(f->rule)->id, "fingerprint", fingerprint(f), "severity",
		severities[report_severity(r, f)], "location", "path",
		json_text(f->path, f->path_len), "lines", "begin", 1);
}

void report_gitlab(struct buf *out, const struct report *r)
{
	json_t *issues = json_array();
	bool complete = issues != NULL;
	size_t i;

	for (i = 0; complete && i < r->findings->count; i++)
		complete = json_array_append_new(issues, issue(r, &r->findings->items[i])) == 0;
	json_text_print(out, json_text_built(issues, complete));
}
