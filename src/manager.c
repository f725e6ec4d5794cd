#include "manager.h"

#include <stddef.h>
#include <string.h>

static const struct manager managers[] = {
#define MANAGER(name, marks, file, lines) {name, marks, file, lines},
#include "managers.def"
};

const struct manager *manager_of(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof managers / sizeof *managers; i++) {
		const char *mark = managers[i].marks;

		for (; *mark; mark += strlen(mark) + 1)
			if (strstr(text, mark))
				return &managers[i];
	}
	return NULL;
}
