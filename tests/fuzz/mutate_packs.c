/*
 * Changes a pack where it has a structure: mostly near the start of an object, its type, size and
 * base, and what the index says of it; all stays as long as it is. One time in four it is bytes
 * that change.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

enum { IDS_AT = 2 + 8 + 4 * 256, ID = 20 };

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size_t index, at, count;

	srand(seed);
	index = size < 2 ? 0 : (size_t)data[1] << 8 | data[0];
	count = index > IDS_AT + 2 * ID ? (index - IDS_AT - 2 * ID) / (ID + 8) : 0;
	if (rand() % 4 == 0 || count == 0 || 2 + index + 12 >= size)
		return LLVMFuzzerMutate(data, size, max_size);
	/* Where the index says that one begins. */
	at = IDS_AT + count * (ID + 4) + 4 * ((size_t)rand() % count);
	if (rand() % 4 == 0) {
		data[at + (size_t)rand() % 4] = (uint8_t)rand();
		return size;
	}
	at = 2 + index + ((size_t)data[at + 2] << 8 | data[at + 3]) + (size_t)rand() % 24;
	if (at < size)
		data[at] ^= (uint8_t)(1 << rand() % 8);
	return size;
}
