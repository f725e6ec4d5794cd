/*
 * rules - the table of rules.def as C: the enum, and a row for each.
 */
#ifndef PYCGUARD_RULES_H
#define PYCGUARD_RULES_H

#include <stddef.h>

enum rule {
	RULE_NONE, /* not rejected */
#define RULE(name, id, summary, why, example, fix) name,
#include "policy/rules.def"
#undef RULE
	RULE_COUNT
};

struct rule_text {
	const char *id;
	const char *summary; /* one line, said of one file: no capital, no full stop */
	const char *why, *example, *fix;
};

/** The row of a rule; for RULE_NONE one of NULLs. Never NULL. */
const struct rule_text *rule_text(enum rule rule);

/** The rule of that id, or RULE_NONE. */
enum rule rule_of_id(const char *id);

/** The id that a word was probably meant to be (it may be just that); NULL: none is near. */
const char *rule_nearest(const char *word, size_t len);

#endif
