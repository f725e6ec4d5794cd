#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#undef error_set
#undef error_os
#undef error_of
#undef error_oom
#undef error_prefix

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
static void record(const char *raw, const char *reason)
{
	const char *end = message + sizeof message;
	char *out = escape(message, reason ? end - REASON_MAX : end, raw);

	if (reason) {
		out = escape(out, end, ": ");
		escape(out, end, reason);
	}
}

static void format(char raw[ERROR_MAX], const char *fmt, va_list args)
{
	if (vsnprintf(raw, ERROR_MAX, fmt, args) < 0)
		raw[0] = '\0';
}

int error_set(const char *fmt, ...)
{
	char raw[ERROR_MAX];
	va_list args;

	va_start(args, fmt);
	format(raw, fmt, args);
	va_end(args);
	record(raw, NULL);
	kind = ERROR_OTHER;
	return -1;
}

int error_of(enum error_code code, const char *fmt, ...)
{
	char raw[ERROR_MAX];
	va_list args;

	va_start(args, fmt);
	format(raw, fmt, args);
	va_end(args);
	record(raw, NULL);
	kind = code;
	return -1;
}

int error_os(int errnum, const char *fmt, ...)
{
	char raw[ERROR_MAX];
	va_list args;

	va_start(args, fmt);
	format(raw, fmt, args);
	va_end(args);
	record(raw, strerror(errnum)); /* of strerror_r there are two kinds */
	kind = errnum == ENOENT ? ERROR_NOT_FOUND : ERROR_OTHER;
	return -1;
}

int error_oom(void)
{
	return error_set("out of memory");
}

int error_prefix(const char *fmt, ...)
{
	char raw[ERROR_MAX], earlier[ERROR_MAX];
	va_list args;

	va_start(args, fmt);
	format(raw, fmt, args);
	va_end(args);
	memcpy(earlier, message, sizeof earlier);
	record(raw, earlier);
	return -1;
}

enum error_code error_code(void)
{
	return kind;
}

const char *error_message(void)
{
	return message;
}
