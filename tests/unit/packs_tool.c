/*
 * packs_tool - what src/packs.h reads, for tests/cli/packs.bats to compare with git.
 *
 * usage: packs_tool OBJECTS ID_SIZE     OBJECTS is the directory, with its slash
 *
 * Reads ids, one a line, and prints what `git cat-file --batch` does of them; or `ID ask`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oid.h"
#include "packs.h"

static void print(const char *hex, const struct packed *o)
{
	if (!o) {
		printf("%s ask\n", hex);
		return;
	}
	printf("%s %s %zu\n", hex, o->type == PACK_COMMIT ? "commit" : "tree", o->size);
	fwrite(o->bytes, 1, o->size, stdout);
	putchar(o->bytes[o->size] ? '?' : '\n');
}

int main(int argc, char **argv)
{
	size_t id_size = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct packs *packs;
	char hex[2 * OID_MAX + 2];
	struct oid oid;

	if (id_size == 0 || id_size > OID_MAX)
		return 2;
	packs = packs_open(argv[1], id_size);
	if (!packs)
		fprintf(stderr, "no packs\n");
	while (fgets(hex, sizeof hex, stdin)) {
		struct packed *o;

		hex[strcspn(hex, "\n")] = '\0';
		if (!oid_parse(&oid, hex, id_size))
			return 2;
		o = packs ? packs_read(packs, oid.bytes) : NULL;
		print(hex, o);
		packed_release(o);
	}
	packs_close(packs);
	return 0;
}
