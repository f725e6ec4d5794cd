/*
 * error - what went wrong, said once.
 *
 * A function that can fail returns -1 (or NULL) after it has recorded why, here, at the place that
 * knows the subject. Callers clean up and pass the failure on; main prints the one record and exits
 * with 2. The record is a fixed buffer of the thread: it can be written when memory is gone, and
 * cleaning up after a failure does not overwrite it.
 *
 * Wording: "cannot read index '.git/index': Permission denied". No capital, no full stop, the
 * subject in quotes. Control bytes in the subject are escaped here, so a hostile name cannot drive
 * the terminal.
 */
#ifndef PYCGUARD_ERROR_H
#define PYCGUARD_ERROR_H

#if defined(__GNUC__)
#define ERROR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define ERROR_PRINTF(fmt, args)
#endif

/** What a caller may want to tell apart. */
enum error_code {
	ERROR_OTHER,
	ERROR_NOT_FOUND, /* a system call found no such file or directory */
	ERROR_NO_GIT,    /* there is no git to run */
	ERROR_NO_REPOSITORY,
};

/** Record a failure. Always returns -1, so that a caller can `return error_set(…)`. */
int error_set(const char *fmt, ...) ERROR_PRINTF(1, 2);

/**
 * Record a failure of a system call: the message, then ": " and the text of `errnum`.
 * Always returns -1.
 */
int error_os(int errnum, const char *fmt, ...) ERROR_PRINTF(2, 3);

/** Record a failure of a kind. Always returns -1. */
int error_of(enum error_code code, const char *fmt, ...) ERROR_PRINTF(2, 3);

/** Record that memory ran out. Always returns -1. */
int error_oom(void);

/**
 * Put "PREFIX: " in front of the message recorded last, for a caller that knows the subject better.
 * Always returns -1.
 */
int error_prefix(const char *fmt, ...) ERROR_PRINTF(1, 2);

/* So that compilers and analyzers know the -1 where they see the call. */
static inline int error_returned(void)
{
	return -1;
}
#define error_set(...) (error_set(__VA_ARGS__), error_returned())
#define error_os(...) (error_os(__VA_ARGS__), error_returned())
#define error_of(...) (error_of(__VA_ARGS__), error_returned())
#define error_oom() (error_oom(), error_returned())
#define error_prefix(...) (error_prefix(__VA_ARGS__), error_returned())

/** Of what kind the failure recorded last is; error_prefix keeps it. */
enum error_code error_code(void);

/** The message recorded last in this thread, or "" when there is none. Borrowed; never NULL. */
const char *error_message(void);

#endif
