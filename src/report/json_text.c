#include "report/json_text.h"

#include "base/path.h"

json_t *json_text(const char *bytes, size_t len)
{
	struct buf text = BUF_INIT;
	json_t *string;

	path_replace(&text, bytes, len);
	string = text.failed ? NULL : json_stringn(text.ptr, text.len);
	buf_free(&text);
	return string;
}

json_t *json_text_take(struct buf *text)
{
	json_t *string = text->failed ? NULL : json_text(text->ptr, text->len);

	buf_free(text);
	return string;
}

bool json_text_set(json_t *object, const char *key, json_t *value)
{
	return value && json_object_set_new(object, key, value) == 0;
}

json_t *json_text_built(json_t *o, bool complete)
{
	if (complete)
		return o;
	json_decref(o);
	return NULL;
}

/* What JSON_ENSURE_ASCII leaves as it is, though it is a control character or makes a command. */
static bool needs_escape(char c, const struct buf *before)
{
	return c == 0x7f || (c == '#' && before->len && before->ptr[before->len - 1] == '#');
}

static int take_piece(const char *bytes, size_t len, void *arg)
{
	struct buf *out = arg;
	size_t i;

	for (i = 0; i < len; i++) {
		if (needs_escape(bytes[i], out))
			buf_addf(out, "\\u%04x", bytes[i]);
		else
			buf_addc(out, bytes[i]);
	}
	return out->failed ? -1 : 0;
}

void json_text_print(struct buf *out, json_t *document)
{
	const size_t flags = JSON_INDENT(2) | JSON_ENSURE_ASCII;

	if (!document || json_dump_callback(document, take_piece, out, flags) < 0)
		out->failed = true;
	buf_addc(out, '\n');
	json_decref(document);
}
