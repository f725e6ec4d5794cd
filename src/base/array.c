#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

int array_grow(void *items, size_t count, size_t size)
{
	void *old, *grown;

	if (count > SIZE_MAX / 2 / size)
		return error_oom();
	memcpy(&old, items, sizeof old); /* whatever it points to */
	grown = realloc(old, (count ? 2 * count : 1) * size);
	if (!grown)
		return error_oom();
	memcpy(items, &grown, sizeof grown);
	return 0;
}
