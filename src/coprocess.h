/*
 * coprocess - a program that goes on answering what it is asked.
 *
 * Calling sequence: coprocess_start; coprocess_ask and coprocess_read as its protocol has it;
 * coprocess_stop. Start with zeros: what was never started can be stopped.
 */
#ifndef PYCGUARD_COPROCESS_H
#define PYCGUARD_COPROCESS_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct coprocess {
	const char *name; /* NULL: not running */
	pid_t pid;
	int fd; /* what it reads and writes */
	FILE *complaint;
	char read[8192]; /* ahead: from `at` to `end` */
	size_t at, end;
};

/** Start a program as child_run would. 0; -1 with the failure recorded. */
int coprocess_start(struct coprocess *c, const char *const argv[], char **variables);

/** Give it something to read. 0; -1 with the failure recorded. */
int coprocess_ask(struct coprocess *c, const char *text, size_t len);

/**
 * Read a line of its answer.
 *
 * @param line without the newline, with a NUL
 * @return 0; -1 with the failure recorded: it ended (then in its own words), the line is too long
 */
int coprocess_line(struct coprocess *c, char *line, size_t size);

/** Read exactly so many bytes. 0; -1 with the failure recorded. */
int coprocess_read(struct coprocess *c, char *bytes, size_t len);

/** Have it end, whatever it is about. One that is not running is allowed. */
void coprocess_stop(struct coprocess *c);

#endif
