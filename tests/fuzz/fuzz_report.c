/*
 * Input: a byte that says which printer, some of choices, then strings with a NUL after each: path,
 * pattern, source, subject, prefix, path, ... They make a few findings, which every printer prints.
 * What is JSON is read back by jansson and says what went in; a line of --format=github is one
 * command with the path in it; and nothing that is printed drives a terminal or is a command to a
 * CI runner.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "range/history.h"
#include "plain_text.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FINDINGS_MAX = 3, ROWS_MAX = 3 };

struct input {
	const uint8_t *at, *end;
};

static const char commit[] = "0123456789abcdef0123456789abcdef01234567";

static void require(bool condition)
{
	if (!condition)
		abort();
}

static unsigned take_byte(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static char *take_string(struct input *in, const char *otherwise)
{
	size_t left = (size_t)(in->end - in->at);
	const uint8_t *nul = left ? memchr(in->at, '\0', left) : NULL;
	size_t len = nul ? (size_t)(nul - in->at) : left;
	char *s = len ? strndup((const char *)in->at, len) : strdup(otherwise);

	require(s != NULL);
	in->at += nul ? len + 1 : len;
	return s;
}

/* A source is what bytecode_source makes: its last four bytes are a name and ".py". */
static char *take_source(struct input *in)
{
	char *stem = take_string(in, "pkg/m"), *source;
	struct buf text = BUF_INIT;

	buf_adds(&text, stem);
	buf_adds(&text, "m.py");
	free(stem);
	source = buf_take(&text);
	require(source != NULL);
	return source;
}

static void take_finding(struct finding_list *list, struct input *in, enum report_mode mode)
{
	unsigned choices = take_byte(in), more = take_byte(in);
	struct finding f = {.rule = (enum rule)(RULE_NONE + 1 + choices % (RULE_COUNT - 1)),
		.severity = (enum severity)(more % 3),
		.cause = (enum cause)(more / 4 % (CAUSE_BEFORE + 1)),
		.source_present = choices & 32,
		.migration = choices & 64,
		.migrations_loaded = choices & 128,
		.version = more & 128 ? BYTECODE_VERSION(3, 13) : 0,
		.loads = (enum bytecode_loads)(more & 1),
		.on_disk = mode == REPORT_WORKTREE,
		.is_root = more & 64};

	f.path = take_string(in, "m.pyc");
	f.path_len = strlen(f.path);
	f.pattern = take_string(in, "*.py[cod]");
	f.source = take_source(in);
	f.subject = take_string(in, "");
	if (mode >= REPORT_RANGE)
		require((f.commit = strdup(commit)) != NULL);
	finding_list_add(list, &f);
}

static void check_text(const struct buf *out)
{
	require(strlen(out->ptr) == out->len);
	require(plain_is_harmless(out->ptr, out->len));
	require(!plain_has_command(out->ptr, out->len));
}

static json_t *check_json(const struct buf *out)
{
	json_t *read;
	size_t i;

	for (i = 0; i < out->len; i++)
		require(out->ptr[i] == '\n' || (out->ptr[i] >= ' ' && out->ptr[i] < 0x7f));
	require(!plain_has_command(out->ptr, out->len));
	read = json_loadb(out->ptr, out->len, JSON_REJECT_DUPLICATES, NULL);
	require(read != NULL);
	return read;
}

static const char *text_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	require(json_is_string(value) &&
		strlen(json_string_value(value)) == json_string_length(value));
	return json_string_value(value);
}

static void require_replaced(const char *text, const char *bytes)
{
	struct buf plain = BUF_INIT;

	plain_replace(&plain, bytes, strlen(bytes));
	require(strcmp(plain.ptr, text) == 0);
	buf_free(&plain);
}

/* The message is quoted, so that nothing in it drives what it is pasted to. */
static void require_harmless(const char *text)
{
	require(plain_is_harmless(text, strlen(text)) && !strchr(text, '\n'));
	require(!plain_has_command(text, strlen(text)));
}

static void check_hex(const json_t *o, const struct finding *f)
{
	struct buf hex = BUF_INIT;
	size_t i;

	if (plain_is_utf8(f->path, f->path_len)) {
		require(!json_object_get(o, "path_hex"));
		return;
	}
	for (i = 0; i < f->path_len; i++)
		buf_addf(&hex, "%02x", (unsigned char)f->path[i]);
	require(strcmp(text_at(o, "path_hex"), hex.ptr) == 0);
	buf_free(&hex);
}

static void print_json(struct buf *out, const struct report *r)
{
	json_t *read, *findings;
	size_t i;

	report_json(out, r);
	read = check_json(out);
	findings = json_object_get(read, "findings");
	require(json_array_size(findings) == r->findings->count);
	for (i = 0; i < r->findings->count; i++) {
		const json_t *o = json_array_get(findings, i);
		const struct finding *f = &r->findings->items[i];

		require_replaced(text_at(o, "path"), f->path);
		require_replaced(text_at(o, "pattern"), f->pattern);
		require_replaced(text_at(o, "source"), f->source);
		require_harmless(text_at(o, "message"));
		require_harmless(text_at(o, "fix"));
		check_hex(o, f);
	}
	json_decref(read);
}

static void require_uri(const char *uri, const struct finding *f)
{
	struct buf bytes = BUF_INIT;
	char digits[3] = "";

	if (f->path[0] == '/') {
		require(strncmp(uri, "file://", 7) == 0);
		uri += 7;
	}
	for (; *uri; uri++) {
		if (*uri == '%') {
			memcpy(digits, uri + 1, 2);
			buf_addc(&bytes, (char)strtoul(digits, NULL, 16));
			uri += 2;
		} else {
			buf_addc(&bytes, *uri);
		}
	}
	require(strcmp(bytes.ptr, f->path) == 0);
	buf_free(&bytes);
}

static void print_sarif(struct buf *out, const struct report *r)
{
	json_t *read, *results;
	size_t i;

	report_sarif(out, r);
	read = check_json(out);
	results = json_object_get(json_array_get(json_object_get(read, "runs"), 0), "results");
	require(json_array_size(results) == r->findings->count);
	for (i = 0; i < r->findings->count; i++) {
		const json_t *o = json_array_get(results, i);
		const json_t *at = json_array_get(json_object_get(o, "locations"), 0);

		require_harmless(text_at(json_object_get(o, "message"), "text"));
		at = json_object_get(json_object_get(at, "physicalLocation"), "artifactLocation");
		require_uri(text_at(at, "uri"), &r->findings->items[i]);
	}
	json_decref(read);
}

static void print_gitlab(struct buf *out, const struct report *r)
{
	json_t *read;
	size_t i;

	report_gitlab(out, r);
	read = check_json(out);
	require(json_array_size(read) == r->findings->count);
	for (i = 0; i < r->findings->count; i++) {
		const json_t *o = json_array_get(read, i);

		require_harmless(text_at(o, "description"));
		require_replaced(text_at(json_object_get(o, "location"), "path"),
			r->findings->items[i].path);
	}
	json_decref(read);
}

/* What the runner makes of a property (actions/runner, ActionCommand.cs), where the path has what
 * cannot be written U+FFFD stands. */
static void require_property(const char *s, size_t len, const struct finding *f)
{
	struct buf text = BUF_INIT, plain = BUF_INIT;
	char digits[3] = "";
	size_t i, n;

	for (i = 0; i < len; i++) {
		if (s[i] == '%' && len - i > 2) {
			memcpy(digits, s + i + 1, 2);
			buf_addc(&text, (char)strtoul(digits, NULL, 16));
			i += 2;
		} else {
			buf_addc(&text, s[i]);
		}
	}
	for (i = 0; i < f->path_len; i += n) {
		long c = plain_char(f->path + i, f->path_len - i, &n);

		if (c < 0 || (c != '\n' && c != '\r' && !plain_is_harmless(f->path + i, n)))
			buf_adds(&plain, "\xef\xbf\xbd");
		else
			buf_add(&plain, f->path + i, n);
	}
	require(strcmp(text.ptr, plain.ptr) == 0);
	buf_free(&text);
	buf_free(&plain);
}

static void check_command(const char *line, size_t len, const struct finding *f)
{
	static const char *const heads[] = {"::notice file=", "::warning file=", "::error file="};
	static const char title[] = ",title=pycguard ";
	const char *end = line + len, *comma, *colon;
	size_t i = 0;

	while (i < 3 && strncmp(line, heads[i], strlen(heads[i])) != 0)
		i++;
	require(i < 3);
	line += strlen(heads[i]);
	comma = memchr(line, ',', (size_t)(end - line));
	colon = memchr(line, ':', (size_t)(end - line));
	require(comma && colon && comma < colon && colon[1] == ':');
	require(strncmp(comma, title, sizeof title - 1) == 0);
	require(strncmp(comma + sizeof title - 1, rule_text(f->rule)->id,
			(size_t)(colon - comma) - (sizeof title - 1)) == 0);
	require_property(line, (size_t)(comma - line), f);
	require(!plain_has_command(comma, (size_t)(end - comma)));
}

static void print_github(struct buf *out, const struct report *r)
{
	const char *line, *end;
	size_t i;

	report_github(out, r);
	require(plain_is_harmless(out->ptr, out->len));
	line = out->ptr;
	for (i = 0; i < r->findings->count; i++, line = end + 1) {
		end = strchr(line, '\n');
		require(end != NULL);
		check_command(line, (size_t)(end - line), &r->findings->items[i]);
	}
	require(*line == '\0');
}

static void print_text(struct buf *out, const struct report *r)
{
	report_human(out, r);
	check_text(out);
}

static void print_paths(struct buf *out, const struct report *r)
{
	report_paths(out, r);
	require((out->len == 0 || out->ptr[out->len - 1] == '\0'));
}

static report_printer *const printers[] = {
	print_text, print_json, print_sarif, print_gitlab, print_github, print_paths};

enum { PRINTERS = sizeof printers / sizeof *printers };

/* One of them, or, for it takes long, seldom all. */
static void print(const struct report *r, unsigned choice)
{
	struct buf out = BUF_INIT;
	size_t i;

	for (i = 0; i < PRINTERS; i++) {
		if (choice != UINT8_MAX && choice % PRINTERS != i)
			continue;
		printers[i](&out, r);
		buf_clear(&out);
	}
	buf_free(&out);
}

/* The paths of the findings once more, as those of a history. */
static void take_history(struct history *h, struct history_path *rows, const struct finding_list *l)
{
	static char author[] = "A U Thor";
	static const struct walk_commit shown = {.author = author};
	size_t i;

	*h = (struct history){.items = rows};
	for (i = 0; i < l->count && i < ROWS_MAX; i++)
		rows[h->count++] = (struct history_path){.path = l->items[i].path,
			.len = l->items[i].path_len,
			.first = &shown,
			.last = i % 3 ? &shown : NULL,
			.there = i & 1,
			.bytes = i * 1000};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};
	unsigned printer = take_byte(&in), choices = take_byte(&in), i,
		 count = 1 + choices / 8 % FINDINGS_MAX;
	struct finding_list findings = {0};
	struct history_path rows[ROWS_MAX];
	struct history history;
	char *prefix = choices & 64 ? take_string(&in, "") : strdup("");
	struct report r = {.mode = (enum report_mode)(choices % (REPORT_RECEIVE + 1)),
		.checked = count,
		.findings = &findings,
		.history = &history,
		.prefix = prefix,
		.program = "pycguard",
		.policy = "",
		.ends = "",
		.bases = "",
		.rewrite = "git rebase",
		.in_hook = choices & 128,
		.published = choices & 16,
		.strict = choices & 32,
		.verbose = choices & 128};

	for (i = 0; i < count; i++)
		take_finding(&findings, &in, r.mode);
	take_history(&history, rows, &findings);
	print(&r, printer);
	finding_list_free(&findings);
	free(prefix);
	return 0;
}
