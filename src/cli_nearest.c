#include "cli_rows.h"
#include "nearest.h"

const char *cli_nearest(const char *word, size_t len)
{
	return nearest_name(word, len, cli_long_name, CLI_ROWS);
}
