#include "base/base.h"

#include <signal.h>
#include <stdarg.h>

enum { ERROR_MAX = 4096, REASON_MAX = 1024 };

static _Thread_local char message[ERROR_MAX];
static _Thread_local enum error_code kind;

/* Writes `raw` at `out` with what could drive a terminal or a CI runner as three octal digits a
 * byte, and "..." for what does not fit before `end`. Returns where it stopped. */
static char *escape(char *out, const char *end, const char *raw)
{
	size_t len = strlen(raw), i, n;

	for (i = 0; i < len && out + sizeof "\\000..." <= end; i += n) {
		n = utf8_commands(raw, i) ? 0 : utf8_showable(raw + i, len - i);
		if (n == 0)
			out += snprintf(out, 5, "\\%03o", (unsigned char)raw[i]);
		else
			memcpy(out, raw + i, n);
		out += n;
		n = n ? n : 1;
	}
	strcpy(out, i < len ? "..." : "");
	return out + strlen(out);
}

/* Records a message and, where `reason` is not NULL, ": REASON", which a long subject must not push
 * out. */
static void record(const char *fmt, va_list args, const char *reason)
{
	const char *end = message + sizeof message;
	char raw[ERROR_MAX], *out;

	if (vsnprintf(raw, sizeof raw, fmt, args) < 0)
		raw[0] = '\0';
	out = escape(message, reason ? end - REASON_MAX : end, raw);
	if (reason)
		escape(escape(out, end, ": "), end, reason);
}

void error_record(enum error_code code, int errnum, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	record(fmt, args, errnum ? strerror(errnum) : NULL); /* of strerror_r there are two kinds */
	va_end(args);
	kind = code;
	if (errnum == ENOENT)
		kind = ERROR_NOT_FOUND;
	else if (errnum == EMFILE || errnum == ENFILE || errnum == ENOMEM || errnum == EAGAIN)
		kind = ERROR_LIMIT;
}

void error_record_prefix(const char *fmt, ...)
{
	char earlier[ERROR_MAX];
	va_list args;

	memcpy(earlier, message, sizeof earlier);
	va_start(args, fmt);
	record(fmt, args, earlier);
	va_end(args);
}

enum error_code error_code(void)
{
	return kind;
}

const char *error_message(void)
{
	return message;
}

static void (*end_process)(const char *reason);

void fatal_by(void (*end)(const char *reason))
{
	end_process = end;
}

void fatal(const char *reason)
{
	if (end_process)
		end_process(reason);
	for (;;)
		raise(SIGABRT);
}
