#include "check/finding.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "python/siphash.h"

void finding_clear(struct finding *f)
{
	free(f->path);
	free(f->pattern);
	free(f->source);
	free(f->commit);
	free(f->subject);
	free(f->removed);
	*f = (struct finding){0};
}

const char *severity_name(enum severity s)
{
	static const char *const names[] = {"note", "warning", "error"};

	return names[s];
}

void finding_fingerprint(struct buf *out, const struct finding *f)
{
	const char *id = rule_text(f->rule)->id;
	struct siphash hash;
	uint64_t key;

	for (key = 0; key < 2; key++) {
		siphash_init(&hash, key, 0, 2, 4);
		siphash_add(&hash, id, strlen(id) + 1);
		siphash_add(&hash, f->path, f->path_len);
		buf_addf(out, "%016" PRIx64, siphash_value(&hash));
	}
}

int finding_list_add(struct finding_list *list, struct finding *f)
{
	if (array_room(list->items, list->count) < 0) {
		finding_clear(f);
		return -1;
	}
	list->items[list->count++] = *f;
	*f = (struct finding){0};
	return 0;
}

size_t finding_list_count(const struct finding_list *list, enum severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		n += list->items[i].severity == s;
	return n;
}

void finding_list_free(struct finding_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		finding_clear(&list->items[i]);
	free(list->items);
	*list = (struct finding_list)FINDING_LIST_INIT;
}
