#include "policy/pattern.h"

#include <arpa/inet.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
	MAX_PATTERN = 32 * 1024, /* bytes, of an expression */
	MAX_PATH = 64 * 1024,
	MATCH_LIMIT = 1000 * 1000,
	DEPTH_LIMIT = 10 * 1000,
	HEAP_LIMIT = 4 * 1024, /* KiB */
	JIT_STACK_MIN = 32 * 1024,
	JIT_STACK_MAX = 512 * 1024,
	STEPS = 64,               /* the clock is looked at as often */
	COMPILER_NO_MEMORY = 121, /* which not every PCRE2 has a name for */
};

/* The gram of the first three of four bytes. */
static inline uint16_t gram_of(const char s[static 4])
{
	uint32_t bytes;

	memcpy(&bytes, s, sizeof bytes);
	return (uint16_t)((bytes & htonl(0x1f1f1f00)) * UINT32_C(2654435761) >> 23);
}

/* NULL: refused. */
static struct pattern *compile(const struct buf *regex, uint32_t options, struct pattern_error *why)
{
	struct pattern *p;
	PCRE2_SIZE offset = 0;
	int code;

	*why = (struct pattern_error){1, "the pattern is too long"};
	if (regex->len > MAX_PATTERN)
		return NULL;
	p = memory_new(1, sizeof *p);
	options |= PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C;
	p->code = pcre2_compile((PCRE2_SPTR)regex->ptr, regex->len, options, &code, &offset, NULL);
	if (!p->code) {
		if (code == PCRE2_ERROR_NOMEMORY || code == COMPILER_NO_MEMORY)
			memory_or_end(NULL);
		why->column = offset + 1;
		pcre2_get_error_message(code, (PCRE2_UCHAR *)why->reason, sizeof why->reason);
		free(p);
		return NULL;
	}
	/* Whatever keeps PCRE2 from compiling to machine code (no support, no memory that may be
	 * executed, a pattern that says (*NO_JIT)), the interpreter gives the same answers. */
	pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	for (size_t i = 0; i < PATTERN_GRAMS; i++)
		p->grams[i] = PATTERN_SLOTS;
	return p;
}

/* Letters of a glob's class are folded before it is negated, or after, which says more: PCRE2 folds
 * once more. */
struct pattern *pattern_new(const char *text, size_t len, enum pattern_grammar grammar,
	enum pattern_case letters, struct pattern_error *why)
{
	uint32_t caseless = letters == PATTERN_CASED ? 0 : PCRE2_CASELESS;
	struct buf regex = BUF_INIT, literal = BUF_INIT;
	struct pattern *p = NULL;

	if (grammar == PATTERN_REGEX) {
		buf_add(&regex, text, len);
		p = compile(&regex, PCRE2_AUTO_CALLOUT | caseless, why);
		if (p && letters == PATTERN_EITHER &&
			!(p->exact = compile(&regex, PCRE2_AUTO_CALLOUT, why))) {
			pattern_free(p);
			p = NULL;
		}
	} else if (glob_translate(&regex, &literal, text, len, grammar, letters == PATTERN_CASELESS,
			   why)) {
		p = compile(&regex, caseless, why);
		if (!p)
			*why = (struct pattern_error){1, "the pattern is too long"};
		/* The last ones of what a path must contain, which has a NUL after it. */
		for (size_t i = 0; p && i + 3 <= literal.len; i++)
			p->grams[i % PATTERN_GRAMS] = gram_of(literal.ptr + i);
	}
	buf_free(&regex);
	buf_free(&literal);
	return p;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pattern_free(p->exact);
	pcre2_code_free(p->code);
	free(p);
}

static int look_at_clock(pcre2_callout_block *block, void *arg)
{
	struct matcher *m = arg;

	(void)block;
	return ++m->steps % STEPS == 0 && io_clock() > m->until ? PCRE2_ERROR_CALLOUT : 0;
}

struct matcher *matcher_new(void)
{
	struct matcher *m = memory_new(1, sizeof *m);

	m->data = memory_or_end(pcre2_match_data_create(1, NULL));
	m->context = memory_or_end(pcre2_match_context_create(NULL));
	m->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	pcre2_jit_stack_assign(m->context, NULL, m->stack);
	pcre2_set_match_limit(m->context, MATCH_LIMIT);
	pcre2_set_depth_limit(m->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(m->context, HEAP_LIMIT);
	pcre2_set_callout(m->context, look_at_clock, m);
	return m;
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

void matcher_go(struct matcher *m, const char *path, size_t len, int64_t until)
{
	char ends[] = "///////";
	size_t n = len < 3 ? len : 3;

	m->path = path;
	m->len = len;
	m->until = until;
	memset(m->has, 0, sizeof m->has);
	m->has[PATTERN_SLOTS] = 1;
	for (size_t i = 0; i + 4 <= len; i++)
		m->has[gram_of(path + i)] = 1;
	/* Those with a slash before the path, and with one after it, and the last within it. */
	memcpy(ends + 1, path, n);
	m->has[gram_of(ends)] = 1;
	memcpy(ends + 4 - n, path + len - n, n);
	for (size_t i = 0; i < 3; i++)
		m->has[gram_of(ends + i)] = 1;
}

int pattern_run(const struct pattern *p, struct matcher *m)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)m->path;
	char reason[160] = "the path is too long";
	int code;

	if (m->len <= MAX_PATH) {
		code = pcre2_match(p->code, subject, m->len, 0, 0, m->data, m->context);
		if (code >= 0)
			return 1;
		if (code == PCRE2_ERROR_NOMATCH)
			return p->exact ? pattern_run(p->exact, m) : 0;
		if (code == PCRE2_ERROR_CALLOUT)
			strcpy(reason, "it takes too long");
		else
			pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof reason);
	}
	return error_set("too hard for path '%.*s': %s", m->len < 1000 ? (int)m->len : 1000,
		m->path, reason);
}

void pattern_library_version(char out[static 64])
{
	strcpy(out, "unknown");
	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) <= 64)
		pcre2_config(PCRE2_CONFIG_VERSION, out);
}
