/*
 * formats - the values of --format (formats.def).
 */
#ifndef PYCGUARD_FORMATS_H
#define PYCGUARD_FORMATS_H

#include "report.h"

/** The printer of that format's name, or NULL when there is none. */
report_printer *format_named(const char *name);

/** The names of all formats, "human|json|...", for messages and help. */
const char *format_names(void);

#endif
