#include "report/report.h"

#include <string.h>

#include "base/utf8.h"
#include "report/json_text.h"

static json_t *text_or_null(const char *s)
{
	return s ? json_text(s, strlen(s)) : json_null();
}

static json_t *path_hex(const char *path, size_t len)
{
	struct buf hex = BUF_INIT;
	json_t *string;
	size_t i;

	for (i = 0; i < len; i++)
		buf_addf(&hex, "%02x", (unsigned char)path[i]);
	string = hex.failed ? NULL : json_string(hex.ptr);
	buf_free(&hex);
	return string;
}

static bool is_utf8(const char *path, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = utf8_length(path + i, len - i);
		if (n == 0)
			return false;
	}
	return true;
}

static json_t *message(const struct finding *f)
{
	struct buf text = BUF_INIT;

	report_message(&text, f);
	return json_text_take(&text);
}

static json_t *fix(const struct report *r, const struct finding *f)
{
	struct buf text = BUF_INIT;

	if (f->rule == RULE_NONE)
		return json_null();
	report_fix(&text, r, f);
	return json_text_take(&text);
}

static json_t *python_version(unsigned version)
{
	struct buf text = BUF_INIT;

	if (!version)
		return json_null();
	buf_addf(&text, "%u.%u", version >> 8, version & 0xff);
	return json_text_take(&text);
}

static bool set_fields(json_t *o, const struct report *r, const struct finding *f)
{
	return json_text_set(o, "path", json_text(f->path, f->path_len)) &&
	       (is_utf8(f->path, f->path_len) ||
		       json_text_set(o, "path_hex", path_hex(f->path, f->path_len))) &&
	       json_text_set(o, "rule", text_or_null(rule_text(f->rule)->id)) &&
	       json_text_set(o, "severity", json_string(severity_name(f->severity))) &&
	       json_text_set(o, "message", message(f)) && json_text_set(o, "fix", fix(r, f)) &&
	       json_text_set(o, "pattern", text_or_null(f->pattern)) &&
	       json_text_set(o, "migration", json_boolean(f->migration)) &&
	       json_text_set(o, "source", text_or_null(f->source)) &&
	       json_text_set(o, "source_present", json_boolean(f->source_present)) &&
	       json_text_set(o, "python", python_version(f->version)) &&
	       json_text_set(o, "invalidation",
		       text_or_null(bytecode_invalidation_name(f->invalidation))) &&
	       json_text_set(o, "loads", json_string(bytecode_loads_name(f->loads))) &&
	       (!f->commit || json_text_set(o, "commit", json_string(f->commit)));
}

static json_t *finding_object(const struct report *r, const struct finding *f)
{
	json_t *o = json_object();

	return json_text_built(o, o && set_fields(o, r, f));
}

static json_t *finding_array(const struct report *r)
{
	json_t *array = json_array();
	bool complete = array != NULL;
	size_t i;

	for (i = 0; complete && i < r->findings->count; i++)
		complete = json_array_append_new(
				   array, finding_object(r, &r->findings->items[i])) == 0;
	return json_text_built(array, complete);
}

void report_json_finding(struct buf *out, const struct report *r, const struct finding *f)
{
	json_text_print(out, finding_object(r, f));
}

void report_json(struct buf *out, const struct report *r)
{
	json_text_print(
		out, json_pack("{s:{s:s, s:s}, s:s, s:I, s:o}", "tool", "name", "pycguard",
			     "version", PYCGUARD_VERSION, "mode", report_mode_name(r->mode),
			     "checked", (json_int_t)r->checked, "findings", finding_array(r)));
}
