#include "walk_private.h"

#include <stdlib.h>
#include <string.h>

#include "id_file.h"
#include "objects.h"

int walk_reserve(void **items, size_t *cap, size_t count, size_t size)
{
	size_t wanted = *cap ? 2 * *cap : 256;
	void *grown;

	if (count < *cap)
		return 0;
	if (wanted > UINT32_MAX)
		return error_set("there are too many commits");
	grown = realloc(*items, wanted * size);
	if (!grown)
		return error_oom();
	*items = grown;
	*cap = wanted;
	return 0;
}

int walk_number(uint32_t *out, struct walk *w, const struct oid *id)
{
	void *items = w->commits;

	if (oidmap_get(&w->numbers, id, out))
		return 0;
	if (walk_reserve(&items, &w->cap, w->count, sizeof *w->commits) < 0)
		return -1;
	w->commits = items;
	*out = (uint32_t)w->count;
	w->commits[w->count++] = (struct walk_commit){.id = *id};
	return oidmap_set(&w->numbers, id, *out);
}

static int add_link(struct walk *w, uint32_t parent)
{
	void *items = w->links;

	if (walk_reserve(&items, &w->link_cap, w->link_count, sizeof *w->links) < 0)
		return -1;
	w->links = items;
	w->links[w->link_count++] = parent;
	return 0;
}

/* A line `WORD HEX\n` at *text: moves past it. False when it is another line. */
static bool take_id(
	const char **text, const char *end, const char *word, struct oid *out, size_t size)
{
	size_t n = strlen(word);

	if ((size_t)(end - *text) <= n + 2 * size || memcmp(*text, word, n) != 0 ||
		!oid_parse(out, *text + n, size) || (*text)[n + 2 * size] != '\n')
		return false;
	*text += n + 2 * size + 1;
	return true;
}

/* The seconds of the line "committer NAME <MAIL> SECONDS ZONE"; 0 when there is no such line. */
static int64_t commit_time(const char *text, const char *end)
{
	static const char word[] = "\ncommitter ";
	int64_t seconds = 0;

	for (; end - text > (ptrdiff_t)sizeof word; text++) {
		text = memchr(text, '\n', (size_t)(end - text));
		if (!text || end - text < (ptrdiff_t)sizeof word || text[1] == '\n')
			return 0;
		if (memcmp(text, word, sizeof word - 1) == 0)
			break;
	}
	if (end - text <= (ptrdiff_t)sizeof word)
		return 0;
	text++;
	end = memchr(text, '\n', (size_t)(end - text));
	while (end && end > text && end[-1] != '>')
		end--;
	if (!end || end == text)
		return 0;
	text = end + (*end == ' ');
	for (; *text >= '0' && *text <= '9' && seconds < INT64_MAX / 16; text++)
		seconds = 10 * seconds + (*text - '0');
	return seconds;
}

static int parse_bytes(struct walk *w, uint32_t number, const char *text, size_t len)
{
	struct walk_commit c = w->commits[number];
	const char *end = text + len;
	size_t size = w->repository->oid_size;
	struct oid parent;
	bool cut = oidmap_get(&w->shallow, &c.id, NULL);
	uint32_t link;

	if (!take_id(&text, end, "tree ", &c.tree, size))
		return error_set("it is damaged");
	c.first_link = (uint32_t)w->link_count;
	while (take_id(&text, end, "parent ", &parent, size)) {
		if (cut) {
			c.flags |= CUT;
			continue;
		}
		if (walk_number(&link, w, &parent) < 0 || add_link(w, link) < 0)
			return -1;
		c.parent_count++;
	}
	c.time = commit_time(text - 1, end);
	c.flags |= PARSED;
	w->commits[number] = c;
	return 0;
}

int walk_read(struct walk *w, uint32_t number)
{
	struct oid id = w->commits[number].id;
	struct object object;
	int status;

	if (w->commits[number].flags & PARSED)
		return 0;
	status = object_read(&object, w->repository, &id, OBJECT_COMMIT);
	if (status == 0 && parse_bytes(w, number, object.bytes, object.size) < 0)
		status =
			error_prefix("cannot read commit '%s'", repository_hex(w->repository, &id));
	object_free(&object);
	return status;
}

static int take_shallow(void *arg, const struct oid *id)
{
	struct walk *w = arg;

	return oidmap_get(&w->shallow, id, NULL) ? 0 : oidmap_set(&w->shallow, id, 0);
}

int walk_read_shallow(struct walk *w)
{
	const struct repository *r = w->repository;

	return id_file_each(r->common, "shallow", r->oid_size, take_shallow, w) < 0 ? -1 : 0;
}
