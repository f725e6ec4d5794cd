#include "range/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "git/exec/exec.h"
#include "git/exec/refs.h"
#include "git/git.h"
#include "git/objects.h"
#include "range/oidmap.h"

/* git says nothing before it has read all commits: millions of them can be. */
enum { LONGEST_ARGUMENTS = 24, PATIENCE = 300 };

struct ids {
	struct oid *items;
	size_t count;
};

struct walk {
	struct repository *repository;
	struct ids shown, hidden; /* commits that were named */
	struct buf exclude, glob; /* options of rev-list; empty: none */
	bool hides_refs;

	struct walk_commit *commits; /* first those that are hidden, then those that are shown */
	size_t count, hidden_count;
	uint32_t *links; /* the numbers of the parents */
	size_t link_count;
	struct oidmap numbers; /* of commits, by id */
	uint32_t *tips;
	size_t tip_count;
};

int walk_new(struct walk **out, struct repository *r)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return error_oom();
	**out = (struct walk){
		.repository = r, .exclude = BUF_INIT, .glob = BUF_INIT, .numbers = OIDMAP_INIT};
	return 0;
}

void walk_free(struct walk *w)
{
	if (!w)
		return;
	free(w->shown.items);
	free(w->hidden.items);
	buf_free(&w->exclude);
	buf_free(&w->glob);
	free(w->commits);
	free(w->links);
	oidmap_free(&w->numbers);
	free(w->tips);
	free(w);
}

static int add_id(struct ids *list, const struct oid *id)
{
	if (array_room(list->items, list->count) < 0)
		return -1;
	list->items[list->count++] = *id;
	return 0;
}

bool walk_is_zero(const char *hex)
{
	size_t len = strspn(hex, "0");

	return hex[len] == '\0' && (len == 40 || len == 64);
}

bool walk_shows(const struct walk *w)
{
	return w->shown.count > 0;
}

static int absent(const char *rev, const char *line)
{
	return error_set(
		"cannot use revision '%s': commit '%s' is not here: fetch it (in a shallow "
		"clone: git fetch --unshallow) or, after a forced push, compare with the "
		"merge base of the target branch",
		rev, line + (*line == '^'));
}

/* One line of what rev-parse makes of a revision: an id, or ^ and an id. */
static int take_revision(struct walk *w, const char *rev, const char *line)
{
	bool hides = *line == '^';
	struct oid id;
	int status;

	if (!oid_parse(&id, line + hides, w->repository->oid_size))
		return error_set("cannot use revision '%s': git says '%s'", rev, line);
	status = object_peel(&id, w->repository, &id);
	if (status == 1)
		return absent(rev, line);
	if (status == 2)
		return error_set("revision '%s' is not a commit", rev);
	return status == 0 ? add_id(hides ? &w->hidden : &w->shown, &id) : -1;
}

static int parse_revision(struct walk *w, const char *rev)
{
	const char *const args[] = {"rev-parse", "--revs-only", rev, "--", NULL};
	struct exec e;
	char *line;
	int status;

	if (*rev == '-')
		return error_set("unknown revision '%s'", rev);
	repository_exec(&e, w->repository, args);
	if (exec_start(&e) < 0)
		return -1;
	while ((status = exec_line(&e, '\n', &line, NULL)) == 1)
		if (take_revision(w, rev, line) < 0)
			break;
	if (status == 1) {
		exec_stop(&e);
		return -1;
	}
	return exec_end(&e, status) < 0 ? error_prefix("cannot use revision '%s'", rev) : 0;
}

static bool ends_with_dots(const char *text)
{
	size_t len = strlen(text);

	return len >= 2 && strcmp(text + len - 2, "..") == 0;
}

int walk_revision(struct walk *w, const char *text, bool *zero_base)
{
	const char *dots = strstr(text, ".."), *from = text + (*text == '^'), *to;

	if (!*from || strncmp(from, "..", 2) == 0 || ends_with_dots(from))
		return error_set("an end of the range '%s' is empty: is it a variable that is not "
				 "set?",
			text);
	to = dots ? dots + 2 + (dots[2] == '.') : text;
	if (walk_is_zero(to))
		return error_set("the range ends at '%s', which stands for a ref that is deleted: "
				 "there is nothing to check",
			to);
	if (from > text && walk_is_zero(from)) {
		*zero_base = true;
		return 0;
	}
	if (dots && (dots - text == 40 || dots - text == 64) &&
		strspn(text, "0") == (size_t)(dots - text)) {
		*zero_base = true;
		return parse_revision(w, to);
	}
	return parse_revision(w, text);
}

static int take_ref(struct walk *w, const char *line)
{
	struct oid id;

	if (!oid_parse(&id, line, w->repository->oid_size))
		return error_set("git says '%s'", line);
	return add_id(&w->shown, &id);
}

int walk_show_refs(struct walk *w)
{
	static const char *const args[] = {"rev-list", "--no-walk=unsorted", "--all", NULL};
	struct buf out = BUF_INIT, words = BUF_INIT;
	struct exec e;
	char *line, *end;
	int status;

	repository_exec(&e, w->repository, args);
	status = exec_run(&out, &words, &e, NULL);
	if (status > 0)
		status = error_set("git rev-list ended with status %d", status);
	if (status == 0 && (buf_failed(&out) < 0 || buf_failed(&words) < 0))
		status = -1;
	if (words.len && refs_check_warnings(&words) < 0)
		status = -1;
	for (line = out.ptr; status == 0 && *line; line = end + 1) {
		end = line + strcspn(line, "\n");
		if (!*end)
			status = error_set("git's answer is cut short");
		*end = '\0';
		if (status == 0)
			status = take_ref(w, line);
	}
	buf_free(&out);
	buf_free(&words);
	return status < 0 ? error_prefix("cannot list the refs") : 0;
}

int walk_hide_refs(struct walk *w, const char *name_space)
{
	struct buf *glob = &w->glob;

	w->hides_refs = true;
	if (!name_space)
		return 0;
	/* Of A/B: refs/namespaces/A/refs/namespaces/B/ (gitnamespaces(7)). */
	buf_adds(glob, "--glob=");
	for (; *name_space; name_space += strspn(name_space, "/")) {
		size_t len = strcspn(name_space, "/");

		buf_addf(glob, "refs/namespaces/%.*s/", (int)len, name_space);
		name_space += len;
	}
	buf_adds(&w->exclude, "--exclude=");
	buf_adds(&w->exclude, glob->ptr + strlen("--glob="));
	buf_adds(&w->exclude, "refs/namespaces/*");
	return buf_failed(glob) < 0 || buf_failed(&w->exclude) < 0 ? -1 : 0;
}

/* An id that a hook was given. `hides`: one that is not here hides nothing. */
static int take_hex(struct walk *w, const char *hex, bool hides)
{
	size_t size = w->repository->oid_size;
	struct oid id;
	int status;

	if (!oid_parse(&id, hex, size) || hex[2 * size])
		return error_set("'%s' is not an object id of this repository", hex);
	status = object_peel(&id, w->repository, &id);
	if (status == 0)
		return add_id(hides ? &w->hidden : &w->shown, &id);
	return status == 2 || hides ? 0 : -1;
}

int walk_show(struct walk *w, const char *hex)
{
	return take_hex(w, hex, false);
}

int walk_hide(struct walk *w, const char *hex)
{
	return take_hex(w, hex, true);
}

/* The number of a commit, of which nothing but the id is known yet, and which is new. */
static struct walk_commit *add_commit(struct walk *w, const struct oid *id)
{
	if (w->count >= UINT32_MAX) {
		error_set("there are too many commits");
		return NULL;
	}
	if (array_room(w->commits, w->count) < 0 ||
		oidmap_set(&w->numbers, id, (uint32_t)w->count) < 0)
		return NULL;
	w->commits[w->count] =
		(struct walk_commit){.id = *id, .first_link = (uint32_t)w->link_count};
	return &w->commits[w->count++];
}

static int add_parent(struct walk *w, struct walk_commit *c, const struct oid *id)
{
	uint32_t number;

	if (w->link_count >= UINT32_MAX || !oidmap_get(&w->numbers, id, &number) ||
		&w->commits[number] >= c)
		return error_set(
			"git does not list its parent '%s'", repository_hex(w->repository, id));
	if (array_room(w->links, w->link_count) < 0)
		return -1;
	w->links[w->link_count++] = number;
	c->parent_count++;
	return 0;
}

static bool take_id(struct oid *out, char **text, char end, size_t size)
{
	if (!oid_parse(out, *text, size) || (*text)[2 * size] != end)
		return false;
	*text += 2 * size + 1;
	return true;
}

/* What git was told to say of a commit: MARK ID ' ' TREE ' ' [PARENT (' ' PARENT)...] ',' TIME. */
static const char format[] = "--format=%m%H %T %P,%ct";

static int strange(const char *line)
{
	return error_set("git rev-list says '%.200s'", line);
}

int walk_take(struct walk *w, char *line)
{
	size_t size = w->repository->oid_size;
	bool hides = *line == '-';
	struct walk_commit *c;
	char *text = line + 1;
	struct oid id, tree;

	if (strncmp(line, "commit ", strlen("commit ")) == 0)
		return 0;
	if (!*line || !take_id(&id, &text, ' ', size) || !take_id(&tree, &text, ' ', size) ||
		(hides && w->count != w->hidden_count))
		return strange(line);
	c = add_commit(w, &id);
	if (!c)
		return -1;
	c->tree = tree;
	w->hidden_count += hides;
	while (take_id(&id, &text, ' ', size) || take_id(&id, &text, ',', size))
		if (!hides && add_parent(w, c, &id) < 0)
			return error_prefix(
				"cannot follow commit '%s'", repository_hex(w->repository, &c->id));
	text += *text == ',';
	c->time = strtoll(text, &text, 10);
	return *text ? strange(line) : 0;
}

static int is_shallow(const struct walk *w)
{
	static const char *const args[] = {"rev-parse", "--is-shallow-repository", NULL};
	struct buf text = BUF_INIT;
	struct exec e;
	int status;

	repository_exec(&e, w->repository, args);
	status = exec_ask(&text, &e);
	if (status == 0)
		status = strcmp(text.ptr, "false") != 0;
	buf_free(&text);
	return status;
}

/* git shows a commit at the edge of a shallow clone as if it had no parents. */
static int check_root(struct walk *w, const struct walk_commit *c)
{
	static const char word[] = "parent ";
	size_t at = strlen("tree ") + 2 * w->repository->oid_size + 1;
	struct object o;
	int status = object_read(&o, w->repository, &c->id, OBJECT_COMMIT);

	if (status == 0 && o.size > at + strlen(word) &&
		memcmp(o.bytes + at, word, strlen(word)) == 0)
		status = error_set("this clone is shallow: it lacks the parents of commit '%s', so "
				   "what that commit did cannot be told (git fetch --unshallow "
				   "gets them)",
			repository_hex(w->repository, &c->id));
	object_free(&o);
	return status == 0 ? 0 : -1;
}

static int find_tips(struct walk *w)
{
	struct oidmap seen = OIDMAP_INIT;
	uint32_t number;
	size_t i;
	int status = 0;

	w->tips = calloc(w->shown.count + 1, sizeof *w->tips);
	if (!w->tips)
		return error_oom();
	for (i = 0; i < w->shown.count && status == 0; i++) {
		const struct oid *id = &w->shown.items[i];

		if (!oidmap_get(&w->numbers, id, &number) || number < w->hidden_count ||
			oidmap_get(&seen, id, NULL))
			continue;
		w->tips[w->tip_count++] = number;
		status = oidmap_set(&seen, id, 0);
	}
	oidmap_free(&seen);
	return status;
}

static void write_ids(struct exec *e, const struct walk *w, const char *mark, const struct ids *ids)
{
	size_t i;

	for (i = 0; i < ids->count; i++) {
		exec_write(e, mark, strlen(mark));
		exec_write(e, repository_hex(w->repository, &ids->items[i]),
			2 * w->repository->oid_size);
		exec_write(e, "\n", 1);
	}
}

static int list(struct walk *w)
{
	const char *args[LONGEST_ARGUMENTS] = {
		"rev-list", "--topo-order", "--reverse", "--boundary", format, "--stdin"};
	size_t n = 6, changes = 0;
	struct exec e;
	char *line;
	int status;

	if (w->hides_refs)
		args[n++] = "--not";
	if (w->hides_refs && w->exclude.len)
		args[n++] = w->exclude.ptr;
	if (w->hides_refs)
		args[n++] = w->glob.len ? w->glob.ptr : "--all";
	repository_exec(&e, w->repository, args);
	while (e.changes[changes])
		changes++;
	e.changes[changes] = "GIT_FLUSH=0"; /* or git writes each commit by itself */
	e.patience = PATIENCE;
	if (exec_start(&e) < 0)
		return -1;
	write_ids(&e, w, "", &w->shown);
	write_ids(&e, w, "^", &w->hidden);
	exec_end_input(&e);
	while ((status = exec_line(&e, '\n', &line, NULL)) == 1)
		if (walk_take(w, line) < 0)
			break;
	return exec_end(&e, status);
}

int walk_run(struct walk *w)
{
	int shallow = walk_shows(w) ? is_shallow(w) : 0;
	size_t i;

	if (!walk_shows(w))
		return 0;
	if (shallow < 0 || list(w) < 0)
		return error_prefix("cannot list the commits");
	for (i = w->hidden_count; shallow && i < w->count; i++)
		if (w->commits[i].parent_count == 0 && check_root(w, &w->commits[i]) < 0)
			return -1;
	return find_tips(w);
}

/* The merge bases of the commit that is shown and those that are hidden. */
static int find_bases(struct ids *out, struct walk *w)
{
	const char *args[LONGEST_ARGUMENTS] = {"merge-base", "--all"};
	char hexes[LONGEST_ARGUMENTS][OID_HEX_MAX + 1];
	size_t i, n = 2, size = w->repository->oid_size;
	struct buf text = BUF_INIT;
	struct exec e;
	struct oid id;
	int status;

	if (w->hidden.count + 4 > LONGEST_ARGUMENTS)
		return error_set("--squash takes no more than %d commits to leave out",
			LONGEST_ARGUMENTS - 4);
	for (i = 0; i <= w->hidden.count; i++) {
		memcpy(hexes[i], oid_hex(i ? &w->hidden.items[i - 1] : w->shown.items, size),
			2 * size + 1);
		args[n++] = hexes[i];
	}
	repository_exec(&e, w->repository, args);
	status = exec_run(&text, NULL, &e, NULL);
	if (status >= 0 && buf_failed(&text) < 0)
		status = -1;
	for (i = 0; status == 0 && i < text.len; i += 2 * size + 1)
		status = oid_parse(&id, text.ptr + i, size) ?
				 add_id(out, &id) :
				 error_set("git merge-base says '%.*s'",
					 (int)strcspn(text.ptr + i, "\n"), text.ptr + i);
	buf_free(&text);
	return status < 0 ? -1 : 0;
}

static struct walk_commit *add_with_tree(struct walk *w, const struct oid *id)
{
	struct walk_commit *c = add_commit(w, id);

	return c && object_commit_tree(&c->tree, w->repository, id) == 0 ? c : NULL;
}

int walk_squash(struct walk *w)
{
	struct ids bases = {0};
	struct walk_commit *c = NULL;
	size_t i;
	int status;

	if (w->shown.count != 1)
		return error_set("--squash needs a range with one end");
	status = w->hidden.count ? find_bases(&bases, w) : 0;
	if (status == 0 && w->hidden.count && !bases.count && (status = is_shallow(w)) == 1)
		status = error_set("this clone is shallow and lacks the merge base of the range "
				   "(git fetch --unshallow gets it)");
	for (i = 0; i < bases.count && status == 0; i++, w->hidden_count++)
		status = add_with_tree(w, &bases.items[i]) ? 0 : -1;
	/* What is hidden whole has nothing left to squash. */
	if (status == 0 && !(bases.count && oidmap_get(&w->numbers, w->shown.items, NULL))) {
		c = add_with_tree(w, w->shown.items);
		status = c ? 0 : -1;
	}
	for (i = 0; c && i < bases.count && status == 0; i++)
		status = add_parent(w, c, &bases.items[i]);
	free(bases.items);
	return status == 0 ? find_tips(w) : -1;
}

size_t walk_count(const struct walk *w)
{
	return w->count - w->hidden_count;
}

const struct walk_commit *walk_commit(const struct walk *w, size_t i)
{
	return &w->commits[w->hidden_count + i];
}

const struct walk_commit *walk_parent(const struct walk *w, const struct walk_commit *c, uint32_t i)
{
	return &w->commits[w->links[c->first_link + i]];
}

size_t walk_tip_count(const struct walk *w)
{
	return w->tip_count;
}

const struct walk_commit *walk_tip(const struct walk *w, size_t i)
{
	return &w->commits[w->tips[i]];
}
