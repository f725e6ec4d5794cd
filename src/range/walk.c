#include "range/walk.h"

#include <ftw.h>

#include "git/exec/exec.h"
#include "git/repository.h"
#include "git/objects.h"

/* git says nothing before it has read all commits: millions of them can be. */
enum { LONGEST_ARGUMENTS = 24, PATIENCE = 300 };

void walk_free(struct walk *w)
{
	while (w->count > 0) {
		free(w->commits[--w->count].author);
		free(w->commits[w->count].subject);
	}
	free(w->named);
	free(w->commits);
	free(w->links);
	oidmap_free(&w->numbers);
}

int walk_ask(struct repository *r, const char *const *args, const struct buf *input,
	int (*take)(void *arg, char *line), void *arg)
{
	struct exec e;
	size_t changes = 0;
	char *line;
	int status;

	repository_exec(&e, r, args);
	while (e.changes[changes])
		changes++;
	e.changes[changes] = "GIT_FLUSH=0"; /* or git writes each line by itself */
	e.patience = input ? PATIENCE : 0;
	if (exec_start(&e, input) < 0)
		return -1;
	while ((status = exec_line(&e, '\n', &line, false)) == 1)
		if (take(arg, line) < 0)
			break;
	return exec_end(&e, status);
}

static void add_name(struct walk *w, const struct oid *id, bool hides)
{
	array_room(w->named, w->named_count);
	w->named[w->named_count++] = (struct walk_name){*id, hides};
	w->shown_count += !hides;
}

/* Whether an id is the one of no object: all zeros, of either length. */
static bool is_zero(const char *hex, size_t len)
{
	return (len == 40 || len == 64) && strspn(hex, "0") >= len;
}

/* One line of what rev-parse makes of a revision: an id, or ^ and an id. */
static int take_revision(void *arg, char *line)
{
	struct walk *w = arg;
	bool hides = *line == '^';
	struct oid id;
	int status;

	if (!oid_parse(&id, line + hides, w->repository->oid_size))
		return error_set("git says '%s'", line);
	status = object_peel(&id, w->repository, &id);
	if (status == 1)
		return error_set("commit '%s' is not here: fetch it (in a shallow clone: "
				 "git fetch --unshallow) or, after a forced push, compare with the "
				 "merge base of the target branch",
			line + hides);
	if (status == 2)
		return error_set("it is not a commit");
	if (status == 0)
		add_name(w, &id, hides);
	return status;
}

int walk_revision(struct walk *w, const char *text, bool *zero_base)
{
	const char *from = text + (*text == '^'), *dots = strstr(text, "..");
	const char *to = dots ? dots + 2 + (dots[2] == '.') : text;
	const char *args[] = {"rev-parse", "--revs-only", text, "--", NULL};

	if (!*from || from == dots || (dots && !dots[strspn(dots, ".")]))
		return error_set("an end of the range '%s' is empty: is it a variable that is not "
				 "set?",
			text);
	if (from > text && is_zero(from, strlen(from))) {
		*zero_base = true;
		return 0;
	}
	if (is_zero(to, strlen(to)))
		return error_set("the range ends at '%s', which stands for a ref that is deleted: "
				 "there is nothing to check",
			to);
	if (dots && is_zero(text, (size_t)(dots - text))) {
		*zero_base = true;
		args[2] = to;
	}
	if (*args[2] == '-')
		return error_set("unknown revision '%s'", args[2]);
	if (walk_ask(w->repository, args, NULL, take_revision, w) < 0)
		return error_prefix("cannot use revision '%s'", args[2]);
	return 0;
}

/* A file that is gone meanwhile is passed over. */
static int can_read(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)at;
	if (type != FTW_DNR && type != FTW_NS)
		return 0;
	return io_exists(path) == 0 ? 0 : -error_os(EACCES, "cannot read '%s'", path);
}

/* A HEAD that holds nothing git can read is shown as one of no commit, though on no branch. */
static int take_work_tree(void *arg, char *line)
{
	bool *none = arg;

	if (*none && strncmp(line, "branch ", 7) != 0)
		return error_set("the HEAD of a linked work tree cannot be read");
	*none = strncmp(line, "HEAD ", 5) == 0 && is_zero(line + 5, strlen(line + 5));
	return 0;
}

int walk_show_refs(struct walk *w)
{
	static const char *const trees[] = {"worktree", "list", "--porcelain", NULL};
	/* Up to git 2.31 it alone complains of a ref that holds no id. */
	static const char *const listed[] = {"for-each-ref", "--count=1", "--format=", NULL};
	static const char *const args[] = {"rev-list", "--no-walk=unsorted", "--all", NULL};
	size_t size = w->repository->oid_size;
	struct buf out = BUF_INIT;
	char *dir = buf_join(w->repository->common, "refs");
	const char *line;
	struct oid id;
	bool none = false;
	/* git passes over a directory of refs that may not be read. */
	int status = nftw(dir, can_read, 8, FTW_PHYS);

	if (status < 0)
		error_os(errno, "cannot read '%s'", dir);
	free(dir);
	if (status == 0)
		status = walk_ask(w->repository, trees, NULL, take_work_tree, &none);
	if (status == 0)
		status = repository_refs(&out, w->repository, listed);
	buf_clear(&out);
	if (status == 0)
		status = repository_refs(&out, w->repository, args);
	for (line = out.ptr; status == 0 && *line; line += 2 * size + 1)
		if (oid_parse(&id, line, size) && line[2 * size] == '\n')
			add_name(w, &id, false);
		else
			status = error_set("git says '%.*s'", (int)strcspn(line, "\n"), line);
	buf_free(&out);
	return status ? error_prefix("cannot list the refs") : 0;
}

int walk_name(struct walk *w, const char *hex, bool hides)
{
	size_t size = w->repository->oid_size;
	struct oid id;
	int status;

	if (is_zero(hex, strlen(hex)))
		return 0;
	if (!oid_parse(&id, hex, size) || hex[2 * size])
		return error_set("'%s' is not an object id of this repository", hex);
	status = object_peel(&id, w->repository, &id);
	if (status == 0)
		add_name(w, &id, hides);
	return status == 0 || status == 2 || hides ? 0 : -1;
}

/* The number of a commit, of which nothing but the id is known yet. */
static struct walk_commit *add_commit(struct walk *w, const struct oid *id)
{
	if (w->count >= UINT32_MAX) {
		error_set("there are too many commits");
		return NULL;
	}
	array_room(w->commits, w->count);
	oidmap_set(&w->numbers, id, (uint32_t)w->count);
	w->commits[w->count] =
		(struct walk_commit){.id = *id, .first_link = (uint32_t)w->link_count};
	return &w->commits[w->count++];
}

static int add_parent(struct walk *w, struct walk_commit *c, const struct oid *id)
{
	const uint32_t *number = oidmap_get(&w->numbers, id);

	if (w->link_count >= UINT32_MAX || !number || &w->commits[*number] >= c)
		return error_set("cannot follow commit '%s': git does not list its parent '%s'",
			repository_hex(w->repository, &c->id), repository_hex(w->repository, id));
	array_room(w->links, w->link_count);
	w->links[w->link_count++] = *number;
	c->parent_count++;
	return 0;
}

int walk_take(void *arg, char *line)
{
	static const char word[] = " commit ";
	struct walk *w = arg;
	size_t size = w->repository->oid_size;
	struct walk_commit *c;
	char *at;
	int64_t time = strtoll(line, &at, 10);
	struct oid id;
	bool hides;

	if (w->count && oid_parse(&id, line, size) && !line[2 * size]) {
		w->commits[w->count - 1].tree = id;
		return 0;
	}
	if (at == line || strncmp(at, word, strlen(word)) != 0)
		return error_set("git rev-list says '%.200s'", line);
	at += strlen(word);
	hides = *at == '-';
	at += hides;
	if (!oid_parse(&id, at, size) || (hides && w->count != w->first))
		return error_set("git rev-list says '%.200s'", line);
	c = add_commit(w, &id);
	if (!c)
		return -1;
	c->time = time;
	w->first += hides;
	for (at += 2 * size; !hides && *at == ' ' && oid_parse(&id, at + 1, size);
		at += 1 + 2 * size)
		if (add_parent(w, c, &id) < 0)
			return -1;
	return hides || !*at ? 0 : error_set("git rev-list says '%.200s'", line);
}

/* git shows a commit at the edge of a shallow clone as if it had no parents. */
static int check_root(struct walk *w, const struct walk_commit *c)
{
	size_t at = strlen("tree ") + 2 * w->repository->oid_size + 1;
	struct object o;
	int status = object_read(&o, w->repository, &c->id, OBJECT_COMMIT, true);

	if (status == 0 && o.size > at + 7 && memcmp(o.bytes + at, "parent ", 7) == 0)
		status = error_set("this clone is shallow: it lacks the parents of commit '%s', so "
				   "what that commit did cannot be told (git fetch --unshallow "
				   "gets them)",
			repository_hex(w->repository, &c->id));
	object_free(&o);
	return status;
}

/* 1; 0; -1 recorded. git rev-list is given more time than this for what is no file but a pipe. */
static int is_shallow(struct walk *w)
{
	static const char *const args[] = {"rev-parse", "--is-shallow-repository", NULL};
	struct buf text = BUF_INIT;
	int status = repository_git(&text, w->repository, args, NULL);

	if (status == 0)
		status = strcmp(text.ptr, "false\n") != 0;
	buf_free(&text);
	return status;
}

static void mark_tips(struct walk *w)
{
	const uint32_t *number;
	size_t i;

	for (i = 0; i < w->named_count; i++) {
		number = oidmap_get(&w->numbers, &w->named[i].id);
		if (number && !w->named[i].hides)
			w->commits[*number].is_tip = *number >= w->first;
	}
}

int walk_run(struct walk *w)
{
	const char *args[LONGEST_ARGUMENTS] = {"rev-list", "--topo-order", "--reverse",
		"--boundary", "--parents", "--timestamp", "--format=%T", "--stdin"};
	struct buf input = BUF_INIT, exclude = BUF_INIT, glob = BUF_INIT;
	const char *name = w->name_space;
	size_t i, n = 8;
	int len, status, shallow = w->shown_count ? is_shallow(w) : 0;

	if (!w->shown_count)
		return 0;
	/* Of A/B: refs/namespaces/A/refs/namespaces/B/ (gitnamespaces(7)). */
	for (; name && *(name += strspn(name, "/")); name += len) {
		len = (int)strcspn(name, "/");
		buf_addf(&glob, "%srefs/namespaces/%.*s/", glob.len ? "" : "--glob=", len, name);
	}
	if (w->hides_refs) {
		buf_addf(&exclude, "--exclude=%srefs/namespaces/*",
			glob.len ? glob.ptr + strlen("--glob=") : "");
		args[n++] = "--not";
		args[n++] = exclude.ptr;
		args[n++] = glob.len ? glob.ptr : "--all";
	}
	for (i = 0; i < w->named_count; i++)
		buf_addf(&input, "%s%s\n", w->named[i].hides ? "^" : "",
			repository_hex(w->repository, &w->named[i].id));
	status = shallow < 0 ? -1 : walk_ask(w->repository, args, &input, walk_take, w);
	buf_free(&input);
	buf_free(&exclude);
	buf_free(&glob);
	if (status < 0)
		return error_prefix("cannot list the commits");
	for (i = w->first; shallow && i < w->count; i++)
		if (w->commits[i].parent_count == 0 && check_root(w, &w->commits[i]) != 0)
			return -1;
	mark_tips(w);
	return 0;
}

int walk_squash(struct walk *w)
{
	const char *args[LONGEST_ARGUMENTS] = {"merge-base", "--all"};
	char hexes[LONGEST_ARGUMENTS][OID_HEX_MAX + 1];
	size_t i, n = 3, size = w->repository->oid_size;
	struct oid id, shown = {{0}};
	struct buf text = BUF_INIT;
	struct walk_commit *c;
	int status = 0;

	if (w->shown_count != 1)
		return error_set("--squash needs a range with one end");
	if (w->named_count + 3 > LONGEST_ARGUMENTS)
		return error_set("--squash takes no more than %d commits to leave out",
			LONGEST_ARGUMENTS - 4);
	for (i = 0; i < w->named_count; i++) {
		memcpy(hexes[i], oid_hex(&w->named[i].id, size), 2 * size + 1);
		args[w->named[i].hides ? n++ : 2] = hexes[i];
		if (!w->named[i].hides)
			shown = w->named[i].id;
	}
	/* The merge bases of the commit that is shown and those that are hidden. */
	if (n > 3)
		status = repository_git(&text, w->repository, args, NULL);
	for (i = 0; status == 0 && i < text.len; i += 2 * size + 1, w->first++)
		if (!oid_parse(&id, text.ptr + i, size))
			status = error_set("git merge-base says '%.*s'",
				(int)strcspn(text.ptr + i, "\n"), text.ptr + i);
		else if (!(c = add_commit(w, &id)) ||
			 object_commit_tree(&c->tree, w->repository, &id) != 0)
			status = -1;
	buf_free(&text);
	if (status >= 0 && n > 3 && !w->first && (status = is_shallow(w)) == 1)
		status = error_set("this clone is shallow and lacks the merge base of the range "
				   "(git fetch --unshallow gets it)");
	/* What is hidden whole has nothing left to squash. */
	if (status < 0 || oidmap_get(&w->numbers, &shown))
		return status;
	c = add_commit(w, &shown);
	if (!c || object_commit_tree(&c->tree, w->repository, &shown) != 0)
		return -1;
	for (i = 0; i < w->first && status == 0; i++)
		status = add_parent(w, c, &w->commits[i].id);
	mark_tips(w);
	return status;
}

const struct walk_commit *walk_parent(const struct walk *w, const struct walk_commit *c, uint32_t i)
{
	return &w->commits[w->links[c->first_link + i]];
}
