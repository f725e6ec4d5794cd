#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/base.h"

static void it_holds_what_was_added(void **state)
{
	size_t *items = NULL, count = 0, i;

	(void)state;
	while (count < 1000) {
		array_room(items, count);
		items[count] = count;
		count++;
	}
	for (i = 0; i < count; i++)
		assert_int_equal(items[i], i);
	free(items);
}

static void it_grows_again_after_it_was_cut(void **state)
{
	char *items = NULL;
	size_t count;

	(void)state;
	for (count = 0; count < 9; count++) {
		array_room(items, count);
		items[count] = 'x';
	}
	for (count = 3; count < 20; count++) {
		array_room(items, count);
		items[count] = 'y';
	}
	assert_memory_equal(items, "xxxyyyyyyyyyyyyyyyyy", count);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_holds_what_was_added),
		cmocka_unit_test(it_grows_again_after_it_was_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
