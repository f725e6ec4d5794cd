/*
 * replay - feeds every file of the directories named to a fuzz target, so that a corpus is an
 * ordinary test, in any build and without libFuzzer.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int fail(const char *name)
{
	fprintf(stderr, "replay: %s: %s\n", name, strerror(errno));
	return -1;
}

/* The bytes are copied to a block of their very size, for the sanitizers. */
static int replay_bytes(const uint8_t *bytes, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		return -1;
	memcpy(exact, bytes, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

static int replay_file(const char *name)
{
	static uint8_t bytes[1 << 20];
	FILE *file = fopen(name, "rb");
	size_t size;
	int rc;

	if (!file)
		return fail(name);
	size = fread(bytes, 1, sizeof bytes, file);
	rc = ferror(file) || !feof(file) ? -1 : replay_bytes(bytes, size);
	if (fclose(file) || rc)
		return fail(name);
	return 0;
}

/* How many files there were, -1 on failure. */
static int replay_directory(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	char name[4096];
	int count = 0;

	if (!dir)
		return fail(directory);
	while (count >= 0 && (entry = readdir(dir))) {
		if (*entry->d_name == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", directory, entry->d_name);
		/* Printed first, so that the culprit of a crash is known. */
		printf("%s\n", name);
		fflush(stdout);
		count = replay_file(name) ? -1 : count + 1;
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (replay_directory(argv[i]) <= 0)
			return 1;
	return argc > 1 ? 0 : 1;
}
