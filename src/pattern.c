#include "pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Older than its name. */
#ifndef PCRE2_ERROR_HEAP_FAILED
#define PCRE2_ERROR_HEAP_FAILED 121
#endif

#include "error.h"

enum {
	MAX_PATTERN = 32 * 1024, /* bytes, of an expression or of a converted glob */
	MAX_PARENS = 100,
	MATCH_LIMIT = 1000 * 1000,
	DEPTH_LIMIT = 10 * 1000,
	HEAP_LIMIT = 4 * 1024, /* KiB */
	JIT_STACK_MIN = 32 * 1024,
	JIT_STACK_MAX = 512 * 1024,
};

struct pattern {
	pcre2_code *code; /* NULL for a glob whose prefix says it all */
	bool jit;
	bool caseless;
	bool glob; /* the slash after the path is part of the subject */
	bool dir_only;
	struct buf needs;
	size_t prefix_len;
	char prefix[];
};

struct matcher {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* NULL where PCRE2 has no JIT */
};

static int refuse(struct pattern_error *why, size_t column, const char *reason)
{
	why->column = column;
	snprintf(why->reason, sizeof why->reason, "%s", reason);
	return 1;
}

static void describe(int code, char *out, size_t size)
{
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)out, size) == PCRE2_ERROR_BADDATA)
		snprintf(out, size, "PCRE2 error %d", code);
}

/* Wraps PCRE2's refusal; memory running out is not the pattern's fault. */
static int refuse_code(struct pattern_error *why, size_t column, int code)
{
	char reason[sizeof why->reason];

	if (code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAP_FAILED)
		return error_oom();
	describe(code, reason, sizeof reason);
	return refuse(why, column, reason);
}

static struct pattern *pattern_new(const char *prefix, size_t prefix_len, bool caseless)
{
	struct pattern *p = calloc(1, sizeof *p + prefix_len);

	if (!p) {
		error_oom();
		return NULL;
	}
	p->caseless = caseless;
	p->needs = (struct buf)BUF_INIT;
	p->prefix_len = prefix_len;
	if (prefix_len)
		memcpy(p->prefix, prefix, prefix_len);
	return p;
}

/* Whatever keeps PCRE2 from compiling to machine code (no support, no memory that may be executed,
 * a pattern that says (*NO_JIT)), the interpreter gives the same answers. */
static void compile_to_machine_code(struct pattern *p)
{
	size_t size = 0;

	if (pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0 &&
		pcre2_pattern_info(p->code, PCRE2_INFO_JITSIZE, &size) == 0)
		p->jit = size > 0;
}

static int compile(struct pattern *p, const char *text, size_t len, struct pattern_error *why)
{
	uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_SIZE offset = 0;
	int code = 0;

	if (!context)
		return error_oom();
	if (p->caseless)
		options |= PCRE2_CASELESS;
	pcre2_set_max_pattern_length(context, MAX_PATTERN);
	pcre2_set_parens_nest_limit(context, MAX_PARENS);
	p->code = pcre2_compile((PCRE2_SPTR)text, len, options, &code, &offset, context);
	pcre2_compile_context_free(context);
	if (!p->code)
		return refuse_code(why, p->glob ? 1 : offset + 1, code);
	compile_to_machine_code(p);
	return 0;
}

/* The glob as PCRE2's converter gets it. What may start at any name starts with "**" and a slash,
 * and all are followed by what is below them: one slash, as the converter writes it. */
static int spell_out(struct buf *out, const struct glob *g)
{
	if (g->start != GLOB_AT_START)
		buf_adds(out, "**/");
	buf_add(out, g->text.ptr, g->text.len);
	buf_adds(out, "/**");
	return buf_failed(out);
}

/* Puts a head that PCRE2 searches for several times faster in place of the one that the converter
 * writes for "**" and a slash: no name is left half, or (anywhere) any byte will do. */
static int compile_converted(struct pattern *p, const struct glob *g, const char *regex, size_t len,
	struct pattern_error *why)
{
	static const char slow[] = "(?s)(?:\\A|/)";
	const char *fast = g->start == GLOB_ANYWHERE ? "(?s)" : "(?s)(?<![^/])";
	struct buf text = BUF_INIT;
	int rc;

	if (g->start == GLOB_AT_START)
		return compile(p, regex, len, why);
	if (len < strlen(slow) || memcmp(regex, slow, strlen(slow)) != 0)
		return error_set("this PCRE2 converts a glob to an unknown form '%s'", regex);
	buf_adds(&text, fast);
	buf_add(&text, regex + strlen(slow), len - strlen(slow));
	rc = buf_failed(&text);
	if (!rc)
		rc = compile(p, text.ptr, text.len, why);
	buf_free(&text);
	return rc;
}

static int convert(const char *text, size_t len, PCRE2_UCHAR **regex, PCRE2_SIZE *regex_len,
	struct pattern_error *why)
{
	pcre2_convert_context *context = pcre2_convert_context_create(NULL);
	int code;

	if (!context)
		return error_oom();
	code = pcre2_set_glob_separator(context, '/');
	if (!code)
		code = pcre2_set_glob_escape(context, '\\');
	if (!code)
		code = pcre2_pattern_convert(
			(PCRE2_SPTR)text, len, PCRE2_CONVERT_GLOB, regex, regex_len, context);
	pcre2_convert_context_free(context);
	return code ? refuse_code(why, 1, code) : 0;
}

static int compile_glob(struct pattern *p, const struct glob *g, struct pattern_error *why)
{
	struct buf text = BUF_INIT;
	PCRE2_UCHAR *regex = NULL;
	PCRE2_SIZE len = 0;
	int rc;

	p->glob = true;
	p->dir_only = g->dir_only;
	glob_needs(&p->needs, g);
	if (buf_failed(&p->needs) < 0)
		return -1;
	if (g->start == GLOB_AT_START && !g->text.len)
		return 0;
	rc = spell_out(&text, g);
	if (!rc)
		rc = convert(text.ptr, text.len, &regex, &len, why);
	if (!rc)
		rc = compile_converted(p, g, (const char *)regex, len, why);
	pcre2_converted_pattern_free(regex);
	buf_free(&text);
	return rc;
}

/* Hands `p` over, or frees it when what came before has failed. */
static int hand_over(struct pattern **out, struct pattern *p, int rc)
{
	if (rc)
		pattern_free(p);
	else
		*out = p;
	return rc;
}

int pattern_glob(struct pattern **out, const char *text, size_t len, bool caseless,
	struct pattern_error *why)
{
	struct pattern *p;
	struct glob g;
	int rc;

	*out = NULL;
	if (len > MAX_PATTERN)
		return refuse(why, 1, "the pattern is too long");
	rc = glob_normalize(&g, text, len, caseless, why);
	if (rc)
		return rc;
	p = pattern_new(g.prefix, g.prefix_len, caseless);
	rc = hand_over(out, p, p ? compile_glob(p, &g, why) : -1);
	glob_free(&g);
	return rc;
}

int pattern_regex(struct pattern **out, const char *text, size_t len, bool caseless,
	struct pattern_error *why)
{
	struct pattern *p;

	*out = NULL;
	p = pattern_new(NULL, 0, caseless);
	return hand_over(out, p, p ? compile(p, text, len, why) : -1);
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pcre2_code_free(p->code);
	buf_free(&p->needs);
	free(p);
}

const struct buf *pattern_needs(const struct pattern *p)
{
	return &p->needs;
}

/* false when memory is gone. */
static bool add_jit_stack(struct matcher *m)
{
	uint32_t has_jit = 0;

	if (pcre2_config(PCRE2_CONFIG_JIT, &has_jit) < 0 || !has_jit)
		return true;
	m->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	if (!m->stack)
		return false;
	pcre2_jit_stack_assign(m->context, NULL, m->stack);
	return true;
}

struct matcher *matcher_new(void)
{
	struct matcher *m = calloc(1, sizeof *m);

	if (!m)
		goto oom;
	m->data = pcre2_match_data_create(1, NULL);
	m->context = pcre2_match_context_create(NULL);
	if (!m->data || !m->context || !add_jit_stack(m))
		goto oom;
	pcre2_set_match_limit(m->context, MATCH_LIMIT);
	pcre2_set_depth_limit(m->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(m->context, HEAP_LIMIT);
	return m;
oom:
	error_oom();
	matcher_free(m);
	return NULL;
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	pcre2_jit_stack_free(m->stack);
	pcre2_match_context_free(m->context);
	pcre2_match_data_free(m->data);
	free(m);
}

static bool same_but_for_case(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned x = (unsigned char)a[i], y = (unsigned char)b[i];

		x += x - 'A' < 26 ? 'a' - 'A' : 0;
		y += y - 'A' < 26 ? 'a' - 'A' : 0;
		if (x != y)
			return false;
	}
	return true;
}

static bool has_prefix(const struct pattern *p, const char *subject, size_t len)
{
	if (p->prefix_len > len)
		return false;
	if (p->caseless)
		return same_but_for_case(p->prefix, subject, p->prefix_len);
	return memcmp(p->prefix, subject, p->prefix_len) == 0;
}

static int run(const struct pattern *p, struct matcher *m, const char *subject, size_t len)
{
	if (p->jit)
		return pcre2_jit_match(
			p->code, (PCRE2_SPTR)subject, len, 0, 0, m->data, m->context);
	return pcre2_match(p->code, (PCRE2_SPTR)subject, len, 0, 0, m->data, m->context);
}

static int match_failed(int code, const char *path, size_t len)
{
	char reason[160];

	if (code == PCRE2_ERROR_NOMEMORY)
		return error_oom();
	describe(code, reason, sizeof reason);
	return error_set(
		"too hard for path '%.*s': %s", len < 1000 ? (int)len : 1000, path, reason);
}

int pattern_match(const struct pattern *p, struct matcher *m, const char *path, size_t len)
{
	size_t end = p->glob && !p->dir_only ? len + 1 : len;
	const char *rest;
	int code;

	if (!has_prefix(p, path, end))
		return 0;
	rest = path + p->prefix_len;
	end -= p->prefix_len;
	if (!p->code)
		return end > 0 && *rest == '/';
	code = run(p, m, rest, end);
	if (code >= 0)
		return 1;
	return code == PCRE2_ERROR_NOMATCH ? 0 : match_failed(code, path, len);
}

void pattern_library_version(char out[static 64])
{
	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) > 64 ||
		pcre2_config(PCRE2_CONFIG_VERSION, out) < 0)
		strcpy(out, "unknown");
}
