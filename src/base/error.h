/*
 * error - what went wrong, said once: who knows the subject records why, here, and returns -1 (or
 * NULL); callers clean up and pass that on, and main prints the one record, a fixed buffer of the
 * thread. "cannot read index '.git/index': Permission denied": no capital, no full stop, the
 * subject in quotes; what could drive a terminal or a CI runner is escaped here.
 */
#ifndef PYCGUARD_ERROR_H
#define PYCGUARD_ERROR_H

#define ERROR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/** What a caller may want to tell apart. */
enum error_code {
	ERROR_OTHER,
	ERROR_NOT_FOUND, /* a system call found no such file or directory */
	ERROR_LIMIT,     /* the process may not have more memory, descriptors or processes */
	ERROR_NO_GIT,    /* there is no git to run */
	ERROR_NO_REPOSITORY,
};

/* What the macros below call: the failure and, unless `errnum` is 0, ": " and its text. */
void error_record(enum error_code code, int errnum, const char *fmt, ...) ERROR_PRINTF(3, 4);
void error_record_prefix(const char *fmt, ...) ERROR_PRINTF(1, 2);

/* So that compilers and analyzers know the -1 where they see the call. */
static inline int error_returned(void)
{
	return -1;
}

/** Record a failure. Always -1, as all of these are, so that a caller can `return error_set(…)`. */
#define error_set(...) (error_record(ERROR_OTHER, 0, __VA_ARGS__), error_returned())

/** Record a failure of a kind. */
#define error_of(code, ...) (error_record(code, 0, __VA_ARGS__), error_returned())

/** Record a failure of a system call: the message, then ": " and the text of `errnum`. */
#define error_os(errnum, ...) (error_record(ERROR_OTHER, errnum, __VA_ARGS__), error_returned())

/** Put "PREFIX: " before the message recorded last, for a caller that knows the subject better. */
#define error_prefix(...) (error_record_prefix(__VA_ARGS__), error_returned())

/** Of what kind the failure recorded last is; error_prefix keeps it. */
enum error_code error_code(void);

/** The message recorded last in this thread, or "" when there is none. Borrowed; never NULL. */
const char *error_message(void);

/** Have the process ended by `end`, by what a signal handler may do. The reason it is told has
 * neither a name in front nor a line end. Without this call, the process aborts. */
void fatal_by(void (*end)(const char *reason));

/** End the process, for what cannot be passed on as a failure. */
_Noreturn void fatal(const char *reason);

#endif
