#include "report.h"

#include <jansson.h>
#include <string.h>

#include "path.h"
#include "utf8.h"

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

/* A string of UTF-8, with U+FFFD for each byte that is none; NULL when memory is gone. */
static json_t *path_text(const char *path, size_t len)
{
	struct buf text = BUF_INIT;
	json_t *string;

	path_replace(&text, path, len);
	string = text.failed ? NULL : json_stringn(text.ptr, text.len);
	buf_free(&text);
	return string;
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

typedef void writer(struct buf *out, const struct finding *f, const char *prefix);

static void write_message(struct buf *out, const struct finding *f, const char *prefix)
{
	(void)prefix;
	finding_message(out, f);
}

static json_t *written(writer *write, const struct finding *f, const char *prefix)
{
	struct buf text = BUF_INIT;
	json_t *string = NULL;

	write(&text, f, prefix);
	if (!text.failed)
		string = path_text(text.ptr, text.len);
	buf_free(&text);
	return string;
}

static json_t *python_version(unsigned version)
{
	return version ? json_sprintf("%u.%u", version >> 8, version & 0xff) : json_null();
}

/* Sets a key to a value that json_* has just made: both may have failed for want of memory. */
static bool set(json_t *object, const char *key, json_t *value)
{
	return value && json_object_set_new(object, key, value) == 0;
}

static bool set_fields(json_t *o, const struct finding *f, const char *prefix)
{
	const char *source = f->source;

	return set(o, "path", path_text(f->path, f->path_len)) &&
	       (is_utf8(f->path, f->path_len) ||
		       set(o, "path_hex", path_hex(f->path, f->path_len))) &&
	       set(o, "rule", text_or_null(rule_text(f->rule)->id)) &&
	       set(o, "severity", json_string(severity_name(f->severity))) &&
	       set(o, "message", written(write_message, f, prefix)) &&
	       set(o, "fix", f->rule ? written(finding_fix, f, prefix) : json_null()) &&
	       set(o, "pattern", f->pattern ? path_text(f->pattern, strlen(f->pattern)) : json_null()) &&
	       set(o, "migration", json_boolean(f->migration)) &&
	       set(o, "source", source ? path_text(source, strlen(source)) : json_null()) &&
	       set(o, "source_present", json_boolean(f->source_present)) &&
	       set(o, "python", python_version(f->version)) &&
	       set(o, "invalidation", text_or_null(bytecode_invalidation_name(f->invalidation))) &&
	       set(o, "loads", json_string(bytecode_loads_name(f->loads))) &&
	       (!f->commit || set(o, "commit", json_string(f->commit)));
}

static json_t *finding_object(const struct finding *f, const char *prefix)
{
	json_t *o = json_object();

	if (o && !set_fields(o, f, prefix)) {
		json_decref(o);
		return NULL;
	}
	return o;
}

static json_t *finding_array(const struct report *r)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; array && i < r->findings->count; i++) {
		json_t *o = finding_object(&r->findings->items[i], r->prefix);

		if (!o || json_array_append_new(array, o) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static int take_piece(const char *bytes, size_t len, void *arg)
{
	struct buf *out = arg;

	buf_add(out, bytes, len);
	return out->failed ? -1 : 0;
}

static void print(struct buf *out, json_t *o, bool complete)
{
	if (!complete || json_dump_callback(o, take_piece, out, JSON_INDENT(2)) < 0)
		out->failed = true;
	buf_addc(out, '\n');
	json_decref(o);
}

void report_json_finding(struct buf *out, const struct finding *f, const char *prefix)
{
	json_t *o = finding_object(f, prefix);

	print(out, o, o != NULL);
}

void report_json(struct buf *out, const struct report *r)
{
	json_t *o = json_object();
	bool complete = o &&
		set(o, "tool", json_pack("{s:s, s:s}", "name", "pycguard", "version", PYCGUARD_VERSION)) &&
		set(o, "mode", json_string(report_mode_name(r->mode))) &&
		set(o, "checked", json_integer((json_int_t)r->checked)) &&
		set(o, "findings", finding_array(r));

	print(out, o, complete);
}
