#include "formats.h"

#include <string.h>

static const struct {
	const char *name;
	report_printer *print;
} formats[] = {
#define FORMAT(name, printer) {name, printer},
#include "formats.def"
#undef FORMAT
};

report_printer *format_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].print;
	return NULL;
}

const char *format_names(void)
{
#define FORMAT(name, printer) "|" name
	static const char names[] =
#include "formats.def"
		;
#undef FORMAT

	return names + 1;
}
