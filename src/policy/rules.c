#include "policy/rules.h"

#include <string.h>

#include "base/nearest.h"

static const struct rule_text texts[RULE_COUNT] = {
#define RULE(name, id, summary, why, example, fix) [name] = {id, summary, why, example, fix},
#include "policy/rules.def"
#undef RULE
};

const struct rule_text *rule_text(enum rule rule)
{
	return &texts[rule];
}

enum rule rule_of_id(const char *id)
{
	int rule;

	for (rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
		if (strcmp(texts[rule].id, id) == 0)
			return (enum rule)rule;
	return RULE_NONE;
}

static const char *id_of(size_t i)
{
	return texts[i].id;
}

const char *rule_nearest(const char *word, size_t len)
{
	return nearest_name(word, len, id_of, RULE_COUNT);
}
