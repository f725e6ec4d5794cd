#include "range/reflines.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"

static bool is_id(const char *word)
{
	size_t len = strspn(word, "0123456789abcdef");

	return word[len] == '\0' && (len == 40 || len == 64);
}

/* Cuts the last word off a line; NULL when there is none before a blank. */
static char *last_word(char *line)
{
	char *blank = strrchr(line, ' ');

	if (!blank)
		return NULL;
	*blank = '\0';
	return blank + 1;
}

static bool take_push(struct refline *out, char *line)
{
	out->from = last_word(line);
	out->ref = out->from ? last_word(line) : NULL;
	out->to = out->ref ? last_word(line) : NULL;
	return out->to && *line && is_id(out->from) && is_id(out->to) && *out->ref;
}

static bool take_receive(struct refline *out, char *line)
{
	out->ref = last_word(line);
	out->to = out->ref ? last_word(line) : NULL;
	out->from = line;
	return out->to && is_id(out->from) && is_id(out->to) && *out->ref;
}

int refline_next(struct refline *out, char **text, enum refline_kind kind)
{
	char *line = *text, *end = strchr(line, '\n');
	bool taken;

	*out = (struct refline){0};
	if (!*line)
		return 0;
	*text = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	taken = kind == REFLINE_PUSH ? take_push(out, line) : take_receive(out, line);
	if (!taken)
		return error_set("cannot read standard input as %s has it: no ref in line '%.200s'",
			kind == REFLINE_PUSH ? "pre-push" : "pre-receive", line);
	return 1;
}
