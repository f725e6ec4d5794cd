#include "policy/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Older than its name. */
#ifndef PCRE2_ERROR_HEAP_FAILED
#define PCRE2_ERROR_HEAP_FAILED 121
#endif

#include "base/error.h"

enum {
	MAX_PATTERN = 32 * 1024, /* bytes, of an expression */
	MAX_PATH = 64 * 1024,
	MAX_PARENS = 100,
	MATCH_LIMIT = 1000 * 1000,
	DEPTH_LIMIT = 10 * 1000,
	HEAP_LIMIT = 4 * 1024, /* KiB */
	JIT_STACK_MIN = 32 * 1024,
	JIT_STACK_MAX = 512 * 1024,
	STEPS = 64, /* the clock is looked at as often */
};

struct pattern {
	pcre2_code *code;
	bool jit;
	struct pattern *exact; /* of PATTERN_EITHER, or NULL: what else it matches */
};

struct matcher {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* NULL where PCRE2 has no JIT */
	unsigned steps;
	int64_t until;
};

static void describe(int code, char *out, size_t size)
{
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)out, size) == PCRE2_ERROR_BADDATA)
		snprintf(out, size, "PCRE2 error %d", code);
}

int pattern_new(struct pattern **out, const char *regex, size_t len, unsigned flags,
	struct pattern_error *why)
{
	uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C |
			   ((flags & (PATTERN_CASELESS | PATTERN_EITHER)) ? PCRE2_CASELESS : 0) |
			   ((flags & PATTERN_TIMED) ? PCRE2_AUTO_CALLOUT : 0);
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	struct pattern *p = calloc(1, sizeof *p);
	PCRE2_SIZE offset = 0;
	size_t size = 0;
	int code = PCRE2_ERROR_NOMEMORY;

	*out = NULL;
	if (context && p) {
		pcre2_set_max_pattern_length(context, MAX_PATTERN);
		pcre2_set_parens_nest_limit(context, MAX_PARENS);
		p->code = pcre2_compile((PCRE2_SPTR)regex, len, options, &code, &offset, context);
	}
	pcre2_compile_context_free(context);
	if (!p || !p->code) {
		free(p);
		if (code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAP_FAILED)
			return error_oom();
		why->column = offset + 1;
		describe(code, why->reason, sizeof why->reason);
		return 1;
	}
	/* Whatever keeps PCRE2 from compiling to machine code (no support, no memory that may be
	 * executed, a pattern that says (*NO_JIT)), the interpreter gives the same answers. */
	if (pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0 &&
		pcre2_pattern_info(p->code, PCRE2_INFO_JITSIZE, &size) == 0)
		p->jit = size > 0;
	if (flags & PATTERN_EITHER)
		code = pattern_new(&p->exact, regex, len, flags & ~(unsigned)PATTERN_EITHER, why);
	else
		code = 0;
	if (code)
		pattern_free(p);
	else
		*out = p;
	return code;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pattern_free(p->exact);
	pcre2_code_free(p->code);
	free(p);
}

int64_t pattern_clock(void)
{
	struct timespec now = {0};

#ifdef CLOCK_MONOTONIC_COARSE
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
#else
	clock_gettime(CLOCK_MONOTONIC, &now);
#endif
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void matcher_until(struct matcher *m, int64_t time)
{
	m->until = time;
}

static int look_at_clock(pcre2_callout_block *block, void *arg)
{
	struct matcher *m = arg;

	(void)block;
	return ++m->steps % STEPS == 0 && pattern_clock() > m->until ? PCRE2_ERROR_CALLOUT : 0;
}

struct matcher *matcher_new(void)
{
	struct matcher *m = calloc(1, sizeof *m);
	uint32_t has_jit = 0;

	if (!m)
		goto oom;
	m->until = INT64_MAX;
	m->data = pcre2_match_data_create(1, NULL);
	m->context = pcre2_match_context_create(NULL);
	if (!m->data || !m->context)
		goto oom;
	if (pcre2_config(PCRE2_CONFIG_JIT, &has_jit) >= 0 && has_jit) {
		m->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
		if (!m->stack)
			goto oom;
		pcre2_jit_stack_assign(m->context, NULL, m->stack);
	}
	pcre2_set_match_limit(m->context, MATCH_LIMIT);
	pcre2_set_depth_limit(m->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(m->context, HEAP_LIMIT);
	pcre2_set_callout(m->context, look_at_clock, m);
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

int pattern_match(const struct pattern *p, struct matcher *m, const char *path, size_t len)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)path;
	char reason[160] = "the path is too long";
	int code;

	if (len <= MAX_PATH) {
		code = p->jit ? pcre2_jit_match(p->code, subject, len, 0, 0, m->data, m->context) :
				pcre2_match(p->code, subject, len, 0, 0, m->data, m->context);
		if (code >= 0)
			return 1;
		if (code == PCRE2_ERROR_NOMATCH)
			return p->exact ? pattern_match(p->exact, m, path, len) : 0;
		if (code == PCRE2_ERROR_NOMEMORY)
			return error_oom();
		if (code == PCRE2_ERROR_CALLOUT)
			strcpy(reason, "it takes too long");
		else
			describe(code, reason, sizeof reason);
	}
	return error_set(
		"too hard for path '%.*s': %s", len < 1000 ? (int)len : 1000, path, reason);
}

void pattern_library_version(char out[static 64])
{
	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) > 64 ||
		pcre2_config(PCRE2_CONFIG_VERSION, out) < 0)
		strcpy(out, "unknown");
}
