/*
 * json_text - what the printers of JSON share: strings of bytes that need not be UTF-8, and setting
 * of values that may be missing because memory is gone.
 *
 * A json_t * that is returned is yours, and NULL when memory is gone; one that is taken is taken on
 * failure too. So calls can be nested, and only the last answer asked.
 */
#ifndef PYCGUARD_JSON_TEXT_H
#define PYCGUARD_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/** A string, with U+FFFD for each byte that is not UTF-8. */
json_t *json_text(const char *bytes, size_t len);

/** The same of a buf, which is as new afterwards. */
json_t *json_text_take(struct buf *text);

/** Set a key to a value, which is taken. False when it is NULL or memory is gone. */
bool json_text_set(json_t *object, const char *key, json_t *value);

/** The object or array if it is complete; else it is freed, and the answer is NULL. */
json_t *json_text_built(json_t *o, bool complete);

/**
 * Print a document, which is taken; NULL makes the buf fail. The text is ASCII without control
 * characters, so that no name in it drives a terminal, and never holds two `#` in a row, by which a
 * line of a log is a command to some CI runners.
 */
void json_text_print(struct buf *out, json_t *document);

#endif
