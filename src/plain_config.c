#include "plain_config.h"

#include <string.h>
#include <strings.h>

/* The names that are taken only with one of these values, or with none at all. */
static const struct {
	const char *name, *values[2];
} watched[] = {
	{"bare", {"false", NULL}},
	{"ignorecase", {"true", "false"}},
	{"repositoryformatversion", {"0", "1"}},
	{"worktree", {NULL, NULL}},
};

static bool begins(const char *s, const char *word)
{
	return strncasecmp(s, word, strlen(word)) == 0;
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

static size_t name_length(const char *s)
{
	return strspn(s, "-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

/* Whether `s`, up to the end of its line, is that word and blanks. */
static bool is_word(const char *s, const char *word)
{
	return word && begins(s, word) && *skip_blanks(s + strlen(word)) == '\n';
}

static bool is_plain_section(const char *s)
{
	if (begins(s, "[include") || begins(s, "[extensions"))
		return false;
	s += 1 + name_length(s + 1);
	if (s[-1] == '[')
		return false;
	if (*s == ' ' || *s == '\t') {
		s = skip_blanks(s);
		if (*s++ != '"')
			return false;
		s += strcspn(s, "\"\\\n");
		if (*s++ != '"')
			return false;
	}
	return *s == ']' && *skip_blanks(s + 1) == '\n';
}

static bool is_plain_value(const char *name, size_t len, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof watched / sizeof *watched; i++)
		if (begins(name, watched[i].name))
			return len == strlen(watched[i].name) &&
			       (is_word(value, watched[i].values[0]) ||
				       is_word(value, watched[i].values[1]));
	return value[strcspn(value, "\"\\\n")] == '\n';
}

static bool is_plain_variable(const char *s)
{
	size_t len = name_length(s);
	const char *equals = skip_blanks(s + len);

	if (len == 0 || strchr("-0123456789", *s) || *equals != '=')
		return false;
	return is_plain_value(s, len, skip_blanks(equals + 1));
}

bool plain_config(const char *text, size_t len)
{
	const char *line = text, *s;
	bool in_section = false;

	if (strlen(text) != len || (len && text[len - 1] != '\n'))
		return false;
	for (; *line; line += strcspn(line, "\n") + 1) {
		s = skip_blanks(line);
		if (strchr("#;\n", *s))
			continue;
		if (*line == '[' ? !is_plain_section(line) : !in_section || !is_plain_variable(s))
			return false;
		in_section = true;
	}
	return true;
}
