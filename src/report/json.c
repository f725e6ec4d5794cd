/*
 * The printers of JSON: pycguard's own, SARIF 2.1.0 (OASIS), and GitLab's code quality report.
 * What jansson makes is NULL only for want of memory: `print` asks at the end, but for what is left
 * out (`o*`) if it is NULL.
 */
#include <jansson.h>

#include "report/report.h"

/* A string, with U+FFFD for each byte that is not UTF-8; of NULL, null. */
static json_t *text(const char *s)
{
	struct buf valid = BUF_INIT;

	if (!s)
		return json_null();
	path_replace(&valid, s, strlen(s));
	json_t *string = json_stringn(valid.ptr, valid.len);
	buf_free(&valid);
	return string;
}

/* The same of a buf, which is as new afterwards. */
static json_t *text_take(struct buf *b)
{
	json_t *string = text(b->ptr);

	buf_free(b);
	return string;
}

static json_t *each(
	const struct report *r, json_t *print(const struct report *r, const struct finding *f))
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->findings->count; i++)
		if (json_array_append_new(array, print(r, &r->findings->items[i])) < 0)
			return NULL;
	return array;
}

/* ASCII without control characters, so that no name drives a terminal, and never two `#` in a row,
 * by which a line of a log is a command to some CI runners. */
static int take_piece(const char *bytes, size_t len, void *arg)
{
	struct buf *out = arg;

	for (size_t i = 0; i < len; i++) {
		bool hash = bytes[i] == '#' && out->len && out->ptr[out->len - 1] == '#';

		if (hash || bytes[i] == 0x7f)
			buf_addf(out, "\\u%04x", bytes[i]);
		else
			buf_addc(out, bytes[i]);
	}
	return 0;
}

static void print(struct buf *out, json_t *document)
{
	const size_t flags = JSON_INDENT(2) | JSON_ENSURE_ASCII;

	if (json_dump_callback(memory_or_end(document), take_piece, out, flags) < 0)
		fatal("out of memory");
	buf_addc(out, '\n');
	json_decref(document);
}

/* Of a path that is not UTF-8; NULL: it is. */
static json_t *path_hex(const struct finding *f)
{
	struct buf hex = BUF_INIT;
	size_t n = 1;

	for (size_t i = 0; i < f->path_len && n; i += n)
		n = utf8_length(f->path + i, f->path_len - i);
	if (n)
		return NULL;
	for (size_t i = 0; i < f->path_len; i++)
		buf_addf(&hex, "%02x", (unsigned char)f->path[i]);
	return memory_or_end(text_take(&hex));
}

static json_t *object(const struct report *r, const struct finding *f)
{
	struct buf message = BUF_INIT, fix = BUF_INIT;
	char python[24];

	report_message(&message, f);
	if (f->rule != RULE_NONE)
		report_fix(&fix, r, f);
	snprintf(python, sizeof python, "%u.%u", f->version >> 8, f->version & 0xff);
	return json_pack(
		"{s:o, s:s?, s:s, s:o, s:o, s:o, s:b, s:o, s:b, s:s?, s:s?, s:s, s:o*, s:o*}",
		"path", text(f->path), "rule", rule_text(f->rule)->id, "severity",
		severity_name(f->severity), "message", text_take(&message), "fix",
		f->rule ? text_take(&fix) : json_null(), "pattern", text(f->pattern), "migration",
		f->migration, "source", text(f->source), "source_present", f->source_present,
		"python", f->version ? python : NULL, "invalidation",
		bytecode_invalidation_name(f->invalidation), "loads", bytecode_loads_name(f->loads),
		"path_hex", path_hex(f), "commit",
		f->commit ? memory_or_end(text(f->commit)) : NULL);
}

void report_json(struct buf *out, const struct report *r)
{
	print(out, r->explains ?
			   object(r, r->findings->items) :
			   json_pack("{s:{s:s, s:s}, s:s, s:I, s:o}", "tool", "name", "pycguard",
				   "version", PYCGUARD_VERSION, "mode", report_mode_names[r->mode],
				   "checked", (json_int_t)r->checked, "findings", each(r, object)));
}

/* Of SARIF's driver. */
static json_t *rules(void)
{
	static const char *const uris[] = {
		[RULE_GHOST_MODULE] = "https://peps.python.org/pep-3147/",
		[RULE_UNCHECKED_CACHE] = "https://peps.python.org/pep-0552/",
		[RULE_ORPHANED_CACHE] = "https://peps.python.org/pep-3147/",
		[RULE_STALE_CACHE] = "https://docs.python.org/3/reference/"
				     "import.html#cached-bytecode-invalidation",
		[RULE_BYTECODE] = "https://docs.python.org/3/glossary.html#term-bytecode",
		[RULE_POLICY] = "https://git-scm.com/docs/gitignore",
	};
	json_t *array = json_array();

	for (int i = RULE_NONE + 1; i < RULE_COUNT; i++) {
		const struct rule_text *rule = rule_text((enum rule)i);
		struct buf help = BUF_INIT;

		buf_addf(
			&help, "%s\n\nFor example: %s.\n\n%s", rule->why, rule->example, rule->fix);
		if (json_array_append_new(
			    array, json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:o}, s:s, s:{s:s}}", "id",
					   rule->id, "shortDescription", "text", rule->summary,
					   "fullDescription", "text", rule->why, "help", "text",
					   text_take(&help), "helpUri", uris[i],
					   "defaultConfiguration", "level", "error")) < 0)
			return NULL;
	}
	return array;
}

/* For SARIF braces are doubled, which else are placeholders in a message (3.11.5), and [TEXT](URI)
 * is no link (3.11.6): a path must be neither. */
static json_t *sentence(const struct report *r, const struct finding *f, bool sarif)
{
	struct buf plain = BUF_INIT, escaped = BUF_INIT;

	report_sentence(&plain, r, f);
	for (size_t i = 0; i < plain.len; i++) {
		char c = plain.ptr[i];

		if (sarif && (c == '{' || c == '}'))
			buf_addc(&escaped, c);
		else if (sarif && c == ']' && plain.ptr[i + 1] == '(')
			buf_addc(&escaped, '\\');
		buf_addc(&escaped, c);
	}
	buf_free(&plain);
	return text_take(&escaped);
}

static json_t *fingerprint(const struct finding *f)
{
	struct buf digits = BUF_INIT;

	finding_fingerprint(&digits, f);
	return text_take(&digits);
}

/* A path is one from the root of the sources, or an absolute one, which has no base (3.4.4). A
 * region at line 1 is there because code scanning shows no result without one. Fingerprints: ours,
 * and under the name by which GitHub follows an alert from run to run; where that is missing, it
 * hashes a line of the file, which is no line. */
static json_t *result(const struct report *r, const struct finding *f)
{
	bool absolute = f->path[0] == '/';
	struct buf uri = BUF_INIT;

	buf_adds(&uri, absolute ? "file://" : "");
	path_uri(&uri, f->path, f->path_len);
	return json_pack(
		"{s:s, s:i, s:s, s:{s:o}, s:[{s:{s:{s:o, s:o*}, s:{s:i}}}], s:{s:o, s:o}, s:o*}",
		"ruleId", rule_text(f->rule)->id, "ruleIndex", (int)f->rule - 1, "level",
		severity_name(report_severity(r, f)), "message", "text", sentence(r, f, true),
		"locations", "physicalLocation", "artifactLocation", "uri", text_take(&uri),
		"uriBaseId", absolute ? NULL : memory_or_end(text("%SRCROOT%")), "region",
		"startLine", 1, "partialFingerprints", "pycguard/v1", fingerprint(f),
		"primaryLocationLineHash", fingerprint(f), "properties",
		f->commit ? memory_or_end(json_pack("{s:s}", "commit", f->commit)) : NULL);
}

void report_sarif(struct buf *out, const struct report *r)
{
	print(out, json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:o}]}", "version", "2.1.0",
			   "$schema",
			   "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
			   "sarif-schema-2.1.0.json",
			   "runs", "tool", "driver", "name", "pycguard", "version",
			   PYCGUARD_VERSION, "rules", rules(), "results", each(r, result)));
}

/* GitLab takes two findings with one fingerprint for the same, so a path that several commits add
 * is shown once. */
static json_t *issue(const struct report *r, const struct finding *f)
{
	enum severity severity = report_severity(r, f);
	const char *name = severity == SEVERITY_NOTE    ? "info" :
			   severity == SEVERITY_WARNING ? "minor" :
							  "critical";

	return json_pack("{s:o, s:s, s:o, s:s, s:{s:o, s:{s:i}}}", "description",
		sentence(r, f, false), "check_name", rule_text(f->rule)->id, "fingerprint",
		fingerprint(f), "severity", name, "location", "path", text(f->path), "lines",
		"begin", 1);
}

void report_gitlab(struct buf *out, const struct report *r)
{
	print(out, each(r, issue));
}
