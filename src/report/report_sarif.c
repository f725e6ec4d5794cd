/*
 * SARIF 2.1.0 (OASIS): one run; its driver lists all rules, each result names one by its index.
 * A region at line 1 is there because code scanning shows no result without one.
 */
#include "report/report.h"

#include "base/path.h"
#include "report/json_text.h"

#define SCHEMA                                                                                     \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"                      \
	"sarif-schema-2.1.0.json"

static json_t *descriptor(const struct rule_text *rule)
{
	struct buf help = BUF_INIT;

	buf_addf(&help, "%s\n\nFor example: %s.\n\n%s", rule->why, rule->example, rule->fix);
	return json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:o}, s:{s:s}}", "id", rule->id,
		"shortDescription", "text", rule->summary, "fullDescription", "text", rule->why,
		"help", "text", json_text_take(&help), "defaultConfiguration", "level", "error");
}

static json_t *descriptors(void)
{
	json_t *array = json_array();
	bool complete = array != NULL;
	int rule;

	for (rule = RULE_NONE + 1; complete && rule < RULE_COUNT; rule++)
		complete =
			json_array_append_new(array, descriptor(rule_text((enum rule)rule))) == 0;
	return json_text_built(array, complete);
}

/* Braces are placeholders in a message unless they are doubled (3.11.5), and [TEXT](URI) is a link
 * (3.11.6): a path must be neither. */
static json_t *message(const struct report *r, const struct finding *f)
{
	struct buf plain = BUF_INIT, text = BUF_INIT;
	size_t i;

	report_sentence(&plain, r, f);
	for (i = 0; i < plain.len; i++) {
		char c = plain.ptr[i];

		if (c == '{' || c == '}')
			buf_addc(&text, c);
		else if (c == ']' && plain.ptr[i + 1] == '(')
			buf_addc(&text, '\\');
		buf_addc(&text, c);
	}
	text.failed = text.failed || plain.failed;
	buf_free(&plain);
	return json_text_take(&text);
}

/* A path from the root of the sources, or an absolute one, which has no base (3.4.4). */
static json_t *artifact(const struct finding *f)
{
	bool absolute = f->path[0] == '/';
	struct buf uri = BUF_INIT;
	json_t *o;

	if (absolute)
		buf_adds(&uri, "file://");
	path_uri(&uri, f->path, f->path_len);
	o = json_pack("{s:o}", "uri", json_text_take(&uri));
	if (absolute)
		return o;
	return json_text_built(o, o && json_text_set(o, "uriBaseId", json_string("%SRCROOT%")));
}

/* Ours, and under the name by which GitHub's code scanning follows an alert from run to run; where
 * that is missing, it hashes a line of the file, which is no line. */
static json_t *fingerprints(const struct finding *f)
{
	struct buf text = BUF_INIT;
	json_t *o;

	finding_fingerprint(&text, f);
	o = text.failed ? NULL :
			  json_pack("{s:s, s:s}", "pycguard/v1", text.ptr,
				  "primaryLocationLineHash", text.ptr);
	buf_free(&text);
	return o;
}

static json_t *result(const struct report *r, const struct finding *f)
{
	json_t *o = json_pack("{s:s, s:i, s:s, s:{s:o}, s:[{s:{s:o, s:{s:i}}}], s:o}", "ruleId",
		rule_text(f->rule)->id, "ruleIndex", (int)f->rule - 1, "level",
		severity_name(report_severity(r, f)), "message", "text", message(r, f), "locations",
		"physicalLocation", "artifactLocation", artifact(f), "region", "startLine", 1,
		"partialFingerprints", fingerprints(f));

	if (!o || !f->commit)
		return o;
	return json_text_built(
		o, json_text_set(o, "properties", json_pack("{s:s}", "commit", f->commit)));
}

static json_t *results(const struct report *r)
{
	json_t *array = json_array();
	bool complete = array != NULL;
	size_t i;

	for (i = 0; complete && i < r->findings->count; i++)
		complete = json_array_append_new(array, result(r, &r->findings->items[i])) == 0;
	return json_text_built(array, complete);
}

void report_sarif(struct buf *out, const struct report *r)
{
	json_text_print(out,
		json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:o}]}", "version", "2.1.0",
			"$schema", SCHEMA, "runs", "tool", "driver", "name", "pycguard", "version",
			PYCGUARD_VERSION, "rules", descriptors(), "results", results(r)));
}
