#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/array.h"
#include "base/error.h"

static void it_holds_what_was_added(void **state)
{
	size_t *items = NULL, count = 0, i;

	(void)state;
	while (count < 1000) {
		assert_int_equal(array_room(items, count), 0);
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
		assert_int_equal(array_room(items, count), 0);
		items[count] = 'x';
	}
	for (count = 3; count < 20; count++) {
		assert_int_equal(array_room(items, count), 0);
		items[count] = 'y';
	}
	assert_memory_equal(items, "xxxyyyyyyyyyyyyyyyyy", count);
	free(items);
}

static void what_no_memory_can_hold_is_refused(void **state)
{
	uint64_t *items = NULL;
	size_t count = SIZE_MAX / 8 / 2 + 1;

	(void)state;
	assert_int_equal(array_room(items, count), -1);
	assert_null(items);
	assert_string_equal(error_message(), "out of memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_holds_what_was_added),
		cmocka_unit_test(it_grows_again_after_it_was_cut),
		cmocka_unit_test(what_no_memory_can_hold_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
